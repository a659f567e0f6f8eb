"""The functions that the linearity analysis steps into, and what a call of one leaves behind."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...auditor.scopes import Bound
from .ledger import Frame
from .values import Function, State, Value, path_of

if TYPE_CHECKING:
    from .linearity import Walker

_MAX_DEPTH = 4
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Functions:
    """Finds functions of the file by name, and walks their bodies in place of calls."""

    def __init__(self, walker: Walker) -> None:
        self.walker = walker
        self._stack: list[ast.AST] = []
        #: What each function reads, with its access path.
        self._reads: dict[ast.AST, list[tuple[str, ast.expr]]] = {}

    def decorated(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
        """Return a function with what its decorators make of it."""
        made = Function(node)
        for decorator in node.decorator_list:
            self.walker.evaluator.transforms.decorate(made, decorator)
        return made

    def definition(self, name: str) -> Function | None:
        """Return the function of the module that a name stands for, when it is the only one."""
        bindings = self.walker.file.scouted.top.bindings.get(name, [])
        if len(bindings) != 1 or bindings[0].how is not Bound.DEFINITION:
            return None
        node = bindings[0].node
        return self.decorated(node) if isinstance(node, _FUNCTIONS) else None

    def method(self, name: str) -> Function | None:
        """Return the method `self.name` of the class in which the root stands."""
        owner = self.walker.file.enclosing_class(self.walker.root)
        for item in owner.body if owner is not None else []:
            if isinstance(item, _FUNCTIONS) and item.name == name:
                return self.decorated(item)
        return None

    def inline(
        self,
        function: Function,
        given: dict[str, Value],
        state: State,
        call: ast.AST,
        *,
        keep_self: bool = False,
        inside: bool = False,
    ) -> Value:
        """Step into a function; afterwards a key is used when every way through it uses it."""
        node = function.node
        if node is None or len(self._stack) >= _MAX_DEPTH or node in self._stack:
            return Value()
        sees_all = isinstance(self.walker.root, ast.Module) or self._is_inside_root(node)
        if sees_all:
            self.know_outer_names(node, state)
        inner = state.copy()
        if not sees_all:
            inner.values = {
                path: value
                for path, value in state.values.items()
                if keep_self and path.startswith("self.")
            }
            inner.facts = {}
        inner.returned = None
        for name, value in given.items():
            inner.bind(name, value)
        self._stack.append(node)
        is_own = (
            inside
            or isinstance(node, ast.Lambda)
            or (self._is_inside_root(node) and not isinstance(self.walker.root, ast.Module))
        )
        self.walker.ledger.frames.append(Frame(call, is_own))
        try:
            ends = self._ends(node, inner)
        finally:
            self._stack.pop()
            self.walker.ledger.frames.pop()
        return _return(state, ends, keep_self=keep_self)

    def know_outer_names(self, node: ast.AST, state: State) -> None:
        """Give what a nested function reads from around it an identity that outlives the call."""
        if node not in self._reads:
            self._reads[node] = [
                (path, inner)
                for inner in ast.walk(node)
                if isinstance(inner, (ast.Name, ast.Attribute)) and isinstance(inner.ctx, ast.Load)
                if (path := path_of(inner)) is not None
            ]
        for path, inner in self._reads[node]:
            if path not in state.values:
                self.walker.evaluator.value(inner, state)

    def _ends(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, inner: State
    ) -> list[State]:
        if isinstance(node, ast.Lambda):
            inner.returned = self.walker.evaluator.value(node.body, inner)
            return [inner]
        flow = self.walker.block(node.body, [inner])
        return flow.returns + flow.normal

    def _is_inside_root(self, node: ast.AST) -> bool:
        at: ast.AST | None = self.walker.file.parents.get(node)
        while at is not None:
            if at is self.walker.root:
                return True
            at = self.walker.file.parents.get(at)
        return False


def _return(state: State, ends: list[State], *, keep_self: bool) -> Value:
    """Bring back what a call leaves: uses on every way, its value, changed attributes."""
    if not ends:
        return Value()
    everywhere = set(ends[0].uses).intersection(*(end.uses for end in ends[1:]))
    state.uses |= {key: ends[0].uses[key] for key in everywhere}
    folded = set(ends[0].folds).intersection(*(end.folds for end in ends[1:]))
    state.folds |= {key: ends[0].folds[key] for key in folded}
    state.derived |= ends[0].derived
    if keep_self:
        state.forget("self")
        if len(ends) == 1:
            state.values |= {p: v for p, v in ends[0].values.items() if p.startswith("self.")}
    returned = [end.returned for end in ends if end.returned is not None]
    if len(ends) == 1 or (returned and all(value is returned[0] for value in returned)):
        return returned[0] if returned else Value()
    return Value()
