"""What a pickle holds, as inert values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast


class PickleError(Exception):
    """The pickle is malformed, truncated or larger than the limits; one line."""


@dataclass(frozen=True, slots=True)
class Global:
    """A name that unpickling would import."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(frozen=True, slots=True)
class Persistent:
    """An object that lies outside the pickle, by its persistent id."""

    identifier: Any


@dataclass(slots=True)
class PickledDict:
    """A dict as pairs: keys may be values that Python could not hash."""

    pairs: list[tuple[Any, Any]] = field(default_factory=list[tuple[Any, Any]])


@dataclass(slots=True)
class PickledSet:
    """A set or frozenset, in pickled order."""

    items: list[Any] = field(default_factory=list[Any])


@dataclass(slots=True)
class Call:
    """An object that unpickling would make by calling `function`, with what is then put into it."""

    function: Any
    arguments: Any
    keywords: Any = None
    state: Any = None
    items: list[Any] = field(default_factory=list[Any])
    pairs: list[tuple[Any, Any]] = field(default_factory=list[tuple[Any, Any]])


def as_tuple(value: Any) -> tuple[Any, ...]:
    """The value when it is a tuple, else an empty one."""
    return cast("tuple[Any, ...]", value) if isinstance(value, tuple) else ()


def as_list(value: Any) -> list[Any]:
    """The value when it is a list, else an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []
