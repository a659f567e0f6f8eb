"""Plain data to JSON and back: the dataclasses that the cache keeps, and nothing else."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from typing import Any, cast

from .examine import Examined
from .finding import Confidence, Edit, Evidence, Finding, Fix, Severity
from .module import Module
from .place import Place
from .scouted import Import
from .source import Problem, ShellLine
from .streams import EntryPointStreams, State, StreamState
from .suppression import Suppression

_KINDS: tuple[type[Any], ...] = (
    Place,
    Finding,
    Evidence,
    Edit,
    Fix,
    Module,
    Import,
    Problem,
    ShellLine,
    Suppression,
    Examined,
    EntryPointStreams,
    StreamState,
)
_TAGS = {kind: f"${number}" for number, kind in enumerate(_KINDS)}
_BY_TAG = {tag: kind for kind, tag in _TAGS.items()}
_FIELDS = {kind: tuple(field.name for field in fields(kind)) for kind in _KINDS}
_ENUMS: dict[type[Any], dict[str, type[Enum]]] = {
    Finding: {"severity": Severity, "confidence": Confidence},
    StreamState: {"state": State},
}
_ATOMS = (str, int, float, bool, type(None))


def encode(value: Any) -> Any:
    """Return a value as JSON holds it: tuples as `["$t", …]`, dataclasses as `["$n", fields…]`.

    Raises:
        TypeError: a value that the cache does not keep.
    """
    kind = cast(type[Any], type(value))
    if kind in _ATOMS:
        return value
    if kind is tuple:
        return ["$t", *[encode(item) for item in value]]
    if kind is list:
        return ["$l", *[encode(item) for item in value]]
    if kind is dict:
        return {str(key): encode(item) for key, item in value.items()}
    if (tag := _TAGS.get(kind)) is not None:
        return [tag, *[encode(getattr(value, name)) for name in _FIELDS[kind]]]
    if isinstance(value, Enum):
        return value.value
    if kind in (set, frozenset):
        return ["$s", *[encode(item) for item in sorted(value)]]
    raise TypeError(f"not kept in a cache: {kind.__name__}")


def decode(value: Any) -> Any:
    """Return what `encode` was given.

    Raises:
        KeyError, TypeError, ValueError: not something that `encode` wrote.
    """
    if isinstance(value, list):
        items = cast(list[Any], value)
        tag, rest = items[0], items[1:]
        if tag == "$t":
            return tuple(decode(item) for item in rest)
        if tag == "$l":
            return [decode(item) for item in rest]
        if tag == "$s":
            return frozenset(decode(item) for item in rest)
        kind = _BY_TAG[tag]
        values = dict(zip(_FIELDS[kind], (decode(item) for item in rest), strict=True))
        values |= {name: enum(values[name]) for name, enum in _ENUMS.get(kind, {}).items()}
        return kind(**values)
    if isinstance(value, dict):
        return {key: decode(item) for key, item in cast(dict[str, Any], value).items()}
    return value
