"""Binding targets to values."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence as Targets
from typing import TYPE_CHECKING, Any, cast

from .abstract import (
    UNKNOWN,
    Choice,
    ClassValue,
    Computed,
    External,
    Instance,
    Known,
    Made,
    MethodOf,
    ModuleValue,
    Origin,
    Sequence,
    Table,
    Value,
    join,
)
from .events import Guard, Kind
from .holders import held_by
from .space import Space

if TYPE_CHECKING:
    from .walker import Walker


def assign(
    walker: Walker, target: ast.expr, value: Value, space: Space, statement: ast.stmt | ast.expr
) -> None:
    """Bind a target; assignments to things outside may be events."""
    match target:
        case ast.Name():
            bind(walker, target.id, value, space)
        case ast.Tuple() | ast.List():
            _unpack(walker, target.elts, value, space, statement)
        case ast.Starred():
            assign(walker, target.value, UNKNOWN, space, statement)
        case ast.Attribute():
            holder = walker.value(target.value, space)
            _set_attribute(walker, holder, target.attr, value, space, statement)
        case ast.Subscript():
            holder = walker.value(target.value, space)
            key = walker.value(target.slice, space)
            _set_item(walker, holder, key, value, space, statement)
        case _:
            pass


def bind(walker: Walker, name: str, value: Value, space: Space) -> None:
    """Bind a name here, or where `global` or `nonlocal` says."""
    if (outer := space.outer.get(name)) is not None:
        walker.journal.put(outer.names, name, value)
    else:
        space.names[name] = value


def _unpack(
    walker: Walker,
    targets: list[ast.expr],
    value: Value,
    space: Space,
    statement: ast.stmt | ast.expr,
) -> None:
    items: list[Value] = [UNKNOWN] * len(targets)
    starred = any(isinstance(target, ast.Starred) for target in targets)
    if isinstance(value, Sequence) and not starred and len(value.items) == len(targets):
        items = value.items
    elif isinstance(value, Known) and isinstance(value.value, tuple):
        parts = cast(tuple[Any, ...], value.value)  # pyright: ignore[reportUnknownMemberType]
        if len(parts) == len(targets):
            items = [Known(item, value.origin) for item in parts]
    elif isinstance(value, Made):
        # Parts of a made value remember what they are parts of.
        items = [Made(f"{value.name}()[]", receiver=value, place=value.place) for _ in targets]
    for target, item in zip(targets, items, strict=True):
        assign(walker, target, item, space, statement)


def _set_attribute(
    walker: Walker,
    holder: Value,
    name: str,
    value: Value,
    space: Space,
    statement: ast.stmt | ast.expr,
) -> None:
    certain = walker.here.guard in {Guard.ALWAYS, Guard.MET}
    match holder:
        case Instance() | Made():
            _store(walker, holder.attributes, name, value, certain)
        case Table():
            _store(walker, holder.items, name, value, certain)
        case ModuleValue():
            _store(walker, walker.module(holder.path).names, name, value, certain)
        case ClassValue():
            _store(walker, holder.space.names, name, value, certain)
        case External():
            _set_outside(walker, f"{holder.name}.{name}", value, space, statement)
        case MethodOf():
            pass
        case Choice():
            for item in holder.values:
                _set_attribute(walker, item, name, value, space, statement)
        case _:
            pass


def _store(walker: Walker, names: dict[Any, Value], name: Any, value: Value, certain: bool) -> None:
    before = names.get(name)
    after = value if certain or before is None else join(before, value)
    walker.journal.put(names, name, after)


def _set_outside(
    walker: Walker, dotted: str, value: Value, space: Space, statement: ast.stmt | ast.expr
) -> None:
    name = walker.vocabulary.canonical(dotted)
    for wanted in walker.vocabulary.assigned:
        if name == wanted or (wanted.endswith(".") and name.startswith(wanted)):
            walker.emit(Kind.SET, name, statement, space, value=value)
            return


def _set_item(
    walker: Walker,
    holder: Value,
    key: Value,
    value: Value,
    space: Space,
    statement: ast.stmt | ast.expr,
) -> None:
    holder = held_by(holder) or holder
    if isinstance(holder, Table):
        if isinstance(key, Known) and isinstance(key.value, (str, int)):
            certain = walker.here.guard in {Guard.ALWAYS, Guard.MET}
            _store(walker, holder.items, key.value, value, certain)
        else:
            walker.journal.loosen(holder)
    elif isinstance(holder, Sequence):
        walker.journal.loosen(holder)
        walker.journal.append(holder.items, value)
    elif isinstance(holder, External):
        name = walker.vocabulary.canonical(holder.name)
        if name in walker.vocabulary.assigned:
            text = str(key.value) if isinstance(key, Known) else None
            walker.emit(Kind.SET, name, statement, space, key=text, value=value)


def setting(
    walker: Walker,
    targets: Targets[ast.expr],
    statement: ast.Assign | ast.AnnAssign,
    value: Value,
    space: Space,
) -> Value:
    """Take a constant of a telling name as something that a person edits."""
    name = targets[0].id if isinstance(targets[0], ast.Name) else ""
    pattern = walker.vocabulary.settings
    if not (isinstance(value, Known) and isinstance(statement.value, ast.Constant)):
        return value
    if not (name and pattern and re.search(pattern, name, re.I)):
        return value
    return Known(value.value, Origin("constant", name, space.file.place(statement)))


def count_on(loop: ast.stmt, space: Space) -> None:
    """Take what a loop counts on for no constant any more: only its first round sees it."""
    for node in space.file.nodes.of(ast.AugAssign, under=loop):
        name = node.target.id if isinstance(node.target, ast.Name) else ""
        if isinstance(before := space.names.get(name), Known):
            space.names[name] = Computed((before,))


def forget(walker: Walker, target: ast.expr, space: Space) -> None:
    """Delete a name or an item."""
    if isinstance(target, ast.Name):
        walker.journal.drop(space.names, target.id)
    elif isinstance(target, ast.Subscript):
        holder = walker.value(target.value, space)
        if isinstance(holder, (Table, Sequence)):
            walker.journal.loosen(holder)
