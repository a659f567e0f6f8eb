"""The values of expressions in the linearity analysis."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .calls import Calls
from .conditions import decide
from .lanes import close, iterated
from .names import KEYLIKE
from .transforms import Transforms
from .values import Function, Kind, State, Value, path_of

if TYPE_CHECKING:
    from .linearity import Walker


Signature = tuple[str, tuple[object, ...]]


class Evaluator:
    """Evaluates expressions of one file for the walker."""

    def __init__(self, walker: Walker) -> None:
        self.walker = walker
        self.file = walker.file
        self.ledger = walker.ledger
        self.calls = Calls(self)
        self.transforms = Transforms(self)
        # The walk comes by a node many times: in turns of loops, in calls that it steps into.
        self._dotted: dict[ast.expr, str | None] = {}
        self._texts: dict[ast.expr, str] = {}

    def dotted(self, node: ast.expr) -> str | None:
        """Return the resolved dotted name of an expression."""
        if node not in self._dotted:
            self._dotted[node] = self.file.dotted(node, self.file.scope_of(node))
        return self._dotted[node]

    def text(self, node: ast.expr) -> str:
        """Return an expression as text, spelled in one way."""
        if node not in self._texts:
            self._texts[node] = ast.unparse(node)
        return self._texts[node]

    def all(self, nodes: Iterable[ast.expr | None], state: State) -> list[Value]:
        """Evaluate expressions one after the other."""
        return [self.value(node, state) for node in nodes if node is not None]

    def value(self, node: ast.expr, state: State) -> Value:
        """Evaluate an expression; the state takes what it does to keys."""
        match node:
            case ast.Constant(value=constant):
                return Value(constant=constant, has_constant=True)
            case ast.Name():
                return self._name(node, state)
            case ast.Attribute():
                return self._attribute(node, state)
            case ast.Subscript():
                return self._subscript(node, state)
            case ast.Call():
                return self.calls.value(node, state)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                parts = self.all(elements, state)
                starred = any(isinstance(element, ast.Starred) for element in elements)
                return Value() if starred else Value(parts=parts)
            case ast.Dict():
                return self._dict(node, state)
            case ast.Lambda():
                return Value(function=Function(node))
            case ast.IfExp():
                return self._choice(node, state)
            case ast.BoolOp(values=parts):
                self.value(parts[0], state)
                for part in parts[1:]:
                    branch = state.copy()
                    self.value(part, branch)
                    _merge(state, branch)
                return Value()
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._comprehension(node, state)
            case ast.NamedExpr(target=target, value=inner):
                made = self.value(inner, state)
                self.bind(target, made, state)
                return made
            case ast.Starred(value=inner) | ast.Await(value=inner):
                return self.value(inner, state)
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        self.value(child, state)
                return Value()

    def _name(self, node: ast.Name, state: State) -> Value:
        known = state.values.get(node.id)
        if known is None:
            known = self.walker.globals.get(node.id)
        if known is None:
            function = self.walker.functions.definition(node.id)
            if function is None:
                function = self.transforms.assigned(node)
            known = Value(name=node.id, node=node, function=function)
            if self.file.scope_of(node).lookup(node.id) == self._global(node.id):
                self.walker.globals[node.id] = known
            else:
                state.values[node.id] = known
        return known

    def _global(self, name: str) -> object:
        top = self.file.scouted.top
        return (top, top.bindings[name]) if name in top.bindings else ()

    def _attribute(self, node: ast.Attribute, state: State) -> Value:
        path = path_of(node)
        if path is None:
            self.value(node.value, state)
            return Value()
        known = state.values.get(path)
        if known is None:
            known = Value(name=path, node=node)
            state.know(path, known)
        return known

    def _subscript(self, node: ast.Subscript, state: State) -> Value:
        path = path_of(node)
        if path is not None and (known := state.values.get(path)) is not None:
            return known
        base = self.value(node.value, state)
        self.value(node.slice, state)
        return self.element(base, node.slice, state, self.text(node))

    def element(self, base: Value, index: ast.expr, state: State, name: str = "") -> Value:
        """Return an element; the same index twice is the same element."""
        place = _literal(index)
        if base.parts is not None and isinstance(place, int):
            if -len(base.parts) <= place < len(base.parts):
                return base.parts[place]
        elif base.table is not None and place in base.table:
            return base.table[place]
        signature = self.signature(index, state)
        made = Value(
            name=name,
            is_key=base.is_key,
            is_array=isinstance(index, ast.Slice) and (base.is_array or base.is_key),
            array=base,
        )
        if signature is None:
            return made
        return state.derived.setdefault(("element", base.id, signature), made)

    def signature(self, node: ast.expr, state: State) -> Signature | None:
        """Return what makes an expression worth the same twice; None when it may change."""
        worth: list[object] = []
        for inner in ast.walk(node):
            if isinstance(inner, (ast.Call, ast.Await, ast.Yield, ast.NamedExpr)):
                return None
            if isinstance(inner, (ast.Name, ast.Attribute)) and path_of(inner) is not None:
                value = self.value(inner, state)
                worth.append(repr(value.constant) if value.has_constant else value.id)
        text = "" if isinstance(node, ast.Name) else self.text(node)
        return text, tuple(worth)

    def _dict(self, node: ast.Dict, state: State) -> Value:
        table: dict[object, Value] = {}
        for key, inner in zip(node.keys, node.values, strict=True):
            made = self.value(inner, state)
            if isinstance(key, ast.Constant):
                table[key.value] = made
            elif key is not None:
                self.value(key, state)
        return Value(table=table)

    def _choice(self, node: ast.IfExp, state: State) -> Value:
        self.value(node.test, state)
        outcome = decide(node.test, state)
        if outcome is not None:
            return self.value(node.body if outcome else node.orelse, state)
        branch = state.copy()
        first = self.value(node.body, state)
        second = self.value(node.orelse, branch)
        _merge(state, branch)
        return first if first is second else Value()

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, state: State
    ) -> Value:
        outer = dict(state.values)
        lanes = [iterated(self, node.generators[0].iter, state)]
        made = Value()
        for turn in (0, 1):
            self.ledger.enter(node, turn)
            for number, part in enumerate(node.generators):
                if number > 0 and (turn == 0 or len(lanes) <= number):
                    lanes.append(iterated(self, part.iter, state))
                self.bind(part.target, lanes[number].element(), state)
                self.all(part.ifs, state)
            if isinstance(node, ast.DictComp):
                made = self.all([node.key, node.value], state)[-1]
            else:
                made = self.value(node.elt, state)
            self.ledger.leave()
        for lane in lanes:
            close(lane, state)
        for part in node.generators:
            for name in ast.walk(part.target):
                if isinstance(name, ast.Name):
                    state.values.pop(name.id, None)
        state.values |= {path: value for path, value in outer.items() if path not in state.values}
        # Elements that are one and the same key each time make no array of keys.
        return Value(is_array=made.is_key, is_key=made.is_key)

    # -- binding -------------------------------------------------------------------------------

    def bind(self, target: ast.expr, value: Value, state: State) -> None:
        """Assign to a target of any shape."""
        match target:
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                self._unpack(targets, value, state)
            case ast.Starred(value=inner):
                self.bind(inner, value, state)
            case _:
                path = path_of(target)
                if path is not None:
                    value.name = value.name or path
                    state.bind(path, value)
                elif isinstance(target, ast.Subscript):
                    self.all([target.value, target.slice], state)
                    base = path_of(target.value)
                    if base is not None:
                        state.forget(base)

    def _unpack(self, targets: list[ast.expr], value: Value, state: State) -> None:
        starred = any(isinstance(target, ast.Starred) for target in targets)
        if value.parts is not None and len(value.parts) == len(targets) and not starred:
            for target, part in zip(targets, value.parts, strict=True):
                self.bind(target, part, state)
            return
        for number, target in enumerate(targets):
            is_rest = isinstance(target, ast.Starred)
            known = value.is_array or value.is_key
            made = Value(is_key=value.is_key, is_array=is_rest and known)
            if known:
                made.array = value
                if not starred:
                    place: tuple[Any, ...] = ("element", value.id, (str(number), ()))
                    made = state.derived.setdefault(place, made)
            self.bind(target, made, state)

    # -- keys ----------------------------------------------------------------------------------

    def is_keylike(self, value: Value) -> bool:
        """Whether a value is a key, or is called like one."""
        last = value.name.rsplit(".", 1)[-1].lower()
        return value.is_key or bool(KEYLIKE.search(last))

    def give(self, value: Value, node: ast.AST, kind: Kind, state: State) -> None:
        """Use the keys in a value that is given to a call: itself, or those in a dict or tuple."""
        inner = list((value.table or {}).values()) + (value.parts or [])
        for part in dict.fromkeys(inner):
            self.give(part, node, kind, state)
        if not inner and self.is_keylike(value) and value.function is None:
            self.ledger.use(value, node, kind, state)


def _literal(index: ast.expr) -> object:
    """Return a literal index, negative ones included."""
    if isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.USub):
        inner = _literal(index.operand)
        return -inner if isinstance(inner, int) else None
    return index.value if isinstance(index, ast.Constant) else None


def _merge(state: State, branch: State) -> None:
    """Take over what a branch of an expression did: a way through it is a way."""
    for known, other in ((state.uses, branch.uses), (state.folds, branch.folds)):
        for key, use in other.items():
            known.setdefault(key, use)
    for signature, value in branch.derived.items():
        state.derived.setdefault(signature, value)
