"""An order that enters a function of the same file as an argument, or leaves one as its result."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...auditor.regex import regex
from ...auditor.scopes import Bound
from .sink import Sink
from .trees import inside
from .view import FunctionNode, View

if TYPE_CHECKING:
    from .flow import OrderFlow

#: A function or variable with such a name hands on examples or labels.
_NAMES_DATA = regex(
    r"sample|dataset|image|example|record|classes|class_names|labels|(^|_)split|train|clips|utterance"
)


class Functions:
    """Follows an order across the functions of one file."""

    def __init__(self, flow: OrderFlow, view: View) -> None:
        self.flow = flow
        self.view = view

    def given(self, node: ast.expr, call: ast.Call, depth: int) -> Sink | None:
        """Follow an argument into a function, method or class of this file."""
        found = self._meant(call)
        if found is None:
            return None
        function, is_bound = found
        name = _parameter(function, node, call, is_bound)
        return None if name is None else self.flow.kept.parameter(function, name, depth)

    def _meant(self, call: ast.Call) -> tuple[FunctionNode, bool] | None:
        """Return the function that a call runs, and whether its first parameter is bound."""
        scope = self.view.scope(call)
        match call.func:
            case ast.Name(id=name):
                found = scope.lookup(name)
                bindings = found[1] if found is not None else []
                if len(bindings) != 1 or bindings[0].how is not Bound.DEFINITION:
                    return None
                node = bindings[0].node
                if isinstance(node, FunctionNode):
                    return node, False
                return _method(node, "__init__")
            case ast.Attribute(attr=attr, value=ast.Name(id=holder)) if (
                holder == scope.self_name() and (owner := scope.enclosing_class()) is not None
            ):
                return _method(owner.node, attr)
            case _:
                return None

    def returned(self, statement: ast.AST, depth: int, place: int | None = None) -> Sink | None:
        """A returned sequence: look at the callers in this file; without any, at its content.

        `place`: where it stands in the tuple that is returned.
        """
        function = self.view.function(statement)
        if function is None:
            return None
        calls = [
            call
            for call in self.view.calls_of(function.name)
            if not inside(call, function) and self._may_mean(call, function)
        ]
        for call in calls:
            sink = self._received(call, place, depth + 1)
            if sink is not None:
                return sink
        is_private = function.name.startswith("_") and not function.name.startswith("__")
        if calls or is_private or self._is_still_a_set(statement):
            return None
        if self.flow.returns:
            return Sink(statement, "returned as they come")
        if self.view.loads(function):
            return Sink(statement, "returned with their content")
        names = _returned_names(statement, place)
        if _NAMES_DATA.search(f"{function.name} {names}".lower()):
            return Sink(statement, "returned as data")
        return None

    def _received(self, call: ast.Call, place: int | None, depth: int) -> Sink | None:
        """Follow what a call returns, or one place of the tuple, into what its caller does."""
        if place is None:
            return self.flow.sink(call, depth)
        match parent := self.view.file.parents.get(call):
            case ast.Assign(targets=[ast.Tuple(elts=elements)]) if place < len(elements):
                return self.flow.kept.target(elements[place], parent, depth)
            case ast.Subscript(slice=ast.Constant(value=index)) if index == place:
                return self.flow.sink(parent, depth)
            case _:
                return None

    def _may_mean(self, call: ast.Call, function: FunctionNode) -> bool:
        """Whether a call of this name can be one of this function and not of a library."""
        is_method = isinstance(self.view.file.parents.get(function), ast.ClassDef)
        if is_method and not isinstance(call.func, ast.Attribute):
            return False
        name = self.view.called(call)[0]
        return name.split(".", 1)[0] not in self.view.file.imported or name.endswith(
            f"{self.view.file.module}.{self.view.scope(function.body[0]).qualname}"
        )

    def are_keyed(self, node: ast.AST) -> bool:
        """Whether a builder of TensorFlow Datasets yields here, which orders by the keys."""
        function = self.view.function(node)
        owner = self.view.file.parents.get(function) if function is not None else None
        if function is None or not isinstance(owner, ast.ClassDef):
            return False
        bases = [self.view.file.dotted(base, self.view.scope(owner)) or "" for base in owner.bases]
        return function.name == "_generate_examples" and any(
            base.startswith("tensorflow_datasets.") for base in bases
        )

    def _is_still_a_set(self, statement: ast.AST) -> bool:
        """Whether what is returned is the set itself: then no order has come of it yet."""
        value = statement.value if isinstance(statement, ast.Return) else None
        if isinstance(value, ast.Call):
            return self.flow.is_set and self.view.called(value)[1] in {"set", "frozenset"}
        return isinstance(value, (ast.Set, ast.SetComp))


def _method(owner: ast.AST | None, name: str) -> tuple[FunctionNode, bool] | None:
    for item in owner.body if isinstance(owner, ast.ClassDef) else []:
        if isinstance(item, FunctionNode) and item.name == name:
            decorators = {getattr(decorator, "id", "") for decorator in item.decorator_list}
            return item, "staticmethod" not in decorators
    return None


def _parameter(
    function: FunctionNode, node: ast.expr, call: ast.Call, is_bound: bool
) -> str | None:
    """Return the parameter that an argument is given to."""
    arguments = function.args
    positional = [p.arg for p in (*arguments.posonlyargs, *arguments.args)][is_bound:]
    if node in call.args:
        place = call.args.index(node)
        if any(isinstance(argument, ast.Starred) for argument in call.args[: place + 1]):
            return None
        return positional[place] if place < len(positional) else None
    keyword = next((item.arg for item in call.keywords if item.value is node), None)
    known = {*positional, *(p.arg for p in arguments.kwonlyargs)}
    return keyword if keyword in known else None


def _returned_names(statement: ast.AST, place: int | None) -> str:
    value = statement.value if isinstance(statement, ast.Return) else None
    if place is not None and isinstance(value, ast.Tuple):
        value = value.elts[place]
    names = [node.id for node in ast.walk(value) if isinstance(node, ast.Name)] if value else []
    return " ".join(names)
