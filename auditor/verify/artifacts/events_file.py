"""TensorBoard event files: scalars and tensors by tag and step; wall-clock times left out."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from . import wire
from .artifact_error import ArtifactError
from .content import Blob, Group, Node, Tensor, Value

MAX_RECORDS = 5_000_000

_TENSOR_DTYPES = {
    1: ("float32", 5, "f"), 2: ("float64", 6, "d"), 3: ("int32", 7, "i"), 9: ("int64", 10, "q"),
}  # fmt: skip
"""TensorProto: enum value, and the field and packing of its elements (tensorflow/tensor.proto)."""


def read_events(data: memoryview) -> Node:
    """One member a tag and step; of several values the later ones are numbered."""
    members: dict[str, Node] = {}
    for record in records(data):
        event = wire.parse(record)
        step = wire.signed(event, 2)
        for block in wire.blocks(wire.parse(wire.message(event, 5)), 1):
            value = wire.parse(block)
            name = f"{wire.text(value, 1)}@{step}"
            repeats = 2
            unique = name
            while unique in members:
                unique, repeats = f"{name}#{repeats}", repeats + 1
            members[unique] = _content(value)
        if 4 in event:
            members[f"graph@{step}"] = Blob(wire.message(event, 4))
    return Group("TensorBoard events", members, volatile={"wall_time": "the time of writing"})


def records(data: memoryview) -> Iterator[memoryview]:
    """The records of a TFRecord file. ArtifactError when one is truncated or damaged."""
    position = 0
    count = 0
    while position < data.nbytes:
        head = data[position : position + 12]
        if head.nbytes < 12:
            raise ArtifactError("truncated: the last record has no header")
        length, check = struct.unpack("<QI", head)
        if check != _masked(bytes(head[:8])):
            raise ArtifactError(f"not a TFRecord file, or damaged at byte {position:,}")
        content = data[position + 12 : position + 12 + length]
        if content.nbytes != length or data.nbytes < position + 16 + length:
            raise ArtifactError("truncated: the last record is incomplete")
        yield content
        position += 16 + length
        count += 1
        if count > MAX_RECORDS:
            raise ArtifactError(f"more than {MAX_RECORDS:,} records")


def _content(value: wire.Fields) -> Node:
    if (number := wire.real(value, 2)) is not None:
        return Value(number)
    if 8 in value:
        return _tensor(wire.parse(wire.message(value, 8)))
    for number in (4, 5, 6):
        if number in value:
            return Blob(
                wire.message(value, number), {4: "image", 5: "histogram", 6: "audio"}[number]
            )
    return Value(None)


def _tensor(tensor: wire.Fields) -> Node:
    code = wire.signed(tensor, 1)
    sizes = [wire.parse(block) for block in wire.blocks(wire.parse(wire.message(tensor, 2)), 2)]
    shape = tuple(wire.signed(size, 1) for size in sizes)
    if code == 7:
        strings = wire.blocks(tensor, 8)
        return Group("strings", {f"[{i}]": Value(bytes(s)) for i, s in enumerate(strings)})
    if code not in _TENSOR_DTYPES:
        return Blob(wire.message(tensor, 4))
    dtype, field, packing = _TENSOR_DTYPES[code]
    if content := wire.message(tensor, 4):
        return Tensor(dtype, shape, content)
    if packing in "fd":
        return _spread(dtype, shape, b"".join(wire.blocks(tensor, field)))
    values = wire.numbers(tensor, field)
    return _spread(dtype, shape, struct.pack(f"<{len(values)}{packing}", *values))


def _spread(dtype: str, shape: tuple[int, ...], data: bytes) -> Tensor:
    """A tensor whose elements are all alike is stored with one element."""
    import math

    from .dtypes import item_size

    count = math.prod(shape)
    if len(data) == item_size(dtype) and 1 < count < 1 << 24:
        data *= count
    return Tensor(dtype, shape, memoryview(data))


def _masked(data: bytes) -> int:
    check = _crc32c(data)
    return ((check >> 15 | check << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _table() -> list[int]:
    table: list[int] = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_CASTAGNOLI = _table()


def _crc32c(data: bytes) -> int:
    check = 0xFFFFFFFF
    for byte in data:
        check = check >> 8 ^ _CASTAGNOLI[(check ^ byte) & 255]
    return check ^ 0xFFFFFFFF
