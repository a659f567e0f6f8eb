"""Counts the elements in which two tensors of one dtype differ, and by how much."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import compress, repeat
from operator import ge, ne, sub
from typing import TYPE_CHECKING, Any

from .dtypes import FLOATING, integers, item_size, numbers, real_type

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLOCK = 1 << 20


@dataclass(slots=True)
class ElementDelta:
    """What was counted; `first` is the flat index of the first element that differs."""

    differing: int = 0
    max_ulp: int | None = None
    max_abs: float | None = None
    nan_mismatches: int = 0
    first: int | None = None

    def note(self, index: int) -> None:
        """One more differing element."""
        self.differing += 1
        if self.first is None:
            self.first = index


def compare_elements(dtype: str, a: memoryview, b: memoryview, plain: bool = False) -> ElementDelta:
    """Compares two blocks of elements, equally long, in steps of one mebibyte.

    NumPy does the counting where it is installed, unless `plain`; both ways count the same.
    """
    size = item_size(dtype)
    delta = ElementDelta()
    numpy = None if plain else _numpy()
    a, b = a.cast("B"), b.cast("B")
    step = max(size, _BLOCK // size * size)
    for start in range(0, a.nbytes, step):
        left, right = bytes(a[start : start + step]), bytes(b[start : start + step])
        if left == right:
            continue
        if dtype.startswith("bytes"):
            _compare_opaque(size, left, right, start // size, delta)
        elif numpy is not None and real_type(dtype) in _NUMPY_BITS:
            _compare_by_numpy(numpy, dtype, left, right, start // size, delta)
        else:
            _compare_plainly(dtype, left, right, start // size, delta)
    return delta


def _numpy() -> Any:
    try:
        import numpy
    except ImportError:
        return None
    return numpy


def _compare_opaque(size: int, left: bytes, right: bytes, offset: int, delta: ElementDelta) -> None:
    for i in range(len(left) // size):
        if left[i * size : (i + 1) * size] != right[i * size : (i + 1) * size]:
            delta.note(offset + i)


def _compare_plainly(
    dtype: str, left: bytes, right: bytes, offset: int, delta: ElementDelta
) -> None:
    real = real_type(dtype)
    parts = 1 if real == dtype else 2
    a, b = integers(real, left), integers(real, right)
    indices = list(compress(range(len(a)), map(ne, a, b)))
    mine, its = [a[i] for i in indices], [b[i] for i in indices]
    if real not in FLOATING:
        for i, x, y in zip(indices, mine, its, strict=True):
            delta.note(offset + i)
            delta.max_abs = max(delta.max_abs or 0, abs(x - y))
        return
    values = numbers(real, mine), numbers(real, its)
    if parts == 1 and _is_smooth(FLOATING[real].sign, mine, its, values):
        delta.differing += len(indices)
        delta.first = offset + indices[0] if delta.first is None else delta.first
        delta.max_ulp = max(delta.max_ulp or 0, max(map(abs, map(sub, mine, its))))
        _note_distance(delta, max(map(abs, map(sub, *values))))
        return
    places = [offset + i // parts for i in indices]
    _compare_one_by_one(real, places, mine, its, values, delta)


_Values = tuple["Sequence[float]", "Sequence[float]"]


def _is_smooth(sign: int, mine: Sequence[int], its: Sequence[int], values: _Values) -> bool:
    """Whether all are finite and equal in sign: then distances come from whole lists at once."""
    if any(map(ge, map(int.__xor__, mine, its), repeat(sign))):
        return False
    return all(map(math.isfinite, values[0])) and all(map(math.isfinite, values[1]))


def _compare_one_by_one(
    real: str,
    places: Sequence[int],
    mine: Sequence[int],
    its: Sequence[int],
    values: _Values,
    delta: ElementDelta,
) -> None:
    """`places` are flat indices; both parts of a complex number have the same."""
    layout = FLOATING[real]
    counted: int | None = None
    pairs = zip(*values, strict=True)
    for place, x, y, (first, second) in zip(places, mine, its, pairs, strict=True):
        nans = layout.is_nan(x) + layout.is_nan(y)
        if nans == 2:
            continue
        if counted != place:
            counted = place
            delta.note(place)
        if nans:
            delta.nan_mismatches += 1
            continue
        delta.max_ulp = max(delta.max_ulp or 0, abs(layout.rank(x) - layout.rank(y)))
        _note_distance(delta, abs(first - second))


def _note_distance(delta: ElementDelta, distance: float) -> None:
    if math.isfinite(distance):
        delta.max_abs = max(delta.max_abs or 0.0, distance)


_NUMPY_BITS = {
    "float64": "<u8", "float32": "<u4", "float16": "<u2", "bfloat16": "<u2",
    "int8": "i1", "int16": "<i2", "int32": "<i4", "uint8": "u1", "uint16": "<u2", "uint32": "<u4",
    "bool": "u1",
}  # fmt: skip


def _compare_by_numpy(
    numpy: Any, dtype: str, left: bytes, right: bytes, offset: int, delta: ElementDelta
) -> None:
    real = real_type(dtype)
    parts = 1 if real == dtype else 2
    a = numpy.frombuffer(left, _NUMPY_BITS[real])
    b = numpy.frombuffer(right, _NUMPY_BITS[real])
    indices = numpy.flatnonzero(a != b)
    a, b = a[indices], b[indices]
    if real in FLOATING:
        layout = FLOATING[real]
        left_nan, right_nan = _nans(numpy, layout, a), _nans(numpy, layout, b)
        kept = ~(left_nan & right_nan)
        mismatch = left_nan ^ right_nan
        delta.nan_mismatches += int(mismatch.sum())
        numeric = kept & ~mismatch
        _measure_floats(numpy, real, a[numeric], b[numeric], delta)
        indices = indices[kept]
    elif len(indices):
        distance = int(numpy.abs(a.astype("i8") - b.astype("i8")).max())
        delta.max_abs = max(delta.max_abs or 0, distance)
    if len(indices):
        delta.differing += len(numpy.unique(indices // parts)) if parts > 1 else len(indices)
        if delta.first is None:
            delta.first = offset + int(indices[0]) // parts


def _nans(numpy: Any, layout: Any, patterns: Any) -> Any:
    infinity = ((1 << layout.exponent) - 1) << layout.mantissa
    return (patterns & patterns.dtype.type(layout.sign - 1)) > patterns.dtype.type(infinity)


def _measure_floats(numpy: Any, real: str, a: Any, b: Any, delta: ElementDelta) -> None:
    if not len(a):
        return
    layout = FLOATING[real]
    # uint64 holds the magnitude; ranks of equal sign subtract, of opposite sign add.
    mask = numpy.uint64(layout.sign - 1)
    left, right = a.astype("u8"), b.astype("u8")
    opposite = ((left ^ right) & numpy.uint64(layout.sign)) != 0
    left, right = left & mask, right & mask
    apart = numpy.where(
        opposite, left + right, numpy.maximum(left, right) - numpy.minimum(left, right)
    )
    delta.max_ulp = max(delta.max_ulp or 0, int(apart.max()))
    with numpy.errstate(all="ignore"):
        distances = numpy.abs(_floats(numpy, real, a) - _floats(numpy, real, b))
    finite = distances[numpy.isfinite(distances)]
    if len(finite):
        _note_distance(delta, float(finite.max()))


def _floats(numpy: Any, real: str, patterns: Sequence[int]) -> Any:
    if real == "bfloat16":
        return (patterns.astype("<u4") << 16).view("<f4").astype("<f8")  # type: ignore[attr-defined]
    return patterns.view(f"<f{FLOATING[real].bits // 8}").astype("<f8")  # type: ignore[attr-defined]
