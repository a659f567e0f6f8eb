"""Two dumped tensors element by element: how many differ, and by how many units in the last place."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path

MAGIC = b"FWDUMP01"
_CHUNK = 4096
_MOST = 1 << 24
_FLOATS = {
    "torch.float64": ("q", 8), "float64": ("q", 8), "torch.float32": ("i", 4), "float32": ("i", 4),
    "torch.float16": ("h", 2), "float16": ("h", 2), "torch.bfloat16": ("h", 2),
}  # fmt: skip
_WHOLE = {8: "q", 4: "i", 2: "h", 1: "b"}


@dataclass(frozen=True, slots=True)
class ElementCount:
    """How two tensors of one shape differ; max_ulp is None where the elements are no floats."""

    differing: int
    total: int
    max_ulp: int | None


def compare_dumps(a: Path, b: Path) -> ElementCount | None:
    """None when either file is missing or the tensors have different types or shapes."""
    try:
        head, mine = _read(a)
        other, theirs = _read(b)
    except (OSError, ValueError, struct.error):
        return None
    if head["dtype"] != other["dtype"] or head["shape"] != other["shape"]:
        return None
    total = 1
    for size in head["shape"]:
        total *= size
    if total == 0 or len(mine) != len(theirs) or len(mine) % total:
        return None
    return _count(mine, theirs, str(head["dtype"]), total)


def _read(path: Path) -> tuple[dict[str, list[int]], bytes]:
    data = path.read_bytes()
    if data[:8] != MAGIC:
        raise ValueError(path)
    (length,) = struct.unpack_from("<I", data, 8)
    return json.loads(data[12 : 12 + length]), data[12 + length :]


def _count(mine: bytes, theirs: bytes, dtype: str, total: int) -> ElementCount:
    size = len(mine) // total
    floating = _FLOATS.get(dtype)
    letter = floating[0] if floating else _WHOLE.get(size)
    if letter is None:
        return ElementCount(_unequal(mine, theirs, size), total, None)
    differing, most = 0, 0
    width = struct.calcsize(letter)
    for start in range(0, min(len(mine), _MOST * width), _CHUNK):
        left, right = mine[start : start + _CHUNK], theirs[start : start + _CHUNK]
        if left == right:
            continue
        for x, y in zip(memoryview(left).cast(letter), memoryview(right).cast(letter), strict=True):
            if x != y:
                differing += 1
                most = max(most, abs(_ordered(x, width) - _ordered(y, width)))
    return ElementCount(differing, total, most if floating else None)


def _unequal(mine: bytes, theirs: bytes, size: int) -> int:
    return sum(mine[at : at + size] != theirs[at : at + size] for at in range(0, len(mine), size))


def _ordered(bits: int, width: int) -> int:
    # Sign and magnitude to a line on which neighbouring floats are neighbouring integers.
    return bits if bits >= 0 else -(bits & ((1 << (8 * width - 1)) - 1))
