"""Protocol-buffer messages as numbered fields, without their schema."""

from __future__ import annotations

import struct
from collections import defaultdict

from .artifact_error import ArtifactError

Fields = dict[int, list["int | memoryview"]]
"""Field number: its values in order; numbers as unsigned integers, fixed and length-delimited
ones as bytes."""


def parse(message: memoryview) -> Fields:
    """The fields of one message. ArtifactError when the bytes are none."""
    fields: Fields = defaultdict(list)
    position = 0
    while position < message.nbytes:
        key, position = varint(message, position)
        number, kind = key >> 3, key & 7
        if number == 0:
            raise ArtifactError("a malformed protocol buffer: field 0")
        if kind == 0:
            value, position = varint(message, position)
            fields[number].append(value)
            continue
        if kind == 2:
            size, position = varint(message, position)
        elif kind in {1, 5}:
            size = 8 if kind == 1 else 4
        else:
            raise ArtifactError(f"a malformed protocol buffer: wire type {kind}")
        content = message[position : position + size]
        if content.nbytes != size:
            raise ArtifactError("a truncated protocol buffer")
        fields[number].append(content)
        position += size
    return fields


def varint(message: memoryview, position: int) -> tuple[int, int]:
    """An unsigned number of at most 64 bits, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if position >= message.nbytes:
            raise ArtifactError("a truncated protocol buffer")
        byte = message[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value & (1 << 64) - 1, position
    raise ArtifactError("a malformed protocol buffer: a number of more than 64 bits")


def message(fields: Fields, number: int) -> memoryview:
    """The last value of a message, string or bytes field; empty when absent."""
    values = blocks(fields, number)
    return values[-1] if values else memoryview(b"")


def blocks(fields: Fields, number: int) -> list[memoryview]:
    """The length-delimited values of a field."""
    return [value for value in fields.get(number, ()) if isinstance(value, memoryview)]


def text(fields: Fields, number: int) -> str:
    """A string field; empty when absent."""
    return bytes(message(fields, number)).decode("utf-8", "replace")


def signed(fields: Fields, number: int, default: int = 0) -> int:
    """An integer field, of at most 64 bits in two's complement."""
    values = fields.get(number)
    if not values or not isinstance(values[-1], int):
        return default
    return _signed(values[-1])


def numbers(fields: Fields, number: int) -> list[int]:
    """A repeated integer field, packed or not."""
    found: list[int] = []
    for value in fields.get(number, ()):
        if isinstance(value, int):
            found.append(_signed(value))
            continue
        position = 0
        while position < value.nbytes:
            item, position = varint(value, position)
            found.append(_signed(item))
    return found


def real(fields: Fields, number: int) -> float | None:
    """A float or double field; None when absent."""
    data = bytes(message(fields, number))
    if len(data) not in {4, 8}:
        return None
    return float(struct.unpack("<f" if len(data) == 4 else "<d", data)[0])


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value
