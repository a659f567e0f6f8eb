"""How a project uses its classes and functions: as parts of models, and with gradients."""

from __future__ import annotations

import ast
from collections.abc import Callable
from itertools import chain

from ...auditor.file import File
from ...auditor.nodes import argument_of, last_name
from ...auditor.regex import regex
from ...auditor.scopes import Bound
from ..usage.uses import Uses
from .layers import AFTER_MODELS, kept_as
from .lineage import FORWARD, Lineage, is_cut_afterwards, is_model, origin
from .surroundings import is_without_gradient

#: A class around models that trains them; its own parts are whole models.
_TRAINS = regex(r"training_step|optimi[sz]er|\.backward\(|\.fit\(")
#: Functions that only look at a class or a function.
_ASKS = frozenset({"isinstance", "issubclass", "super", "type", "getattr", "hasattr", "print"})
_INSPECTS = "inspect."


#: Methods of a model that do not run it.
_SETS_UP = frozenset(
    {"load_state_dict", "state_dict", "eval", "train", "parameters", "named_parameters", "cuda",
     "cpu", "to", "half", "float", "requires_grad_", "zero_grad"}
)  # fmt: skip
#: Arguments of a function, with their positions.
Arguments = tuple[tuple[str, int], ...]
#: What a model is put into that runs it as it is.
_WRAPS = frozenset({"DataParallel", "DistributedDataParallel", "compile", "script"})


class Parts:
    """Asks how the files of a project use a class or a function; each is looked up once."""

    def __init__(self, uses: Uses) -> None:
        self.uses = uses
        self._parts: dict[tuple[str, Arguments], bool] = {}
        self._without_gradient: dict[tuple[str, Arguments], bool] = {}
        self._learnt: dict[tuple[str, Arguments], bool] = {}

    def is_part(self, name: str, arguments: Arguments = ()) -> bool:
        """Whether a class is a part of a model: another model makes it, or is given it to make.

        One that its model only hands its own input, for the arguments in question, is none.
        """
        key = name, arguments
        if key not in self._parts:
            self._parts[key] = False
            self._parts[key] = any(
                self._makes_part(file, node, name, arguments)
                for file, nodes in self.uses.reads(name)
                for node in nodes
            )
        return self._parts[key]

    def _makes_part(self, file: File, node: ast.expr, name: str, arguments: Arguments) -> bool:
        made: ast.expr = node
        parent = file.parents.get(node)
        if _is_variable(file, node):
            return False
        if isinstance(parent, ast.ClassDef):
            return parent.name != name and self.is_part(parent.name, arguments)
        if isinstance(parent, ast.Call) and parent.func is node:
            made, above = parent, file.parents.get(parent)
            while isinstance(above, ast.Call) and last_name(above.func) in _WRAPS:
                made, above = above, file.parents.get(above)
            is_handed = False
        elif isinstance(parent, ast.Call):
            is_handed = not _only_asks(file, parent) and last_name(parent.func) not in _WRAPS
        else:
            is_handed = isinstance(parent, (ast.keyword, ast.arguments))
        if is_handed:
            return True
        if _is_in_model(file, node, name):
            return not self._is_handed_input(file, made, arguments)
        # A function that makes it may be called by a model.
        maker = file.enclosing_function(node)
        if not isinstance(parent, ast.Call) or maker is None or not maker.name.islower():
            return False
        is_method = isinstance(file.parents.get(maker), ast.ClassDef)
        returns = any(item.value is not None for item in file.nodes.of(ast.Return, under=maker))
        return (
            returns
            and not is_method
            and maker.name != "main"
            and self.is_part(maker.name, arguments)
        )

    def _is_handed_input(self, file: File, made: ast.expr, arguments: Arguments) -> bool:
        """Whether a model keeps a part in an attribute, and hands it nothing with a gradient."""
        owner, kept = file.enclosing_class(made), kept_as(file, made)
        if owner is None or kept is None or not arguments:
            return False
        calls = [
            _run_by(file, node)
            for node in file.nodes.of(ast.Attribute, under=owner)
            if node.attr == kept and isinstance(node.ctx, ast.Load) and not _is_set_up(file, node)
        ]
        return bool(calls) and all(
            call is not None and self._hands_none(file, call, arguments) for call in calls
        )

    def _hands_none(self, file: File, call: ast.Call, arguments: Arguments) -> bool:
        """Whether a call gives nothing with a gradient for the arguments in question."""
        for name, place in arguments:
            if any(isinstance(item, ast.Starred) for item in call.args[: place + 1]):
                return False
            given = argument_of(call, name, place)
            if given is None or self._may_carry(file, given, call):
                return False
        return True

    def _may_carry(self, file: File, node: ast.expr, at: ast.expr) -> bool:
        """Whether a gradient may flow through an expression."""

        def may_give(name: str, arguments: Arguments) -> bool:
            return not self.is_without_gradient(name, arguments)

        return self._flowing(file, node, at, may_give) is not Lineage.CUT

    def _is_learnt(self, file: File, node: ast.expr, at: ast.expr) -> bool:
        """Whether a gradient visibly flows through an expression."""
        return self._flowing(file, node, at, self.is_handed_learnt) is Lineage.LEARNT

    def _flowing(
        self, file: File, node: ast.expr, at: ast.expr, of_callers: Callable[[str, Arguments], bool]
    ) -> Lineage:
        """Return what flows through an expression: of a model's input and of arguments, if any."""
        found = origin(file, node, file.enclosing_statement(at) or at)
        above, owner = file.enclosing_function(at), file.enclosing_class(at)
        if found.lineage is Lineage.INPUT and owner is not None:
            flows = AFTER_MODELS.search(owner.name) or self.is_part(owner.name, found.arguments)
        elif found.lineage is Lineage.GIVEN and above is not None:
            flows = of_callers(above.name, found.arguments)
        else:
            return found.lineage
        return Lineage.LEARNT if flows else Lineage.CUT

    def is_handed_learnt(self, name: str, arguments: Arguments) -> bool:
        """Whether a call in the project visibly gives a function what a gradient flows through."""
        key = name, arguments
        if key not in self._learnt:
            self._learnt[key] = False
            self._learnt[key] = any(
                self._hands_learnt(file, node, arguments)
                for file, nodes in self.uses.reads(name)
                for node in nodes
                if not is_without_gradient(file, node)
            )
        return self._learnt[key]

    def _hands_learnt(self, file: File, node: ast.expr, arguments: Arguments) -> bool:
        call = file.parents.get(node)
        if not isinstance(call, ast.Call) or call.func is not node:
            return False
        for name, place in arguments:
            given = argument_of(call, name, place)
            if given is not None and self._is_learnt(file, given, call):
                return True
        return False

    def is_without_gradient(self, name: str, arguments: Arguments = ()) -> bool:
        """Whether a function is used, and only where no gradient can be meant.

        Where it is known of which of its arguments a tensor is made, these decide.
        """
        key = name, arguments
        if key not in self._without_gradient:
            self._without_gradient[key] = False
            reads = ((file, node) for file, nodes in self.uses.reads(name) for node in nodes)
            first = next(reads, None)
            self._without_gradient[key] = first is not None and all(
                self._is_read_without_gradient(file, node, arguments)
                for file, node in chain([first], reads)
            )
        return self._without_gradient[key]

    def _is_read_without_gradient(self, file: File, node: ast.expr, arguments: Arguments) -> bool:
        if is_without_gradient(file, node):
            return True
        call = file.parents.get(node)
        if isinstance(call, ast.Call) and call.func is node:
            statement = file.enclosing_statement(call)
            if statement is not None and is_cut_afterwards(file, statement):
                return True
            if arguments and self._hands_none(file, call, arguments):
                return True
        above = file.enclosing_function(node)
        return (
            above is not None and above.name not in FORWARD and self.is_without_gradient(above.name)
        )


def _is_variable(file: File, node: ast.expr) -> bool:
    """Whether a name stands for something else that the file has bound to it: `options.net`.

    In `net = net(3)` it does so only afterwards.
    """
    match file.enclosing_statement(node):
        case ast.Assign(targets=[ast.Name(id=target)]) if target == last_name(node):
            return False
        case _:
            pass
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    found = file.scope_of(node).lookup(root.id) if isinstance(root, ast.Name) else None
    known = {Bound.IMPORT, Bound.DEFINITION}
    return found is not None and any(item.how not in known for item in found[1])


def _run_by(file: File, layer: ast.expr) -> ast.Call | None:
    """Return the call that runs a layer: `self.layer(x)`, `self.layer.forward(x)`."""
    match above := file.parents.get(layer):
        case ast.Attribute(attr=attr) if attr in FORWARD:
            layer, above = above, file.parents.get(above)
        case _:
            pass
    return above if isinstance(above, ast.Call) and above.func is layer else None


def _is_set_up(file: File, layer: ast.expr) -> bool:
    """Whether a layer is only asked for, or its weights and settings are read or set."""
    match above := file.parents.get(layer):
        case ast.Compare():
            return True
        case ast.Attribute(attr=attr):
            call = file.parents.get(above)
            is_called = isinstance(call, ast.Call) and call.func is above
            return attr in _SETS_UP if is_called else not isinstance(call, ast.Call)
        case _:
            return False


def _only_asks(file: File, call: ast.Call) -> bool:
    """Whether a call only looks at what it is given: `isinstance`, `inspect.signature`."""
    name = file.dotted(call.func, file.scope_of(call)) or ""
    return last_name(call.func) in _ASKS or name.startswith(_INSPECTS)


def _is_in_model(file: File, node: ast.AST, name: str) -> bool:
    """Whether a node stands in a class that is called like a model and does not train it."""
    above = file.enclosing_class(node)
    return (
        above is not None
        and above.name != name
        and is_model(above)
        and not _TRAINS.search(file.text(above))
    )
