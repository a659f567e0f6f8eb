"""Iteration: what a loop sees, and what is called back when something made outside is iterated."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, cast

from .abstract import (
    UNKNOWN,
    Arguments,
    Choice,
    Instance,
    Known,
    Made,
    Sequence,
    Table,
    Value,
    join,
)
from .callbacks import run_iteration
from .events import Kind
from .holders import held_by
from .space import Space

if TYPE_CHECKING:
    from .walker import Walker

_PASSING = frozenset(
    "builtins.enumerate builtins.iter builtins.zip builtins.reversed builtins.sorted builtins.list "
    "builtins.tuple builtins.next itertools.islice itertools.chain itertools.cycle".split()
)


def iterate(walker: Walker, value: Value, node: ast.expr, space: Space) -> None:
    """Note that a value is iterated over, and run what that calls back."""
    match value:
        case Choice():
            for item in value.values:
                iterate(walker, item, node, space)
        case Made() if value.name in _PASSING or value.name in walker.vocabulary.transparent:
            for item in value.arguments.positional:
                iterate(walker, item, node, space)
        case Made():
            if walker.vocabulary.wants(value.name):
                walker.emit(Kind.ITERATE, value.name, node, space, receiver=value)
            run_iteration(walker, value, node, space)
        case Instance():
            from .calls import call_method

            for name in ("__iter__", "__next__", "__getitem__"):
                if (
                    call_method(walker, value, name, Arguments(spreads=True), node, space)
                    is not None
                ):
                    break
        case _:
            pass


def element_of(walker: Walker, value: Value) -> Value:
    """Return what a loop variable may be."""
    value = held_by(value) or value
    match value:
        case Sequence():
            return join(*value.items) if value.items else UNKNOWN
        case Table():
            keys = [Known(key) for key in value.items if isinstance(key, (str, int))]
            return join(*keys) if keys else UNKNOWN
        case Known() if isinstance(value.value, (tuple, list)) and value.value:  # pyright: ignore[reportUnknownMemberType]
            return join(*[Known(item) for item in cast(tuple[Any, ...], value.value)])  # pyright: ignore[reportUnknownMemberType]
        case Made() if value.name == "builtins.enumerate" and value.arguments.positional:
            return Sequence([UNKNOWN, element_of(walker, value.arguments.positional[0])])
        case Made() if value.name == "builtins.zip":
            return Sequence([element_of(walker, item) for item in value.arguments.positional])
        case Made() if (
            value.name in _PASSING or value.name in walker.vocabulary.transparent
        ) and value.arguments.positional:
            return element_of(walker, value.arguments.positional[0])
        case Choice():
            return join(*[element_of(walker, item) for item in value.values])
        case _:
            return UNKNOWN
