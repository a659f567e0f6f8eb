"""Methods of lists, dictionaries, configurations and constants."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .abstract import (
    NONE,
    UNKNOWN,
    Arguments,
    Known,
    Made,
    Sequence,
    Table,
    Value,
    join,
)
from .callbacks import call_back
from .events import Guard
from .space import Space

if TYPE_CHECKING:
    from .walker import Walker

_TEXT_METHODS = frozenset(
    "lower upper strip lstrip rstrip startswith endswith replace split title capitalize".split()
)


def method_of_container(
    walker: Walker,
    holder: Table | Sequence | Known,
    name: str,
    arguments: Arguments,
    node: ast.AST,
    space: Space,
) -> Value:
    """Call a method of a container or constant."""
    match holder:
        case Table():
            return _of_table(walker, holder, name, arguments, node, space)
        case Sequence():
            return _of_sequence(walker, holder, name, arguments, node, space)
        case Known():
            return _of_constant(holder, name, arguments)


def _of_table(
    walker: Walker, holder: Table, name: str, arguments: Arguments, node: ast.AST, space: Space
) -> Value:
    first = arguments.get(0)
    second = arguments.get(1)
    key = first.value if isinstance(first, Known) else None
    match name:
        case "get" | "pop":
            if key is not None and key in holder.items:
                return holder.items[key]
            if key is not None and holder.exact:
                return second if second is not None else NONE
            return UNKNOWN
        case "setdefault" if isinstance(key, str) and second is not None:
            if key not in holder.items:
                walker.journal.put(holder.items, key, second)
            return holder.items[key]
        case "update":
            if isinstance(first, Table):
                certain = walker.here.guard in {Guard.ALWAYS, Guard.MET}
                for inner_key, value in first.items.items():
                    before = holder.items.get(inner_key, UNKNOWN)
                    # Perhaps it is not there at all: that is a choice as well.
                    after = value if certain else join(before, value)
                    walker.journal.put(holder.items, inner_key, after)
                if not first.exact:
                    walker.journal.loosen(holder)
            elif first is not None:
                walker.journal.loosen(holder)
            walker.journal.put_all(holder.items, arguments.keywords)
            return NONE
        case "items":
            pairs: list[Value] = [
                Sequence([Known(k) if isinstance(k, str) else UNKNOWN, value])
                for k, value in holder.items.items()
            ]
            return Sequence(pairs, exact=holder.exact)
        case "values":
            return Sequence(list(holder.items.values()), exact=holder.exact)
        case "keys":
            return Sequence([Known(k) for k in holder.items if isinstance(k, str)], holder.exact)
        case "copy":
            return Table(dict(holder.items), holder.exact, holder.dotted)
        case _:
            for value in arguments.values():
                call_back(walker, value, (), Arguments(spreads=True), node, space)
            return UNKNOWN


def _of_sequence(
    walker: Walker, holder: Sequence, name: str, arguments: Arguments, node: ast.AST, space: Space
) -> Value:
    first = arguments.get(0)
    match name:
        case "append" | "add" | "extend" | "insert" if _is_left_out(walker, holder):
            walker.journal.loosen(holder)
            return NONE
        case "append" | "add" if first is not None:
            if len(holder.items) < 64:
                walker.journal.append(holder.items, first)
            return NONE
        case "extend" if isinstance(first, Sequence):
            for item in first.items[:64]:
                walker.journal.append(holder.items, item)
            if not first.exact:
                walker.journal.loosen(holder)
            return NONE
        case "insert" if (second := arguments.get(1)) is not None:
            walker.journal.append(holder.items, second)
            return NONE
        case "pop":
            walker.journal.loosen(holder)
            return join(*holder.items) if holder.items else UNKNOWN
        case "copy":
            return Sequence(list(holder.items), holder.exact)
        case "sort":
            key = arguments.get(None, "key")
            if key is not None:
                call_back(walker, key, (), Arguments(spreads=True), node, space)
            return NONE
        case _:
            walker.journal.loosen(holder)
            return UNKNOWN


def _is_left_out(walker: Walker, holder: Sequence) -> bool:
    """Whether the walk stands in a branch that the defaults do not take, and the list does not."""
    if holder.conditions is None:
        return False
    since = walker.here.conditions[holder.conditions :]
    return any(condition.guard is Guard.NOT_MET for condition in since)


def _of_constant(holder: Known, name: str, arguments: Arguments) -> Value:
    first = arguments.get(0)
    if name == "join" and isinstance(first, Sequence) and first.exact:
        parts = [item.value for item in first.items if isinstance(item, Known)]
        if len(parts) == len(first.items) and isinstance(holder.value, str):
            return Known(holder.value.join(str(part) for part in parts), holder.origin)
    values = [value.value for value in arguments.positional if isinstance(value, Known)]
    text = isinstance(holder.value, str) and name in _TEXT_METHODS
    if text and len(values) == len(arguments.positional) and not arguments.keywords:
        try:
            result = getattr(holder.value, name)(*values)
        except (TypeError, ValueError):
            return UNKNOWN
        if isinstance(result, list):
            return Sequence([Known(part, holder.origin) for part in result[:64]])  # pyright: ignore[reportUnknownVariableType]
        return Known(result, holder.origin)
    return Made(f"builtins.{type(holder.value).__name__}().{name}", arguments, holder)
