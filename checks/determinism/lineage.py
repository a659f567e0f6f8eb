"""What a tensor in a function is made of: may a gradient flow through it to a parameter?

Only the function is read. What a layer returns may carry a gradient; what is made of the
arguments of `forward` alone carries one only where a layer before this model made them.
"""

from __future__ import annotations

import ast
from enum import IntEnum
from itertools import takewhile

from ...auditor.file import File
from ...auditor.nodes import last_name
from ...auditor.regex import regex

_BINDINGS: tuple[type[ast.stmt], ...] = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For)
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
#: Attributes that hold no tensor, or one without a gradient.
#: What holds a batch of data by name: `self.batch["image"]`.
_BATCHES = regex(r"^(batch|data|sample|example)$")
_PLAIN = frozenset({"shape", "data", "device", "dtype", "ndim", "size"})
#: Constants that models keep: the mean and the deviation of pictures, grids, kernels of a filter.
_CONSTANTS = regex(r"(^|_)(mean|std|var|scale|shift|factor|grid|eps|range|norm|kernel)s?(_|\d|$)")
_TENSOR_LIBRARIES = ("torch.", "jax.", "tensorflow.", "numpy.", "einops.", "math.", "builtins.")
_MAKERS = regex(
    r"^(zeros|ones|empty|full|rand|randn|randint|arange|linspace|eye|tensor|as_tensor|from_numpy|"
    r"meshgrid|zeros_like|ones_like|rand_like|randn_like|full_like|empty_like)$"
)
#: How far a name is followed back.
_MAX_STEPS = 24


class Lineage(IntEnum):
    """What a tensor comes from; the greater value wins where several meet."""

    #: Data, or cut off: no gradient.
    CUT = 0
    #: Arguments of `forward`, which no layer has touched.
    INPUT = 1
    #: A layer's result, a parameter, or something that the function does not say.
    OPEN = 2


class Reader:
    """Reads the expressions of one function."""

    def __init__(self, file: File, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.file = file
        self.function = function
        self.scope = file.scope_of(function.body[0])
        self.own = self.scope.self_name()
        given = function.args
        self._parameters = {
            item.arg
            for item in (*given.posonlyargs, *given.args, *given.kwonlyargs)
            if item.arg != self.own
        } | {item.arg for item in (given.vararg, given.kwarg) if item is not None}
        self._steps = 0
        self._open: set[ast.AST] = set()

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

    def _all(self, nodes: list[ast.expr], at: ast.AST) -> Lineage:
        return max((self.read(node, at) for node in nodes), default=Lineage.CUT)

    def _attribute(self, node: ast.Attribute, at: ast.AST) -> Lineage:
        if node.attr in _PLAIN:
            return Lineage.CUT
        if isinstance(node.value, ast.Name) and node.value.id == self.own:
            return Lineage.CUT if _CONSTANTS.search(node.attr.lower()) else Lineage.OPEN
        return self.read(node.value, at)

    def _call(self, node: ast.Call, at: ast.AST) -> Lineage:
        last = last_name(node.func)
        if last in _CUTS:
            return Lineage.CUT
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        name = self.file.dotted(node.func, self.scope) or ""
        if name.startswith(_TENSOR_LIBRARIES):
            return Lineage.CUT if _MAKERS.search(last) else self._all(given, at)
        if isinstance(node.func, ast.Attribute):
            root = node.func.value
            while isinstance(root, (ast.Attribute, ast.Subscript, ast.Call)):
                root = root.func if isinstance(root, ast.Call) else root.value
            if not isinstance(root, ast.Name) or root.id in self._parameters | self._assigned:
                return self._all([node.func.value, *given], at)
        elif isinstance(node.func, ast.Name) and (found := self.scope.lookup(node.func.id)):
            # A function of the project has no parameters of its own; a class makes something.
            is_free = found[0] is not self.scope and not last[:1].isupper()
            return self._all(given, at) if is_free else Lineage.OPEN
        return Lineage.OPEN

    @property
    def _assigned(self) -> set[str]:
        return {name for name in self.scope.bindings if name != self.own}

    def _name(self, node: ast.Name, at: ast.AST) -> Lineage:
        if DATA.search(node.id.lower()):
            return Lineage.CUT
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
        if not certain:
            is_input = node.id in self._parameters and self.function.name in FORWARD
            found.append(Lineage.INPUT if is_input else Lineage.OPEN)
        return max(found, default=Lineage.CUT)

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
            is_sure = before and not is_other and node not in around
            if is_sure and (parent in around or parent is self.function):
                if not isinstance(node, ast.AugAssign):
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
        case _:
            return None


def _same_branch(parent: ast.If, node: ast.stmt, around: list[ast.AST]) -> bool:
    body = parent.body if node in parent.body else parent.orelse
    return any(statement in around for statement in body)


def _targets(target: ast.expr) -> set[str]:
    names = {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}
    return names if isinstance(target, (ast.Name, ast.Tuple, ast.List, ast.Starred)) else set()


def is_model(owner: ast.ClassDef) -> bool:
    """Whether a class is called like a model: it has a `forward`, or what stands for it."""
    return any(isinstance(item, ast.FunctionDef) and item.name in FORWARD for item in owner.body)


def lineage(file: File, node: ast.expr | None, at: ast.AST) -> Lineage:
    """Return the lineage of an expression; outside of functions nothing is known."""
    function = file.enclosing_function(at)
    if function is None:
        return Lineage.OPEN
    return Reader(file, function).read(node, at)


def is_cut_afterwards(file: File, statement: ast.stmt) -> bool:
    """Whether what a statement assigns is detached before anything else is made of it."""
    function = file.enclosing_function(statement)
    if function is None or not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return False
    target = statement.targets[0]
    if not isinstance(target, ast.Name):
        return False
    end = statement.end_lineno or statement.lineno
    for node in file.nodes.of(ast.Name, under=function):
        if node.id != target.id or node.lineno <= end or not isinstance(node.ctx, ast.Load):
            continue
        parent = file.parents.get(node)
        if isinstance(parent, ast.Compare) or (
            isinstance(parent, ast.Attribute) and parent.attr in _PLAIN
        ):
            continue
        if not (isinstance(parent, ast.Attribute) and parent.attr == "detach"):
            return False
        above = file.enclosing_statement(parent)
        return isinstance(above, ast.Assign) and any(
            isinstance(item, ast.Name) and item.id == target.id for item in above.targets
        )
    return False
