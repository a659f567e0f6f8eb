"""Compares two trees of content; identical gives None."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from .content import Blob, Group, Node, Tensor, Text, Value, shorten
from .difference import Difference, Kind, TensorDelta, joined
from .elements import compare_elements

MAX_CHILDREN = 1000
"""Differences listed under one group; the rest is counted."""

_BLOCK = 1 << 20


@dataclass(slots=True)
class Comparer:
    """Compares trees; counts the tensors, and notes what differs without being content."""

    tensors: int = 0
    notes: list[str] = field(default_factory=list[str])

    def compare(self, name: str, a: Node, b: Node, where: str = "") -> Difference | None:
        """How `b` differs from `a`; `where` is the full name, for notes."""
        where = joined(where, name)
        match a, b:
            case Group(), Group():
                return self._groups(name, a, b, where)
            case Tensor(), Tensor():
                return self._tensors(name, a, b)
            case Value(), Value():
                return None if a.same_as(b) else Difference(name, Kind.VALUE, _change(a, b))
            case Text(), Text():
                return _texts(name, a, b)
            case Blob(), Blob():
                return _blobs(name, a, b)
            case _:
                return Difference(name, Kind.TYPE, f"{describe(a)} in A, {describe(b)} in B")

    def _groups(self, name: str, a: Group, b: Group, where: str) -> Difference | None:
        if a.label != b.label:
            return Difference(name, Kind.TYPE, f"{a.label} in A, {b.label} in B")
        for left_out, why in (a.volatile | b.volatile).items():
            self._note(f"{left_out} left out: {why}")
        found: list[Difference] = []
        for key in _keys(a, b):
            if key not in b.members:
                found.append(
                    Difference(key, Kind.ONLY_IN_A, f"only in A: {describe(a.members[key])}")
                )
            elif key not in a.members:
                found.append(
                    Difference(key, Kind.ONLY_IN_B, f"only in B: {describe(b.members[key])}")
                )
            elif difference := self.compare(key, a.members[key], b.members[key], where):
                found.append(difference)
        if not found:
            if list(a.members) != list(b.members):
                self._note(f"{where or 'the top level'}: the same members in another order")
            return None
        return Difference(name, Kind.CONTENTS, _count(found, a, b), None, _bounded(found))

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _tensors(self, name: str, a: Tensor, b: Tensor) -> Difference | None:
        self.tensors += 1
        if a.dtype != b.dtype:
            return Difference(name, Kind.DTYPE, f"{describe(a)} in A, {describe(b)} in B")
        if a.shape != b.shape:
            return Difference(name, Kind.SHAPE, f"{describe(a)} in A, {describe(b)} in B")
        counted = compare_elements(a.dtype, a.data, b.data)
        if counted.first is None:
            return None
        delta = TensorDelta(
            a.dtype, a.shape, a.elements, counted.differing, counted.max_ulp, counted.max_abs,
            counted.nan_mismatches, unravel(counted.first, a.shape),
        )  # fmt: skip
        return Difference(name, Kind.VALUES, _tensor_line(delta), delta)


def _keys(a: Group, b: Group) -> list[str]:
    return list(dict.fromkeys([*a.members, *b.members]))


def _bounded(found: list[Difference]) -> tuple[Difference, ...]:
    if len(found) <= MAX_CHILDREN:
        return tuple(found)
    rest = Difference("", Kind.MORE, f"and {len(found) - MAX_CHILDREN:,} more")
    return (*found[:MAX_CHILDREN], rest)


def _count(found: list[Difference], a: Group, b: Group) -> str:
    return f"{len(found):,} of {len(_keys(a, b)):,} members differ"


def _change(a: Value, b: Value) -> str:
    text = f"{a} in A, {b} in B"
    if isinstance(a.value, float) and isinstance(b.value, float):
        distance = abs(a.value - b.value)
        if math.isfinite(distance):
            text += f" (difference {distance:.3g})"
    return text


def _tensor_line(delta: TensorDelta) -> str:
    shape = "x".join(map(str, delta.shape)) or "scalar"
    counts = f"{delta.elements_differing:,} of {delta.elements:,} elements differ"
    parts = [f"{counts} ({delta.dtype} {shape})"]
    if delta.max_ulp is not None:
        parts.append(f"max {delta.max_ulp:,} ULP")
    if delta.max_abs is not None:
        parts.append(f"max difference {delta.max_abs:.3g}")
    if delta.nan_mismatches:
        parts.append(f"{delta.nan_mismatches:,} NaN on one side only")
    return ", ".join(parts)


def unravel(index: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The flat, C-ordered index as one index a dimension."""
    place: list[int] = []
    for extent in reversed(shape):
        index, rest = divmod(index, extent)
        place.append(rest)
    return tuple(reversed(place))


def _texts(name: str, a: Text, b: Text) -> Difference | None:
    if a.lines == b.lines:
        return None
    common = min(len(a.lines), len(b.lines))
    first = next((i for i in range(common) if a.lines[i] != b.lines[i]), common)
    message = f"{len(a.lines):,} lines in A, {len(b.lines):,} in B"
    if len(a.lines) == len(b.lines):
        differing = sum(map(str.__ne__, a.lines, b.lines))
        message = f"{differing:,} of {common:,} lines differ"
    if first < common:
        message += f", first at line {first + 1}: {_excerpt(a.lines[first], b.lines[first])}"
    return Difference(name, Kind.TEXT, message)


def _excerpt(a: str, b: str) -> str:
    """The two lines around the first place where they part."""
    start = next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
    begin = max(0, start - 20)
    return f"{shorten(a[begin : begin + 60])!r} in A, {shorten(b[begin : begin + 60])!r} in B"


def _blobs(name: str, a: Blob, b: Blob) -> Difference | None:
    length = min(a.data.nbytes, b.data.nbytes)
    first: int | None = None
    differing = 0
    for start in range(0, length, _BLOCK):
        end = min(start + _BLOCK, length)
        left, right = bytes(a.data[start:end]), bytes(b.data[start:end])
        if left == right:
            continue
        counted = compare_elements("uint8", memoryview(left), memoryview(right))
        differing += counted.differing
        if first is None and counted.first is not None:
            first = start + counted.first
    if first is None:
        if a.data.nbytes == b.data.nbytes:
            return None
        first = length
    message = f"first difference at byte {first:,}"
    if a.data.nbytes == b.data.nbytes:
        message = f"{differing:,} of {length:,} bytes differ, first at {first:,}"
    else:
        message += f"; {a.data.nbytes:,} bytes in A, {b.data.nbytes:,} in B"
    note = a.note or b.note
    return Difference(name, Kind.BYTES, f"{message} ({note})" if note else message)


def describe(node: Node) -> str:
    """What a node is, in a few words."""
    match node:
        case Tensor():
            return f"{node.dtype} {list(node.shape)}"
        case Value():
            return str(node)
        case Text():
            return f"a text of {len(node.lines):,} lines"
        case Blob():
            return f"{node.data.nbytes:,} bytes"
        case Group():
            return f"{node.label} of {len(node.members):,}"
