"""Counting differing elements: distances, NaN, zeros, denormals; with and without NumPy."""

import math
import random
import struct

import pytest

from fwaudit.auditor.verify.artifacts.dtypes import FLOATING, item_size, numbers
from fwaudit.auditor.verify.artifacts.elements import ElementDelta, compare_elements

NAN = float("nan")
QUIET, PAYLOAD, SIGNED = 0x7FC00000, 0x7FC00001, 0xFFC00000


def floats(*values: float) -> memoryview:
    return memoryview(struct.pack(f"<{len(values)}f", *values))


def patterns(code: str, *values: int) -> memoryview:
    return memoryview(struct.pack(f"<{len(values)}{code}", *values))


def both(dtype: str, a: memoryview, b: memoryview) -> ElementDelta:
    plain = compare_elements(dtype, a, b, plain=True)
    assert compare_elements(dtype, a, b) == plain
    return plain


def test_equal_is_nothing() -> None:
    assert both("float32", floats(1, 2), floats(1, 2)) == ElementDelta()


def test_neighbours_are_one_unit_apart() -> None:
    delta = both("float32", patterns("I", 0x3F800000), patterns("I", 0x3F800001))
    assert (delta.differing, delta.max_ulp, delta.first) == (1, 1, 0)
    assert delta.max_abs == pytest.approx(2**-23)


def test_distance_crosses_zero() -> None:
    smallest = struct.unpack("<f", struct.pack("<I", 1))[0]
    assert both("float32", floats(smallest), floats(-smallest)).max_ulp == 2


def test_signed_zeros_differ_at_distance_zero() -> None:
    delta = both("float32", floats(0.0), floats(-0.0))
    assert (delta.differing, delta.max_ulp, delta.max_abs) == (1, 0, 0.0)


def test_payloads_of_nan_do_not_differ() -> None:
    delta = both("float32", patterns("I", QUIET, QUIET), patterns("I", PAYLOAD, SIGNED))
    assert delta == ElementDelta()


def test_nan_on_one_side_is_counted_apart() -> None:
    delta = both("float32", floats(NAN, 1.0), floats(2.0, 1.0))
    assert (delta.differing, delta.nan_mismatches, delta.max_ulp) == (1, 1, None)


def test_infinity_has_a_distance_but_no_difference() -> None:
    delta = both("float32", floats(math.inf), floats(3.4028234663852886e38))
    assert (delta.differing, delta.max_ulp, delta.max_abs) == (1, 1, None)


def test_opposite_doubles_do_not_overflow() -> None:
    a = memoryview(struct.pack("<d", math.inf))
    b = memoryview(struct.pack("<d", -math.inf))
    assert both("float64", a, b).max_ulp == 2 * 0x7FF0000000000000


def test_complex_numbers_count_once() -> None:
    delta = both("complex64", floats(1, 2, 3, 4), floats(1, 2, 4, 5))
    assert (delta.differing, delta.first) == (1, 1)


def test_integers_have_no_units_in_the_last_place() -> None:
    delta = both("int64", patterns("q", 5, -(2**63)), patterns("q", 8, 2**63 - 1))
    assert (delta.differing, delta.max_ulp, delta.max_abs) == (2, None, 2**64 - 1)


def test_first_index_counts_over_blocks() -> None:
    a = bytearray(4 << 20)
    b = bytearray(a)
    b[(3 << 20) + 5] = 1
    assert both("uint8", memoryview(a), memoryview(b)).first == (3 << 20) + 5


def test_opaque_elements_are_compared_whole() -> None:
    delta = compare_elements("bytes3", memoryview(b"abcdef"), memoryview(b"abcxyz"))
    assert (delta.differing, delta.first) == (1, 1)


@pytest.mark.parametrize("dtype", sorted(FLOATING))
def test_random_bits_count_the_same_in_both_ways(dtype: str) -> None:
    source = random.Random(dtype)
    a, b = (memoryview(source.randbytes(item_size(dtype) * 500)) for _ in range(2))
    plain = compare_elements(dtype, a, b, plain=True)
    assert plain.differing > 400
    numpy_way = compare_elements(dtype, a, b)
    assert numpy_way == plain


@pytest.mark.parametrize("dtype", sorted(FLOATING))
def test_ranks_follow_the_values(dtype: str) -> None:
    layout = FLOATING[dtype]
    source = random.Random(7)
    every = (
        range(256) if layout.bits == 8 else [source.getrandbits(layout.bits) for _ in range(300)]
    )
    kept = [p for p in every if not layout.is_nan(p)]
    by_rank = [
        value for _, value in sorted(zip(map(layout.rank, kept), numbers(dtype, kept), strict=True))
    ]
    assert by_rank == sorted(by_rank)


@pytest.mark.frameworks
@pytest.mark.parametrize("dtype", sorted(FLOATING))
def test_values_agree_with_torch(dtype: str) -> None:
    torch = pytest.importorskip("torch")
    layout = FLOATING[dtype]
    source = random.Random(3)
    chosen = (
        list(range(256))
        if layout.bits == 8
        else [source.getrandbits(layout.bits) for _ in range(500)]
    )
    raw = b"".join(p.to_bytes(layout.bits // 8, "little") for p in chosen)
    theirs = torch.frombuffer(bytearray(raw), dtype=getattr(torch, dtype)).double().tolist()
    ours = numbers(dtype, chosen)
    assert all(
        x == y or (math.isnan(x) and math.isnan(y)) for x, y in zip(ours, theirs, strict=True)
    )
