"""JAX's function transformations: what is called when their result is called, and how often."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...auditor.scopes import Bound
from . import names
from .binding import bound
from .lanes import flat, is_shared, mapped
from .values import Function, Kind, State, Value

if TYPE_CHECKING:
    from .evaluate import Evaluator

_WRAPPERS = names.SAME | names.PARTIAL | names.VMAP | names.PMAP


class Transforms:
    """Follows `jit`, `vmap`, `partial` and the control flow of `jax.lax`."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator

    # -- wrapping ------------------------------------------------------------------------------

    def decorate(self, function: Function, decorator: ast.expr) -> None:
        """Note what a decorator makes of a function."""
        call = decorator if isinstance(decorator, ast.Call) else None
        name = self.evaluator.dotted(call.func if call is not None else decorator)
        keywords = call.keywords if call is not None else []
        if name in names.PARTIAL and call is not None and call.args:
            name = self.evaluator.dotted(call.args[0])
        self._wrap(function, name, keywords)

    def _wrap(self, function: Function, name: str | None, keywords: list[ast.keyword]) -> None:
        if name in names.VMAP or name in names.PMAP:
            function.is_mapped = True
            function.is_replicated = name in names.PMAP
            function.axes = next((k.value for k in keywords if k.arg == "in_axes"), None)

    def wrapped(self, name: str, node: ast.Call, state: State) -> Value | None:
        """Return the function that `jit(f)`, `vmap(f)` or `partial(f, …)` makes."""
        if name not in _WRAPPERS or not node.args:
            return None
        values = self.evaluator.all(node.args, state)
        keywords = {k.arg: self.evaluator.value(k.value, state) for k in node.keywords if k.arg}
        inner = values[0].function
        if inner is None:
            library = self.evaluator.dotted(node.args[0])
            if library is None or not library.startswith("jax.random."):
                return Value()
            inner = Function(None, library=library)
        made = Function(
            inner.node,
            inner.is_mapped,
            inner.is_replicated,
            inner.positional,
            dict(inner.keywords),
            inner.axes,
            inner.library,
        )
        if name in names.PARTIAL:
            made.positional = (*inner.positional, *values[1:])
            made.keywords |= keywords
        else:
            self._wrap(made, name, node.keywords)
            if name in names.VMAP | names.PMAP and len(node.args) > 1:
                made.axes = node.args[1]
        return Value(name=values[0].name, function=made)

    def assigned(self, node: ast.Name) -> Function | None:
        """Return the function of a module-level `step = jax.jit(_step)`."""
        bindings = self.evaluator.file.scouted.top.bindings.get(node.id, [])
        if len(bindings) != 1 or bindings[0].how is not Bound.ASSIGNED:
            return None
        value = bindings[0].value
        if not isinstance(value, ast.Call):
            return None
        name = self.evaluator.dotted(value.func)
        if name not in _WRAPPERS:
            return None
        made = self.wrapped(name or "", value, State())
        return made.function if made is not None else None

    # -- calling -------------------------------------------------------------------------------

    def call(
        self,
        function: Function,
        values: list[Value],
        keywords: dict[str, Value],
        state: State,
        node: ast.Call,
        *,
        keep_self: bool = False,
        inside: bool = False,
    ) -> Value:
        """Call a function that the analysis can see."""
        # What `partial` has bound is the same in every call, and meant to be.
        values = [*(_again(value) for value in function.positional), *values]
        keywords = {**{k: _again(v) for k, v in function.keywords.items()}, **keywords}
        if function.library is not None:
            return self.evaluator.calls.random(function.library, values, keywords, node, state)
        if function.is_mapped:
            return self._mapped(function, values, keywords, state, node)
        given = bound(function, values, keywords, skip_self=keep_self)
        if given is None:
            return Value()
        walker = self.evaluator.walker
        return walker.functions.inline(
            function, given, state, node, keep_self=keep_self, inside=inside
        )

    def _mapped(
        self,
        function: Function,
        values: list[Value],
        keywords: dict[str, Value],
        state: State,
        node: ast.Call,
    ) -> Value:
        """Two lanes: what both draw from one key is alike in every lane."""
        ledger = self.evaluator.ledger
        whole = [is_shared(function.axes, number) for number in range(len(values))]
        lanes: list[tuple[Value, Value]] = []
        shared: list[tuple[Value, Value]] = []
        made = Value()
        for turn in (0, 1):
            ledger.enter(node, turn, device=function.is_replicated)
            elements = [mapped(v, shared=s) for v, s in zip(values, whole, strict=True)]
            # Axes can be given for positional arguments only.
            named = {name: mapped(value, shared=False) for name, value in keywords.items()}
            for value, lane, is_whole in zip(values, elements, whole, strict=True):
                (shared if is_whole else lanes).extend(zip(flat(value), flat(lane), strict=False))
            for name, lane in named.items():
                lanes += zip(flat(keywords[name]), flat(lane), strict=False)
            given = bound(function, elements, named)
            if given is not None:
                walker = self.evaluator.walker
                made = walker.functions.inline(function, given, state, node, inside=True)
            ledger.leave()
        self._consume_lanes(lanes, node, state)
        if function.is_replicated:
            for value, lane in shared:
                if (use := state.drawn(lane.id)) is not None:
                    ledger.replicated(value, node, use)
        return Value(is_array=made.is_key, is_key=made.is_key)

    def _consume_lanes(self, lanes: list[tuple[Value, Value]], node: ast.AST, state: State) -> None:
        """What the lanes' keys were used for, the mapped array was used for."""
        for value in dict.fromkeys(value for value, _ in lanes):
            uses = [state.uses.get(lane.id) for of, lane in lanes if of is value]
            kinds = [use.kind for use in uses if use is not None]
            if kinds:
                kind = Kind.SAMPLE if any(k.is_certain for k in kinds) else kinds[0]
                self.evaluator.ledger.use(value, node, kind, state)

    # -- jax.lax -------------------------------------------------------------------------------

    def control(self, name: str, node: ast.Call, state: State) -> Value | None:
        """Walk the bodies of `scan`, `fori_loop`, `while_loop`, `map`, `cond`, `switch`."""
        if name in names.SCAN:
            return self._scan(node, state)
        if name in names.FORI:
            return self._repeat(node, state, body=2, first=3, counts=True)
        if name in names.WHILE:
            return self._repeat(node, state, body=1, first=2, counts=False)
        if name in names.MAP or name in names.TREE_MAP:
            values = self.evaluator.all(node.args, state)
            if values and values[0].function is not None:
                return self._mapped(values[0].function, values[1:], {}, state, node)
            return Value()
        if name in names.COND or name in names.SWITCH:
            return self._branches(name, node, state)
        return None

    def _arguments(self, node: ast.Call, words: tuple[str, ...], state: State) -> list[Value]:
        """Evaluate arguments given by position or by these keywords, in their order."""
        found: list[Value] = []
        for number, word in enumerate(words):
            expression = node.args[number] if number < len(node.args) else None
            for keyword in node.keywords:
                if keyword.arg == word:
                    expression = keyword.value
            found.append(Value() if expression is None else self.evaluator.value(expression, state))
        return found

    def _scan(self, node: ast.Call, state: State) -> Value:
        body, carry, sequence = self._arguments(node, ("f", "init", "xs"), state)
        function = body.function
        if function is None or function.node is None:
            return Value()
        lanes: list[tuple[Value, Value]] = []
        for turn in (0, 1):
            self.evaluator.ledger.enter(node, turn)
            lane = mapped(sequence, shared=False)
            lanes += zip(flat(sequence), flat(lane), strict=True)
            made = self.call(function, [carry, lane], {}, state, node, inside=True)
            carry = made.parts[0] if made.parts else Value()
            self.evaluator.ledger.leave()
        self._consume_lanes(lanes, node, state)
        return Value(parts=[carry, Value()])

    def _repeat(
        self, node: ast.Call, state: State, *, body: int, first: int, counts: bool
    ) -> Value:
        words: tuple[str, ...] = ("cond_fun", "body_fun", "init_val")
        if counts:
            words = ("lower", "upper", "body_fun", "init_val")
        values = self._arguments(node, words, state)
        function, carry = values[body].function, values[first]
        if function is None or function.node is None:
            return Value()
        for turn in (0, 1):
            self.evaluator.ledger.enter(node, turn)
            given = [Value(), carry] if counts else [carry]
            carry = self.call(function, given, {}, state, node, inside=True)
            self.evaluator.ledger.leave()
        return carry

    def _branches(self, name: str, node: ast.Call, state: State) -> Value:
        """One of the branches runs: each starts from the same state."""
        values = self.evaluator.all(node.args, state)
        if name in names.COND:
            functions, operands = values[1:3], values[3:]
        else:
            functions, operands = (values[1].parts or [] if len(values) > 1 else []), values[2:]
        ends: list[State] = []
        for value in functions:
            if value.function is not None and value.function.node is not None:
                self.evaluator.walker.functions.know_outer_names(value.function.node, state)
        for value in functions:
            branch = state.copy()
            if value.function is not None:
                self.call(value.function, operands, {}, branch, node, inside=True)
            ends.append(branch)
        for branch in ends:
            for key, use in branch.uses.items():
                state.uses.setdefault(key, use)
        return Value()


def _again(value: Value) -> Value:
    return Value(name=value.name, function=value.function, table=value.table, parts=value.parts)
