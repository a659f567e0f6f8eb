"""What a tensor in a function is made of: may a gradient flow through it to a parameter?

Only the function is read. What a layer returns may carry a gradient; what is made of the
arguments of `forward` alone carries one only where a layer before this model made them, and what is
made of the arguments of another function where its callers give such.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from enum import IntEnum
from itertools import takewhile

from ...auditor.file import File
from ...auditor.nodes import last_name
from ...auditor.regex import regex
from ...auditor.scopes import Bound

_BINDINGS: tuple[type[ast.stmt], ...] = (
    ast.Assign,
    ast.AugAssign,
    ast.AnnAssign,
    ast.For,
    ast.Expr,
)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
#: Methods by which models are called.
FORWARD = frozenset({"forward", "call", "__call__"})
#: Names of tensors that no gradient reaches.
DATA = regex(
    r"^(gts?|imgs?|image|images|target|targets|label|labels|mask|masks|pixel\w*|ones)(_|$)|"
    r"(^|_)(ids|index|indices|idx)$"
)
#: What cuts the gradient off, or gives whole numbers.
_CUTS = frozenset(
    {"detach", "detach_", "argmax", "argmin", "argsort", "long", "int", "bool", "byte", "numpy",
     "item", "tolist", "size", "dim", "numel", "stop_gradient", "eq", "ne", "gt", "lt", "ge", "le",
     "isnan", "nonzero", "searchsorted"}
)  # fmt: skip
#: Methods and types that make whole numbers.
_WHOLE = frozenset(
    {"long", "int", "short", "byte", "bool", "int8", "int16", "int32", "int64", "uint8"}
)
#: What holds a batch of data by name: `self.batch["image"]`.
_BATCHES = regex(r"^(batch|data|sample|example)(_(batch|data|dict))?$")
#: Attributes that hold no tensor, or one without a gradient.
_PLAIN = frozenset({"shape", "data", "device", "dtype", "ndim", "size"})
#: Constants that models keep: the mean and the deviation of pictures, grids, kernels of a filter.
_CONSTANTS = regex(r"(^|_)(mean|std|var|scale|shift|factor|grid|eps|range|norm|kernel)s?(_|\d|$)")
#: Functions and methods whose other arguments are sizes, dimensions or modes, and no tensors.
_OF_ONE = frozenset(
    {"interpolate", "upsample", "pad", "view", "reshape", "repeat", "permute", "expand",
     "transpose", "unsqueeze", "squeeze", "flatten", "repeat_interleave", "to", "type", "clamp"}
)  # fmt: skip
_TENSOR_LIBRARIES = ("torch.", "jax.", "tensorflow.", "numpy.", "einops.", "math.", "builtins.")
_MAKERS = regex(
    r"^(zeros|ones|empty|full|rand|randn|randint|arange|linspace|eye|tensor|as_tensor|from_numpy|"
    r"meshgrid|zeros_like|ones_like|rand_like|randn_like|full_like|empty_like)$"
)
#: Layers without parameters.
_NOTHING_LEARNT = regex(
    r"^(Identity|Dropout\w*|Flatten|Upsample|UpsamplingBilinear2d|UpsamplingNearest2d|ReLU6?|"
    r"LeakyReLU|Sigmoid|Tanh|Softmax|\w+(Pool|Pad)[123]d)$"
)
#: What modules and models are derived from.
_LAYERS = regex(r"(Module|Model|Layer|Net|Network|Block)$")
#: How far a name is followed back.
_MAX_STEPS = 24


class Lineage(IntEnum):
    """What a tensor comes from; the greater value wins where several meet."""

    #: Data, or cut off: no gradient.
    CUT = 0
    #: Arguments of `forward`, which no layer has touched.
    INPUT = 1
    #: Arguments of another function: its callers say.
    GIVEN = 2
    #: Something that the function does not say.
    OPEN = 3
    #: A layer's result, or a parameter of a model: a gradient is seen.
    LEARNT = 4


@dataclass(frozen=True, slots=True)
class Origin:
    """What a tensor comes from, and from which arguments of the function, with their positions."""

    lineage: Lineage
    arguments: tuple[tuple[str, int], ...] = ()


_Body = ast.FunctionDef | ast.AsyncFunctionDef | ast.Module


def _parameters(function: _Body | ast.Lambda) -> set[str]:
    if isinstance(function, ast.Module):
        return set()
    given = function.args
    named = (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg)
    return {item.arg for item in named if item is not None}


class Reader:
    """Reads the expressions of one function, or what stands outside of functions."""

    def __init__(self, file: File, function: _Body) -> None:
        self.file = file
        self.function = function
        self.scope = file.scope_of(function.body[0])
        self.own = self.scope.self_name()
        self._parameters = _parameters(function) - {self.own}
        #: The arguments that were met and that hold what the callers give.
        self.met: set[str] = set()
        self._steps = 0
        self._open: set[ast.AST] = set()
        self._owner = file.enclosing_class(function)
        #: What a model keeps is its own: layers, parameters, methods that use them.
        is_own = self._owner is not None and (is_model(self._owner) or is_layer(self._owner))
        self._kept = Lineage.LEARNT if is_own else Lineage.OPEN

    def read(self, node: ast.expr | None, at: ast.AST) -> Lineage:
        """Return the lineage of an expression as it is when `at` runs."""
        self._steps += 1
        if node is None or self._steps > _MAX_STEPS:
            return Lineage.OPEN
        match node:
            case ast.Constant() | ast.Compare():
                return Lineage.CUT
            case ast.Name():
                return self._name(node, at)
            case ast.Attribute():
                return self._attribute(node, at)
            case ast.Subscript(
                value=ast.Name(id=holder) | ast.Attribute(attr=holder),
                slice=ast.Constant(value=str()),
            ) if _BATCHES.search(holder):
                return Lineage.CUT
            case ast.Subscript() | ast.Starred() | ast.NamedExpr():
                return self.read(node.value, at)
            case ast.UnaryOp():
                return self.read(node.operand, at)
            case ast.BinOp():
                return self._all([node.left, node.right], at)
            case ast.IfExp():
                return self._all([node.body, node.orelse], at)
            case ast.Tuple() | ast.List():
                return self._all(node.elts, at)
            case ast.ListComp() | ast.GeneratorExp():
                return self.read(node.elt, node.elt)
            case ast.Call():
                return self._call(node, at)
            case _:
                return Lineage.OPEN

    def ends_cut(self, statement: ast.Return) -> bool:
        """Whether what the function returns here was visibly cut off."""
        given = statement.value
        if not isinstance(given, ast.Name):
            return given is not None and _ends_cut(given)
        values, certain = self._values(given.id, statement)
        return certain and all(_ends_cut(value) for value, _ in values)

    def _all(self, nodes: list[ast.expr], at: ast.AST) -> Lineage:
        return max((self.read(node, at) for node in nodes), default=Lineage.CUT)

    def _attribute(self, node: ast.Attribute, at: ast.AST) -> Lineage:
        if node.attr in _PLAIN:
            return Lineage.CUT
        if isinstance(node.value, ast.Name) and node.value.id == self.own:
            return Lineage.CUT if _CONSTANTS.search(node.attr.lower()) else self._kept
        return self.read(node.value, at)

    def _call(self, node: ast.Call, at: ast.AST) -> Lineage:
        last = last_name(node.func)
        if last in _CUTS:
            return Lineage.CUT
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        name = self.file.dotted(node.func, self.scope) or ""
        if name.startswith(_TENSOR_LIBRARIES):
            taken = given[:1] if last in _OF_ONE else given
            return Lineage.CUT if _MAKERS.search(last) else self._all(taken, at)
        if node.args and self._passes_on(node.func):
            return self.read(node.args[0], at)
        if isinstance(node.func, ast.Attribute):
            receiver = node.func.value
            if self._is_tensor(receiver):
                return self._all([receiver, *([] if last in _OF_ONE else given)], at)
            is_own = isinstance(receiver, ast.Name) and receiver.id == self.own
            if name and not is_own:
                return self._of_project(receiver, last, given, at)
            return Lineage.LEARNT if self._runs_layer(node) else self._kept
        return self._of_project(node.func, last, given, at)

    def _passes_on(self, called: ast.expr) -> bool:
        """Whether what is called is a layer that has nothing to learn: `nn.MaxPool2d(2)`, kept."""
        match called:
            case ast.Call(func=func):
                return bool(_NOTHING_LEARNT.search(last_name(func) or ""))
            case ast.Name(id=name):
                under: ast.AST = self.function
            case ast.Attribute(value=ast.Name(id=own), attr=name) if own == self.own:
                under = self._owner or self.function
            case _:
                return False
        made = [
            node.value
            for node in self.file.nodes.of(ast.Assign, under=under)
            if any(last_name(target) == name for target in node.targets)
        ]
        return bool(made) and all(
            isinstance(value, ast.Call) and self._passes_on(value) for value in made
        )

    def _runs_layer(self, node: ast.Call) -> bool:
        """`self.net(x)`, `self.net.forward(x)`: whether a class calls what it keeps, no method."""
        match node.func:
            case (
                ast.Attribute(value=ast.Name(), attr=attr)
                | ast.Attribute(
                    value=ast.Attribute(attr=attr), attr="forward" | "__call__" | "module"
                )
            ):
                kept = self.file.nodes.of(ast.Attribute, under=self._owner)
                return bool(node.args or node.keywords) and any(
                    item.attr == attr and isinstance(item.ctx, ast.Store) for item in kept
                )
            case _:
                return False

    def _is_tensor(self, receiver: ast.expr) -> bool:
        """Whether the method that is called is one of a tensor, and of no module or layer."""
        root = receiver
        while isinstance(root, (ast.Attribute, ast.Subscript, ast.Call)):
            root = root.func if isinstance(root, ast.Call) else root.value
        if isinstance(receiver, ast.Call) or not isinstance(root, ast.Name):
            return True
        return root.id in self._parameters | self._assigned

    def _of_project(
        self, made_by: ast.expr, last: str, given: list[ast.expr], at: ast.AST
    ) -> Lineage:
        """A function of the project has no parameters of its own; a class makes something."""
        found = self.scope.lookup(made_by.id) if isinstance(made_by, ast.Name) else None
        is_free = (
            found is not None
            and bool(found[1])
            and not last[:1].isupper()
            and all(item.how in {Bound.IMPORT, Bound.DEFINITION} for item in found[1])
        )
        return self._all(given, at) if is_free else Lineage.LEARNT

    @property
    def _assigned(self) -> set[str]:
        return {name for name in self.scope.bindings if name != self.own}

    def _name(self, node: ast.Name, at: ast.AST) -> Lineage:
        if DATA.search(node.id.lower()):
            return Lineage.CUT
        if any(
            isinstance(above, ast.Lambda) and node.id in _parameters(above)
            for above in takewhile(lambda at: at is not self.function, self.file.ancestors(node))
        ):
            return self._kept
        if (source := self._comprehension(node)) is not None:
            return self.read(source, at)
        values, certain = self._values(node.id, at)
        if not values and node.id not in self._parameters:
            return Lineage.OPEN
        found: list[Lineage] = []
        for value, statement in values:
            # A turn of a loop reads what the turn before has left.
            if value not in self._open:
                self._open.add(value)
                found.append(self.read(value, statement))
                self._open.discard(value)
        if not certain and (not found or node.id in self._parameters):
            found.append(self._argument(node.id))
        return max(found, default=Lineage.CUT)

    def _argument(self, name: str) -> Lineage:
        """Return what a name holds that the function has not bound, or not on every way."""
        if name not in self._parameters:
            return Lineage.OPEN
        self.met.add(name)
        is_forward = getattr(self.function, "name", "") in FORWARD
        return Lineage.INPUT if is_forward else Lineage.GIVEN

    def _comprehension(self, node: ast.Name) -> ast.expr | None:
        """Return what a comprehension around a name goes through, where it binds the name."""
        for above in takewhile(lambda at: at is not self.function, self.file.ancestors(node)):
            if isinstance(above, _COMPREHENSIONS):
                for generator in above.generators:
                    if node.id in _targets(generator.target):
                        return generator.iter
        return None

    def _values(self, name: str, at: ast.AST) -> tuple[list[tuple[ast.expr, ast.AST]], bool]:
        """Return what a name may hold when `at` runs, and whether it is surely one of these."""
        values: list[tuple[ast.expr, ast.AST]] = []
        certain = False
        around = self._around(at)
        for node in self.file.nodes.of(*_BINDINGS, under=self.function):
            value = _bound(node, name)
            if value is None:
                continue
            before = (node.end_lineno or node.lineno) < getattr(at, "lineno", 0) or (
                isinstance(node, ast.For) and node in around
            )
            parent = self.file.parents.get(node)
            in_loop = any(
                isinstance(loop, (ast.For, ast.While)) and self.file.nodes.contains(loop, node)
                for loop in around
            )
            is_other = (
                isinstance(parent, ast.If)
                and parent in around
                and not _same_branch(parent, node, around)
            )
            if not in_loop and (not before or is_other):
                continue
            if isinstance(node, ast.For) and node in around:
                # Each turn binds it anew.
                values, certain = [], True
            is_sure = before and not is_other and node not in around
            if is_sure and (parent in around or parent is self.function):
                if not isinstance(node, (ast.AugAssign, ast.Expr)):
                    values, certain = [], True
            values.append((value, node))
        return values, certain

    def _around(self, at: ast.AST) -> list[ast.AST]:
        return [at, *takewhile(lambda node: node is not self.function, self.file.ancestors(at))]


def _bound(node: ast.stmt, name: str) -> ast.expr | None:
    """Return what a statement binds to a name."""
    match node:
        case ast.Assign():
            return node.value if any(name in _targets(item) for item in node.targets) else None
        case ast.For():
            return node.iter if name in _targets(node.target) else None
        case ast.AugAssign() | ast.AnnAssign():
            return node.value if name in _targets(node.target) else None
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(id=grown), attr="append" | "extend"), args=[given]
            )
        ) if grown == name:
            return given
        case _:
            return None


def _same_branch(parent: ast.If, node: ast.stmt, around: list[ast.AST]) -> bool:
    body = parent.body if node in parent.body else parent.orelse
    return any(statement in around for statement in body)


def _targets(target: ast.expr) -> set[str]:
    names = {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}
    return names if isinstance(target, (ast.Name, ast.Tuple, ast.List, ast.Starred)) else set()


def is_model(owner: ast.ClassDef) -> bool:
    """Whether a class is called like a model: it has a `forward`, or what stands for it.

    A class that is derived from nothing and only has a `__call__` works with models.
    """
    names = {item.name for item in owner.body if isinstance(item, ast.FunctionDef)} & FORWARD
    is_derived = any(last_name(base) != "object" for base in owner.bases)
    return bool(names - {"__call__"}) or ("__call__" in names and is_derived)


def is_layer(owner: ast.ClassDef) -> bool:
    """Whether a class is derived from a framework's or the project's own modules or models."""
    return any(_LAYERS.search(last_name(base) or "") for base in owner.bases)


def origin(file: File, node: ast.expr | None, at: ast.AST) -> Origin:
    """Return what an expression comes from."""
    function = file.enclosing_function(at)
    reader = Reader(file, function or file.tree)
    found = reader.read(node, at)
    if function is None:
        return Origin(found)
    named = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    first = 1 if reader.own is not None else 0
    if found in {Lineage.INPUT, Lineage.GIVEN} and reader.met <= {item.arg for item in named}:
        at_call = ((item.arg, place - first) for place, item in enumerate(named))
        return Origin(found, tuple(item for item in at_call if item[0] in reader.met))
    return Origin(Lineage.OPEN if found is Lineage.GIVEN else found)


def is_cut_afterwards(file: File, statement: ast.stmt, steps: int = 3) -> bool:
    """Whether what a statement assigns is read, and each time detached or made a plain value.

    So it is where all that is made of it is, in a few steps.
    """
    match statement:
        case ast.Assign(targets=[(ast.Name() | ast.Tuple()) as target]) if _targets(target):
            pass
        case _:
            return False
    return all(_is_cut_name(file, statement, name, steps) for name in _targets(target))


def _is_cut_name(file: File, statement: ast.Assign, name: str, steps: int) -> bool:
    around = file.enclosing_function(statement)
    names = [
        (node, file.enclosing_statement(node))
        for node in file.nodes.of(ast.Name, under=around)
        if node.id == name and file.enclosing_function(node) is around
    ]
    end = statement.end_lineno or statement.lineno
    # A loop comes round to what stands before.
    loops = [at for at in file.ancestors(statement) if isinstance(at, (ast.For, ast.While))]
    start = loops[-1].lineno if loops else end
    until = min(
        (
            above.end_lineno or above.lineno
            for node, above in names
            if isinstance(node.ctx, ast.Store) and isinstance(above, ast.Assign)
            if above.lineno > end and _binds_anew(file, statement, above)
        ),
        default=sys.maxsize,
    )
    reads = [
        _is_cut(file, node, above)
        or _is_cast(file, node)
        or (steps > 0 and above is not None and is_cut_afterwards(file, above, steps - 1))
        for node, above in names
        if isinstance(node.ctx, ast.Load)
        if above is not statement and start < node.lineno <= until and not _is_asked(file, node)
    ]
    return bool(reads) and all(reads)


def _binds_anew(file: File, statement: ast.stmt, later: ast.Assign) -> bool:
    """Whether a name holds something else after a later statement: `if x: x = x.detach()`, too."""
    is_next = file.parents.get(later) is file.parents.get(statement)
    return is_next or _ends_cut(later.value)


def _ends_cut(node: ast.expr) -> bool:
    while isinstance(node, (ast.Call, ast.Attribute, ast.Subscript)):
        if isinstance(node, ast.Attribute) and node.attr in _CUTS | {"data"}:
            return True
        if isinstance(node, ast.Call) and makes_whole(node):
            return True
        node = _inner(node)
    return False


def _is_cut(file: File, node: ast.Name, statement: ast.stmt | None) -> bool:
    """Whether a tensor is read here only for what carries no gradient: `x.item()`, `x.data`."""
    at: ast.expr = node
    above = file.parents.get(at)
    is_changed = True
    while isinstance(above, (ast.Attribute, ast.Call, ast.Subscript)) and at is _inner(above):
        is_changed &= not isinstance(above, ast.Attribute) or above.attr.endswith("_")
        at, above = above, file.parents.get(above)
    # `x.add_(1)`: changed in place, and nothing is made of it.
    is_statement = isinstance(statement, ast.Expr) and statement.value is at
    return _ends_cut(at) or (is_changed and is_statement)


def makes_whole(call: ast.Call) -> bool:
    """`x.long()`, `x.to(torch.int64)`: whether a call makes whole numbers."""
    if not isinstance(call.func, ast.Attribute):
        return False
    types = call.args if call.func.attr in {"to", "type"} else []
    types = [*types, *(keyword.value for keyword in call.keywords if keyword.arg == "dtype")]
    return call.func.attr in _WHOLE or any(last_name(item) in _WHOLE for item in types)


def _is_cast(file: File, node: ast.Name) -> bool:
    """Whether a function of the file is given a tensor, and makes whole numbers of all."""
    call = file.parents.get(node)
    if not isinstance(call, ast.Call) or node not in call.args:
        return False
    match call.func:
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="self"), attr=name):
            called = [item for item in file.nodes.of(ast.FunctionDef) if item.name == name]
        case _:
            return False
    returns = file.nodes.of(ast.Return, under=called[0]) if len(called) == 1 else []
    return bool(returns) and all(Reader(file, called[0]).ends_cut(item) for item in returns)


def _inner(node: ast.Attribute | ast.Call | ast.Subscript) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node.value


def _is_asked(file: File, node: ast.Name) -> bool:
    """Whether only a size, a device or whether there is anything is asked for."""
    parent = file.parents.get(node)
    return isinstance(parent, ast.Compare) or (
        isinstance(parent, ast.Attribute) and parent.attr in _PLAIN and parent.attr != "data"
    )
