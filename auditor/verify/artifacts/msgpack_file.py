"""MessagePack as Flax writes it: dicts of arrays, in extension types."""

from __future__ import annotations

import struct
from typing import Any

from .artifact_error import ArtifactError
from .content import Blob, Group, Node, Tensor, Value
from .numpy_types import parse_code

MAX_DEPTH = 100
_ND_ARRAY, _COMPLEX, _NUMPY_SCALAR = 1, 2, 3
"""Flax's extension codes (flax.serialization)."""

_NAMED = frozenset(
    "float64 float32 float16 bfloat16 float8_e4m3fn float8_e5m2 float8_e5m2fnuz float8_e4m3fnuz "
    "int64 int32 int16 int8 uint64 uint32 uint16 uint8 bool complex64 complex128".split()
)

_CONSTANTS: dict[int, bool | None] = {0xC0: None, 0xC2: False, 0xC3: True}
_NUMBERS = {
    0xCA: "f", 0xCB: "d", 0xCC: "B", 0xCD: "H", 0xCE: "I", 0xCF: "Q",
    0xD0: "b", 0xD1: "h", 0xD2: "i", 0xD3: "q",
}  # fmt: skip
_SIZED = {
    0xC4: ("binary", "B"), 0xC5: ("binary", "H"), 0xC6: ("binary", "I"),
    0xC7: ("extension", "B"), 0xC8: ("extension", "H"), 0xC9: ("extension", "I"),
    0xD9: ("text", "B"), 0xDA: ("text", "H"), 0xDB: ("text", "I"),
    0xDC: ("array", "H"), 0xDD: ("array", "I"), 0xDE: ("map", "H"), 0xDF: ("map", "I"),
}  # fmt: skip


def read_msgpack(data: memoryview) -> Node:
    """The content of one MessagePack value. ArtifactError when it is malformed."""
    reader = _Reader(data)
    try:
        node = reader.node()
    except (IndexError, struct.error, ValueError, TypeError, KeyError, RecursionError) as error:
        raise ArtifactError(f"malformed MessagePack: {error}") from None
    if reader.position != data.nbytes:
        raise ArtifactError("not MessagePack: bytes follow its value")
    return node


class _Reader:
    def __init__(self, data: memoryview) -> None:
        self._data = data
        self.position = 0
        self._depth = 0

    def _take(self, size: int) -> memoryview:
        taken = self._data[self.position : self.position + size]
        if taken.nbytes != size:
            raise ArtifactError(f"truncated: {size - taken.nbytes:,} bytes are missing")
        self.position += size
        return taken

    def _number(self, code: str) -> Any:
        return struct.unpack(f">{code}", self._take(struct.calcsize(code)))[0]

    def node(self) -> Node:
        """The next value."""
        tag = self._take(1)[0]
        if tag < 0x80:
            return Value(tag)
        if tag >= 0xE0:
            return Value(tag - 256)
        if tag < 0x90:
            return self._map(tag & 15)
        if tag < 0xA0:
            return self._array(tag & 15)
        if tag < 0xC0:
            return self._text(tag & 31)
        return self.tagged(tag)

    def _nested(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ArtifactError("MessagePack that is too deeply nested")

    def _map(self, size: int) -> Node:
        self._nested()
        members: dict[str, Node] = {}
        for _ in range(size):
            key = self.node()
            members[str(key.value) if isinstance(key, Value) else "?"] = self.node()
        self._depth -= 1
        return _joined(members) or Group("dict", members)

    def _array(self, size: int) -> Node:
        self._nested()
        members = {f"[{i}]": self.node() for i in range(size)}
        self._depth -= 1
        return Group("list", members)

    def _text(self, size: int) -> Node:
        return Value(bytes(self._take(size)).decode("utf-8"))

    def _binary(self, size: int) -> Node:
        content = self._take(size)
        return Value(bytes(content)) if size < 256 else Blob(content)

    def _extension(self, size: int) -> Node:
        code = self._number("b")
        content = self._take(size)
        if code in {_ND_ARRAY, _NUMPY_SCALAR}:
            return _array_of(content)
        if code == _COMPLEX:
            return _Reader(content).node()
        return Blob(content, f"extension type {code}")

    def tagged(self, tag: int) -> Node:
        """A value whose size or content follows its tag."""
        if tag in _CONSTANTS:
            return Value(_CONSTANTS[tag])
        if tag in _NUMBERS:
            return Value(self._number(_NUMBERS[tag]))
        if 0xD4 <= tag <= 0xD8:
            return self._extension(1 << (tag - 0xD4))
        if tag not in _SIZED:
            raise ArtifactError(f"malformed MessagePack: the tag {tag:#x}")
        kind, code = _SIZED[tag]
        size = self._number(code)
        match kind:
            case "text":
                return self._text(size)
            case "binary":
                return self._binary(size)
            case "array":
                return self._array(size)
            case "map":
                return self._map(size)
            case _:
                return self._extension(size)


def _array_of(content: memoryview) -> Node:
    """A packed triple: shape, name of the dtype, bytes."""
    inner = _Reader(content)
    parts = inner.node()
    if not isinstance(parts, Group) or len(parts.members) != 3:
        raise ArtifactError("malformed MessagePack: an array without shape and dtype")
    shape, name, data = parts.members.values()
    if not isinstance(shape, Group) or not isinstance(name, Value):
        raise ArtifactError("malformed MessagePack: an array without shape and dtype")
    extents = tuple(int(str(extent)) for extent in shape.members.values())
    raw = data.data if isinstance(data, Blob) else memoryview(_as_bytes(data))
    dtype = str(name.value)
    return Tensor(dtype if dtype in _NAMED else parse_code(dtype)[0], extents, raw)


def _as_bytes(node: Node) -> bytes:
    if isinstance(node, Value) and isinstance(node.value, bytes):
        return node.value
    raise ArtifactError("malformed MessagePack: an array without bytes")


def _joined(members: dict[str, Node]) -> Node | None:
    """Flax splits arrays of more than 1 GiB into chunks; here they are put together again."""
    if "__msgpack_chunked_array__" not in members:
        return None
    shape, chunks = members.get("shape"), members.get("chunks")
    if not isinstance(shape, Group) or not isinstance(chunks, Group):
        return None
    parts = [part for part in chunks.members.values() if isinstance(part, Tensor)]
    extents = tuple(int(str(extent)) for extent in shape.members.values())
    return Tensor(parts[0].dtype, extents, memoryview(b"".join(part.data for part in parts)))
