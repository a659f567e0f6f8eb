"""Changes to values that outlive a walk: noted, so that they can be undone and made again.

Modules are imported once for all walks of a project; what they made is shared. A walk that changes
it (`registry[name] = f`, `module.FLAG = True`) does so through its journal, which undoes everything
when the walk is over. Changes to values that the walk made itself are not noted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol

from .abstract import (
    BoundMethod,
    Choice,
    ClassValue,
    Computed,
    External,
    FunctionValue,
    Instance,
    Known,
    Made,
    MethodOf,
    ModuleValue,
    Parser,
    Partial,
    Sequence,
    Super,
    Table,
    Unknown,
    Value,
)
from .space import Space


class Change(Protocol):
    """Something that was done to a value."""

    def undo(self) -> None:
        """Take it back. Everything that was done after it has been taken back before."""

    def redo(self) -> None:
        """Do it once more, from the state in which it was done first."""

    def again(self) -> Change:
        """Do the same from the state that holds now, and return that change."""
        ...


_MISSING: Any = object()


@dataclass(slots=True, eq=False)
class Put:
    """`names[key] = value`; a value of `_MISSING` deletes."""

    names: MutableMapping[Any, Any]
    key: Any
    value: Any
    before: Any = _MISSING

    def undo(self) -> None:
        _set(self.names, self.key, self.before)

    def redo(self) -> None:
        _set(self.names, self.key, self.value)

    def again(self) -> Change:
        made = Put(self.names, self.key, self.value, self.names.get(self.key, _MISSING))
        made.redo()
        return made


def _set(names: MutableMapping[Any, Any], key: Any, value: Any) -> None:
    if value is _MISSING:
        names.pop(key, None)
    else:
        names[key] = value


@dataclass(slots=True, eq=False)
class Append:
    items: list[Value]
    value: Value

    def undo(self) -> None:
        if self.items:
            self.items.pop()

    def redo(self) -> None:
        self.items.append(self.value)

    def again(self) -> Change:
        self.items.append(self.value)
        return self


class _Container(Protocol):
    exact: bool


@dataclass(slots=True, eq=False)
class _Loosen:
    holder: _Container
    before: bool

    def undo(self) -> None:
        self.holder.exact = self.before

    def redo(self) -> None:
        self.holder.exact = False

    def again(self) -> Change:
        made = _Loosen(self.holder, self.holder.exact)
        made.redo()
        return made


class Journal:
    """Makes changes; remembers those of shared containers in order.

    `shared`: the identities of the containers that modules of the project have made.
    """

    def __init__(self, shared: set[int]) -> None:
        self.changes: list[Change] = []
        self._shared = shared

    def put(self, names: MutableMapping[Any, Any], key: Any, value: Any) -> None:
        """Set a key of a mapping."""
        if id(names) in self._shared:
            self.changes.append(Put(names, key, value, names.get(key, _MISSING)))
        names[key] = value

    def put_all(self, names: MutableMapping[Any, Any], values: Mapping[Any, Any]) -> None:
        """Set several keys of a mapping."""
        for key, value in values.items():
            self.put(names, key, value)

    def drop(self, names: MutableMapping[Any, Any], key: Any) -> None:
        """Delete a key of a mapping, if it is there."""
        if key in names:
            if id(names) in self._shared:
                self.changes.append(Put(names, key, _MISSING, names[key]))
            del names[key]

    def append(self, items: list[Value], value: Value) -> None:
        """Add an item to a list."""
        if id(items) in self._shared:
            self.changes.append(Append(items, value))
        items.append(value)

    def loosen(self, holder: _Container) -> None:
        """Note that a container may hold more than is known."""
        if holder.exact:
            if id(holder) in self._shared:
                self.changes.append(_Loosen(holder, True))
            holder.exact = False

    def undo(self) -> list[Change]:
        """Undo everything that was noted; return it in order."""
        undone = self.changes
        for change in reversed(undone):
            change.undo()
        self.changes = []
        return undone

    def redo(self, changes: list[Change]) -> None:
        """Make changes that were undone again."""
        for change in changes:
            change.redo()
        self.changes.extend(changes)

    def again(self, change: Change) -> None:
        """Make a change of an earlier walk in this one."""
        self.changes.append(change.again())


def containers(roots: Iterable[Value | Space], known: set[int]) -> None:
    """Add the identities of all values and containers that can be reached to `known`."""
    stack: list[Any] = list(roots)
    while stack:
        value = stack.pop()
        if id(value) in known or isinstance(value, _PLAIN):
            continue
        known.add(id(value))
        match value:
            case Instance():
                known.add(id(value.attributes))
                stack += [value.cls, *value.arguments.values(), *value.attributes.values()]
            case Table() | Sequence():
                known.add(id(value.items))
                stack += value.items if isinstance(value, Sequence) else value.items.values()
            case Made():
                known.add(id(value.attributes))
                stack += [value.receiver, *value.arguments.values(), *value.attributes.values()]
            case FunctionValue():
                known.add(id(value.options))
                stack += [value.home, value.owner, *value.defaults.values()]
                stack += value.options.values()
            case ClassValue():
                stack += [value.space, *value.bases]
            case Space():
                known.add(id(value.names))
                stack += [value.parent, *value.names.values()]
            case Parser():
                known.add(id(value.options))
                stack += [*value.options.values(), *value.classes]
            case BoundMethod() | Partial():
                stack.append(value.function)
                stack += (
                    [value.receiver] if isinstance(value, BoundMethod) else value.arguments.values()
                )
            case Choice():
                stack += value.values
            case Computed():
                stack += value.parts
            case Super() | MethodOf():
                stack.append(value.instance if isinstance(value, Super) else value.receiver)
            case _:
                pass


_PLAIN = (Known, External, ModuleValue, Unknown, type(None))
