"""JAX's function transformations: what is called when their result is called, and how often."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...auditor.scopes import Bound
from . import names
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
        given = _bound(function, values, keywords, skip_self=keep_self)
        if given is None:
            return Value()
        walker = self.evaluator.walker
        return walker.inline(function, given, state, node, keep_self=keep_self, inside=inside)

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
        lanes: list[tuple[Value, Value]] = []
        shared: list[tuple[Value, Value]] = []
        made = Value()
        for turn in (0, 1):
            ledger.enter(node, turn, device=function.is_replicated)
            elements: list[Value] = []
            for number, value in enumerate(values):
                is_shared = _is_shared(function.axes, number)
                lane = _lane(value, is_shared)
                (shared if is_shared else lanes).extend(
                    zip(_flat(value), _flat(lane), strict=False)
                )
                elements.append(lane)
            given = _bound(function, elements, keywords)
            if given is not None:
                walker = self.evaluator.walker
                made = walker.inline(function, given, state, node, inside=True)
            ledger.leave()
        self._consume_lanes(lanes, node, state)
        if function.is_replicated:
            for value, lane in shared:
                use = state.uses.get(lane.id)
                if use is not None and use.kind.is_certain:
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
        if name in names.MAP:
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
            lane = _lane(sequence, shared=False)
            lanes += zip(_flat(sequence), _flat(lane), strict=True)
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
                self.evaluator.walker.know_outer_names(value.function.node, state)
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


def _lane(value: Value, shared: bool) -> Value:
    """Return what one lane sees of an argument that is mapped over."""
    if shared:
        # An axis of None was written on purpose: the lanes are meant to share it.
        return Value(name=value.name)
    if value.parts is not None:
        return Value(name=value.name, parts=[_lane(part, False) for part in value.parts])
    if value.table is not None:
        table = {key: _lane(part, False) for key, part in value.table.items()}
        return Value(name=value.name, table=table)
    return Value(name=value.name, is_key=value.is_key)


def _flat(value: Value) -> list[Value]:
    inner = [*(value.parts or ()), *(value.table or {}).values()]
    if not inner:
        return [value]
    return [leaf for part in inner for leaf in _flat(part)]


def _is_shared(axes: ast.expr | None, number: int) -> bool:
    """Whether `in_axes` gives an argument to every lane whole."""
    if isinstance(axes, ast.Tuple) and number < len(axes.elts):
        axes = axes.elts[number]
    return isinstance(axes, ast.Constant) and axes.value is None


def _bound(
    function: Function,
    values: list[Value],
    keywords: dict[str, Value],
    *,
    skip_self: bool = False,
) -> dict[str, Value] | None:
    """Bind arguments to parameters; what is not given takes its default."""
    if function.node is None:
        return None
    arguments = function.node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    if skip_self:
        positional = positional[1:]
    given: dict[str, Value] = {}
    for parameter, value in zip(positional, values, strict=False):
        given[parameter.arg] = value
    every = [*positional, *arguments.kwonlyargs]
    known = {parameter.arg for parameter in every}
    given |= {name: value for name, value in keywords.items() if name in known}
    defaults = dict(
        zip([p.arg for p in reversed(positional)], reversed(arguments.defaults), strict=False)
    )
    for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            defaults[parameter.arg] = default
    for parameter in every:
        if parameter.arg not in given:
            default = defaults.get(parameter.arg)
            is_constant = isinstance(default, ast.Constant)
            given[parameter.arg] = Value(
                name=parameter.arg,
                constant=default.value if isinstance(default, ast.Constant) else None,
                has_constant=is_constant,
            )
    for extra in (arguments.vararg, arguments.kwarg):
        if extra is not None:
            given[extra.arg] = Value(name=extra.arg)
    return given
