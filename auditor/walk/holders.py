"""Objects made outside that hold others and call them: `ModuleList`, `Sequential`, `Compose`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .abstract import (
    UNKNOWN,
    Arguments,
    BoundMethod,
    Choice,
    FunctionValue,
    Instance,
    Known,
    Made,
    Partial,
    Sequence,
    Table,
    Value,
)
from .containers import method_of_container
from .space import Space

if TYPE_CHECKING:
    from .walker import Walker

#: The attribute of a holder under which the walk keeps what it holds; no program can name it.
_HELD = "<held>"
_METHODS = frozenset(
    "add append extend insert update items keys values pop get add_module register_module children "
    "modules named_children named_modules".split()
)
_CALLABLE = (Instance, Made, FunctionValue, BoundMethod, Partial, Choice)


def hold(walker: Walker, name: str, holder: Made | Instance, arguments: Arguments) -> None:
    """Note what an object is given to hold, when a call outside makes a holder."""
    if name not in walker.vocabulary.holders:
        return
    given = arguments.positional or tuple(
        value for value in arguments.values() if isinstance(value, (Sequence, Table))
    )
    if len(given) == 1 and isinstance(given[0], Table):
        holder.attributes[_HELD] = Table(dict(given[0].items), given[0].exact)
        return
    if not given and name.endswith("Dict"):
        holder.attributes[_HELD] = Table({})
        return
    held: list[Value] = []
    exact = not arguments.spreads
    for value in given:
        if isinstance(value, (Sequence, Table)):
            held += value.items if isinstance(value, Sequence) else value.items.values()
            exact = exact and value.exact
        elif not isinstance(value, Known):
            held.append(value)
    holder.attributes[_HELD] = Sequence(held, exact)


def held_by(holder: Value) -> Sequence | Table | None:
    """Return what an object holds; None when it is no holder."""
    if not isinstance(holder, (Made, Instance)):
        return None
    held = holder.attributes.get(_HELD)
    return held if isinstance(held, (Sequence, Table)) else None


def call_held(walker: Walker, holder: Value, node: ast.AST, space: Space) -> None:
    """Call what a holder holds, as the holder does when it is called; equal ones once."""
    from .calls import call

    held = held_by(holder)
    if held is None:
        return
    called: set[object] = set()
    for value in list(held.items) if isinstance(held, Sequence) else list(held.items.values()):
        kind = (value.cls, _texts(value.arguments)) if isinstance(value, Instance) else id(value)
        if kind not in called and isinstance(value, _CALLABLE):
            called.add(kind)
            call(walker, value, Arguments(spreads=True), node, space)


def _texts(arguments: Arguments) -> tuple[str, ...]:
    """Return the arguments of a constructor as far as they are constants."""
    return tuple(
        repr(value.value) if isinstance(value, Known) else "?" for value in arguments.values()
    )


def method_of_holder(
    walker: Walker, holder: Value, name: str, arguments: Arguments, node: ast.AST, space: Space
) -> Value | None:
    """Call a method by which a holder gives or takes what it holds; None for any other."""
    held = held_by(holder)
    if held is None or name not in _METHODS:
        return None
    match name:
        case "children" | "modules" if isinstance(held, Sequence):
            return Sequence(list(held.items), held.exact)
        case "named_children" | "named_modules" if isinstance(held, Sequence):
            pairs: list[Value] = [Sequence([UNKNOWN, value]) for value in held.items]
            return Sequence(pairs, held.exact)
        case "add_module" | "register_module" if len(arguments.positional) > 1:
            added = Arguments(arguments.positional[1:2])
            return method_of_container(walker, held, "append", added, node, space)
        case _:
            return method_of_container(walker, held, name, arguments, node, space)
