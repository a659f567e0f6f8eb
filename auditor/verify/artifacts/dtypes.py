"""Element types: their size, their bits as ordered integers, and their values."""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from .artifact_error import ArtifactError


@dataclass(frozen=True, slots=True)
class Floating:
    """A floating-point layout: bits in all, bits of the exponent, of the mantissa, and its bias."""

    bits: int
    exponent: int
    mantissa: int
    bias: int
    infinities: bool = True
    nan_is_negative_zero: bool = False

    @property
    def sign(self) -> int:
        """The sign bit."""
        return 1 << (self.bits - 1)

    def is_nan(self, pattern: int) -> bool:
        """Whether this bit pattern is a NaN."""
        if self.nan_is_negative_zero:
            return pattern == self.sign
        magnitude = pattern & (self.sign - 1)
        if not self.infinities:
            return magnitude == self.sign - 1
        return magnitude > ((1 << self.exponent) - 1) << self.mantissa

    def rank(self, pattern: int) -> int:
        """Its place among the representable values: neighbours differ by one, both zeros are 0."""
        return -(pattern & (self.sign - 1)) if pattern & self.sign else pattern


FLOATING: dict[str, Floating] = {
    "float64": Floating(64, 11, 52, 1023),
    "float32": Floating(32, 8, 23, 127),
    "float16": Floating(16, 5, 10, 15),
    "bfloat16": Floating(16, 8, 7, 127),
    "float8_e5m2": Floating(8, 5, 2, 15),
    "float8_e4m3fn": Floating(8, 4, 3, 7, infinities=False),
    "float8_e5m2fnuz": Floating(8, 5, 2, 16, infinities=False, nan_is_negative_zero=True),
    "float8_e4m3fnuz": Floating(8, 4, 3, 8, infinities=False, nan_is_negative_zero=True),
}

_INTEGERS = {"int8": "b", "int16": "h", "int32": "i", "int64": "q"} | {
    "uint8": "B", "uint16": "H", "uint32": "I", "uint64": "Q", "bool": "B",
}  # fmt: skip
_COMPLEX = {"complex64": "float32", "complex128": "float64", "complex32": "float16"}
_BIT_CODES = {8: "B", 16: "H", 32: "I", 64: "Q"}


@lru_cache(maxsize=256)
def item_size(dtype: str) -> int:
    """Bytes of one element; `bytes12` is an opaque one of 12. ArtifactError for other names."""
    if dtype in FLOATING:
        return FLOATING[dtype].bits // 8
    if dtype in _INTEGERS:
        return array(_INTEGERS[dtype]).itemsize
    if dtype in _COMPLEX:
        return 2 * item_size(_COMPLEX[dtype])
    if dtype.startswith("bytes") and dtype[5:].isdecimal():
        return int(dtype[5:])
    raise ArtifactError(f"elements of the unknown type {dtype[:40]!r}")


def real_type(dtype: str) -> str:
    """The type of the parts of a complex number; other types as they are."""
    return _COMPLEX.get(dtype, dtype)


def integers(dtype: str, data: bytes) -> array[int]:
    """The bit patterns of floating-point elements, or the values of integers."""
    code = _BIT_CODES[FLOATING[dtype].bits] if dtype in FLOATING else _INTEGERS[dtype]
    values = array(code, data)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def numbers(dtype: str, patterns: Sequence[int]) -> Sequence[float]:
    """The values of floating-point bit patterns."""
    match dtype:
        case "float64":
            return struct.unpack(f"<{len(patterns)}d", struct.pack(f"<{len(patterns)}Q", *patterns))
        case "float32":
            return struct.unpack(f"<{len(patterns)}f", struct.pack(f"<{len(patterns)}I", *patterns))
        case "bfloat16":
            return numbers("float32", [pattern << 16 for pattern in patterns])
        case _:
            layout = FLOATING[dtype]
            return [_value(layout, pattern) for pattern in patterns]


def _value(layout: Floating, pattern: int) -> float:
    if layout.is_nan(pattern):
        return float("nan")
    sign = -1.0 if pattern & layout.sign else 1.0
    exponent = (pattern & (layout.sign - 1)) >> layout.mantissa
    fraction = pattern & ((1 << layout.mantissa) - 1)
    if layout.infinities and exponent == (1 << layout.exponent) - 1:
        return sign * float("inf")
    if exponent == 0:
        return sign * fraction * 2.0 ** (1 - layout.bias - layout.mantissa)
    return (
        sign
        * ((1 << layout.mantissa) + fraction)
        * 2.0 ** (exponent - layout.bias - layout.mantissa)
    )
