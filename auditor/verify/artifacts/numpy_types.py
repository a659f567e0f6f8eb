"""NumPy dtypes, as written in headers and pickles, and arrays of them."""

from __future__ import annotations

from array import array
from typing import Any

from ...pickle_values import Call, as_tuple
from ...regex import regex
from .artifact_error import ArtifactError
from .content import Tensor
from .dtypes import item_size, real_type
from .strided import contiguous, fortran_strides

_KINDS = {
    "f2": "float16", "f4": "float32", "f8": "float64", "b1": "bool",
    "i1": "int8", "i2": "int16", "i4": "int32", "i8": "int64",
    "u1": "uint8", "u2": "uint16", "u4": "uint32", "u8": "uint64",
    "c8": "complex64", "c16": "complex128", "?": "bool",
}  # fmt: skip
_BIT_CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}
_CODE = regex(r"([<>=|]?)([a-zA-Z?])(\d*)(?:\[.*\])?")


def parse_code(code: str, order: str = "") -> tuple[str, bool]:
    """`<f4` as (`float32`, big-endian or not). ArtifactError for object and unknown codes."""
    match = _CODE.fullmatch(code)
    if match is None:
        raise ArtifactError(f"an unknown dtype {code[:40]!r}")
    order, kind, digits = match.group(1) or order, match.group(2), match.group(3)
    if known := _KINDS.get(kind + digits):
        return known, order == ">"
    if kind in "SVaG" and digits:
        return f"bytes{int(digits)}", False
    if kind == "f" and digits:
        return f"bytes{int(digits)}", False
    if kind in "mM":
        return "int64", order == ">"
    if kind == "U" and digits:
        return f"bytes{4 * int(digits)}", False
    raise ArtifactError(f"arrays of dtype {code[:40]!r} are not read")


def array_tensor(dtype: Any, shape: tuple[int, ...], fortran: bool, data: memoryview) -> Tensor:
    """An array from a pickled dtype or a code, and its raw bytes."""
    name, swapped = _pickled_dtype(dtype)
    data = data.cast("B") if data.nbytes else data
    if not all(isinstance(extent, int) and extent >= 0 for extent in shape):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ArtifactError("an array of a forged shape")
    if name == "bytes0":
        return Tensor("uint8", (0,), memoryview(b""))
    if swapped:
        data = swap(name, data)
    if fortran and len(shape) > 1 and 0 not in shape:
        data = contiguous(data, name, 0, shape, fortran_strides(shape))
    return Tensor(name, shape, data)


def swap(dtype: str, data: memoryview) -> memoryview:
    """Big-endian elements as little-endian ones."""
    values = array(_BIT_CODES[item_size(real_type(dtype))], data.tobytes())
    values.byteswap()
    return memoryview(values).cast("B")


def _pickled_dtype(dtype: Any) -> tuple[str, bool]:
    if isinstance(dtype, str):
        return parse_code(dtype)
    if not isinstance(dtype, Call) or not dtype.arguments:
        # A structured or foreign dtype: ml_dtypes pickles its types as classes.
        raise ArtifactError(f"an unknown dtype {str(dtype)[:60]}")
    state = as_tuple(dtype.state)
    code = str(dtype.arguments[0])
    if code.startswith("V") and len(state) > 5 and isinstance(state[5], int) and state[5] > 0:
        return f"bytes{state[5]}", False
    return parse_code(code, str(state[1]) if len(state) > 1 else "")
