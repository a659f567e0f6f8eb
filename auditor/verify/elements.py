"""Two dumped tensors element by element: how many differ, and by how many ULP."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from .artifacts.elements import compare_elements

MAGIC = b"FWDUMP01"


@dataclass(frozen=True, slots=True)
class ElementCount:
    """How two tensors of one shape differ; max_ulp is None where the elements are no floats."""

    differing: int
    total: int
    max_ulp: int | None


def compare_dumps(a: Path, b: Path) -> ElementCount | None:
    """None when either file is missing or damaged, or the tensors have other types or shapes."""
    try:
        head, mine = _read(a)
        other, theirs = _read(b)
        if head["dtype"] != other["dtype"] or head["shape"] != other["shape"]:
            return None
        dtype = str(head["dtype"]).removeprefix("torch.")
        counted = compare_elements(dtype, memoryview(mine), memoryview(theirs))
    except (OSError, ValueError, KeyError, struct.error):
        return None
    return ElementCount(counted.differing, prod(head["shape"]), counted.max_ulp)


def _read(path: Path) -> tuple[dict[str, Any], bytes]:
    data = path.read_bytes()
    if data[:8] != MAGIC:
        raise ValueError(path)
    (length,) = struct.unpack_from("<I", data, 8)
    return json.loads(data[12 : 12 + length]), data[12 + length :]
