"""TFLite models: their constant tensors, and one line an operator."""

from __future__ import annotations

import struct

from .artifact_error import ArtifactError
from .content import Group, Node, Tensor, Text, Value

_DTYPES = {
    0: "float32", 1: "float16", 2: "int32", 3: "uint8", 4: "int64", 6: "bool", 7: "int16",
    8: "complex64", 9: "int8", 10: "float64", 11: "complex128", 12: "uint64", 15: "uint32",
    16: "uint16", 18: "bfloat16",
}  # fmt: skip
"""TensorType (tensorflow/compiler/mlir/lite/schema/schema.fbs)."""


class _Table:
    """A FlatBuffers table."""

    def __init__(self, data: memoryview, position: int) -> None:
        self._data = data
        self._position = position
        self._vtable = position - _number(data, position, "i")
        self._size = _number(data, self._vtable, "H")

    def _field(self, index: int) -> int:
        slot = 4 + 2 * index
        return _number(self._data, self._vtable + slot, "H") if slot < self._size else 0

    def number(self, index: int, code: str, default: int = 0) -> int:
        """A scalar field."""
        field = self._field(index)
        return _number(self._data, self._position + field, code) if field else default

    def _target(self, index: int) -> int:
        field = self._field(index)
        if not field:
            return 0
        place = self._position + field
        return place + _number(self._data, place, "I")

    def block(self, index: int, item_size: int = 1) -> memoryview:
        """A vector of scalars, or a string, as bytes."""
        place = self._target(index)
        if not place:
            return memoryview(b"")
        length = _number(self._data, place, "I") * item_size
        content = self._data[place + 4 : place + 4 + length]
        if content.nbytes != length:
            raise ArtifactError("a truncated TFLite model")
        return content

    def text(self, index: int) -> str:
        """A string field."""
        return bytes(self.block(index)).decode("utf-8", "replace")

    def integers(self, index: int) -> tuple[int, ...]:
        """A vector of 32-bit integers."""
        content = self.block(index, 4)
        return struct.unpack(f"<{content.nbytes // 4}i", content)

    def table(self, index: int) -> _Table | None:
        """A nested table."""
        place = self._target(index)
        return _Table(self._data, place) if place else None

    def tables(self, index: int) -> list[_Table]:
        """A vector of tables."""
        place = self._target(index)
        offsets = struct.unpack(f"<{self.block(index, 4).nbytes // 4}I", self.block(index, 4))
        return [_Table(self._data, place + 4 + 4 * i + offset) for i, offset in enumerate(offsets)]


def _number(data: memoryview, position: int, code: str) -> int:
    size = struct.calcsize(code)
    if position < 0 or position + size > data.nbytes:
        raise ArtifactError("a malformed TFLite model")
    return int(struct.unpack_from(f"<{code}", data, position)[0])


def read_tflite(data: memoryview) -> Node:
    """Description, and for each subgraph its operators and tensors."""
    model = _Table(data, _number(data, 0, "I"))
    buffers = model.tables(4)
    codes = model.tables(1)
    graphs = {
        f"subgraph[{i}]": _graph(g, buffers, codes, data) for i, g in enumerate(model.tables(2))
    }
    return Group(
        "TFLite model",
        {"version": Value(model.number(0, "I")), "description": Value(model.text(3)), **graphs},
    )


def _graph(graph: _Table, buffers: list[_Table], codes: list[_Table], data: memoryview) -> Node:
    members: dict[str, Node] = {
        "operators": Text(tuple(_operator(operator, codes) for operator in graph.tables(3)))
    }
    for i, tensor in enumerate(graph.tables(0)):
        name = tensor.text(3) or f"tensor {i}"
        members[name if name not in members else f"{name}#{i}"] = _tensor(tensor, buffers, data)
    return Group("subgraph", members)


def _operator(operator: _Table, codes: list[_Table]) -> str:
    index = operator.number(0, "I")
    code = codes[index] if index < len(codes) else None
    number = max(code.number(0, "b"), code.number(3, "i")) if code else -1
    name = code.text(1) if code else ""
    return f"{name or f'builtin {number}'}{operator.integers(1)} -> {operator.integers(2)}"


def _tensor(tensor: _Table, buffers: list[_Table], data: memoryview) -> Node:
    shape, code, index = tensor.integers(0), tensor.number(1, "b"), tensor.number(2, "I")
    content = memoryview(b"")
    if index < len(buffers):
        buffer = buffers[index]
        content = buffer.block(0)
        offset, size = buffer.number(1, "Q"), buffer.number(2, "Q")
        if offset > 1:
            content = data[offset : offset + size]
    dtype = _DTYPES.get(code)
    if not content.nbytes:
        return Value(f"{dtype or f'type {code}'} {list(shape)}")
    stored: Node
    stored = (
        Tensor("uint8", (content.nbytes,), content)
        if dtype is None
        else Tensor(dtype, shape, content)
    )
    quantization = tensor.table(4)
    scales = quantization.block(2, 4) if quantization else memoryview(b"")
    if not scales.nbytes:
        return stored
    return Group(
        "quantized", {"values": stored, "scale": Tensor("float32", (scales.nbytes // 4,), scales)}
    )
