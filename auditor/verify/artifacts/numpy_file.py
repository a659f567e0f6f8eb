"""NumPy's .npy and .npz, without NumPy; object arrays are read as inert pickles."""

from __future__ import annotations

import ast
import io
import math
import warnings
from typing import Any

from ...pickle_machine import PickleMachine
from ...pickle_values import PickleError
from .archive import Archive
from .artifact_error import ArtifactError
from .content import Group, Node, Tensor
from .dtypes import item_size
from .numpy_types import parse_code, swap
from .rebuild import pickled_content
from .strided import contiguous, fortran_strides

MAGIC = b"\x93NUMPY"
MAX_HEADER = 1 << 20


def read_npz(archive: Archive) -> Node:
    """The arrays of an archive by name."""
    members: dict[str, Node] = {}
    for name in archive.names:
        members[name.removesuffix(".npy")] = read_npy(archive.read(name))
    return Group("dict", members)


def read_npy(data: memoryview) -> Node:
    """One array. ArtifactError when header and bytes do not fit."""
    header, start = _header(data)
    try:
        shape = tuple(int(extent) for extent in header["shape"])
        descr, fortran = header["descr"], bool(header["fortran_order"])
    except (KeyError, TypeError, ValueError):
        raise ArtifactError("a malformed .npy header") from None
    if any(extent < 0 for extent in shape):
        raise ArtifactError("a .npy header with a forged shape")
    if isinstance(descr, str) and descr.lstrip("|<>=") == "O":
        return _objects(data[start:])
    if not isinstance(descr, str):
        dtype, swapped = f"bytes{_structured_size(descr)}", False
    else:
        dtype, swapped = parse_code(descr)
        if descr.lstrip("|<>=")[:1] == "V":
            swapped = False
    size = math.prod(shape) * item_size(dtype)
    content = data[start : start + size]
    if content.nbytes != size:
        raise ArtifactError(f"truncated: {size - content.nbytes:,} of {size:,} bytes are missing")
    if swapped:
        content = swap(dtype, content)
    if fortran and len(shape) > 1 and size:
        content = contiguous(content, dtype, 0, shape, fortran_strides(shape))
    return Tensor(dtype, shape, content)


def _header(data: memoryview) -> tuple[dict[str, Any], int]:
    if bytes(data[:6]) != MAGIC or data.nbytes < 10:
        raise ArtifactError("not a .npy file")
    width = 2 if data[6] == 1 else 4
    length = int.from_bytes(data[8 : 8 + width], "little")
    start = 8 + width + length
    if length > MAX_HEADER or start > data.nbytes:
        raise ArtifactError("truncated: the .npy header does not fit into the file")
    try:
        with warnings.catch_warnings(action="ignore"):
            header = ast.literal_eval(bytes(data[8 + width : start]).decode("utf-8").strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise ArtifactError("a malformed .npy header") from None
    if not isinstance(header, dict):
        raise ArtifactError("a malformed .npy header")
    return header, start  # pyright: ignore[reportUnknownVariableType]


def _structured_size(descr: Any) -> int:
    """Bytes of one record."""
    if isinstance(descr, str):
        return item_size(parse_code(descr)[0])
    try:
        total = 0
        for field in descr:
            extents = field[2] if len(field) > 2 else ()
            count = math.prod(extents) if isinstance(extents, tuple) else int(extents)  # pyright: ignore
            total += count * _structured_size(field[1])
    except (TypeError, IndexError, RecursionError):
        raise ArtifactError("a malformed structured dtype") from None
    return total


def _objects(data: memoryview) -> Node:
    try:
        return pickled_content(PickleMachine(io.BytesIO(data)).evaluate())
    except PickleError as error:
        raise ArtifactError(str(error)) from None
