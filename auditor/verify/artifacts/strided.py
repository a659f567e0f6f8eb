"""Views of a storage, unrolled to C order with the standard library alone."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from .artifact_error import ArtifactError
from .content import MAX_ELEMENTS
from .dtypes import item_size

MAX_UNROLLED = 1 << 28
"""Elements of a tensor that is not contiguous; a larger one is refused (an expanded view may be
as large as it pleases)."""


def contiguous(
    data: memoryview, dtype: str, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> memoryview:
    """The elements in C order; a view where they lie so already.

    Offset and strides count elements. ArtifactError when they leave the storage.
    """
    size = item_size(dtype)
    numbers = (offset, *shape, *strides)
    if len(shape) != len(strides) or any(not isinstance(n, int) or n < 0 for n in numbers):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ArtifactError("a tensor with forged strides")
    count = math.prod(shape)
    if count == 0:
        return data[:0]
    last = offset + sum(
        (extent - 1) * stride for extent, stride in zip(shape, strides, strict=True)
    )
    if count > MAX_ELEMENTS or (last + 1) * size > data.nbytes:
        raise ArtifactError("a tensor that reaches beyond its storage (truncated file?)")
    if _is_contiguous(shape, strides):
        return data[offset * size : (offset + count) * size]
    if count > MAX_UNROLLED:
        raise ArtifactError(f"a view of {count:,} elements that is not contiguous")
    return memoryview(b"".join(_rows(data, size, offset, shape, strides)))


def fortran_strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Strides of an array in Fortran order."""
    return tuple(itertools.accumulate((1, *shape[:-1]), lambda a, b: a * max(b, 1)))


def _is_contiguous(shape: tuple[int, ...], strides: tuple[int, ...]) -> bool:
    expected = 1
    for extent, stride in zip(reversed(shape), reversed(strides), strict=True):
        if extent != 1 and stride != expected:
            return False
        expected *= extent
    return True


def _whole_elements(data: memoryview, size: int) -> memoryview | None:
    """The storage as integers of the element's size; None for other sizes."""
    usable = data[: data.nbytes // size * size]
    match size:
        case 1:
            return usable.cast("B")
        case 2:
            return usable.cast("H")
        case 4:
            return usable.cast("I")
        case 8:
            return usable.cast("Q")
        case _:
            return None


def _rows(
    data: memoryview, size: int, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> Iterator[bytes]:
    """The innermost dimension at once, by a strided slice; the outer ones one index at a time."""
    *outer, extent = shape
    *steps, stride = strides
    outer_offsets = itertools.product(
        *(
            range(0, n * step, step) if step else [0] * n
            for n, step in zip(outer, steps, strict=True)
        )
    )
    elements = _whole_elements(data, size)
    for offsets in outer_offsets:
        start = offset + sum(offsets)
        if elements is None or stride == 0:
            places = (start + i * stride for i in range(extent))
            yield b"".join(bytes(data[place * size : (place + 1) * size]) for place in places)
        else:
            yield elements[start : start + (extent - 1) * stride + 1 : stride].tobytes()
