"""ONNX models: initializers as tensors, the graph as one line a node."""

from __future__ import annotations

import struct
from pathlib import Path

from . import wire
from .artifact_error import ArtifactError
from .content import Group, Node, Tensor, Text, Value

_DTYPES = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 9: "bool",
    10: "float16", 11: "float64", 12: "uint32", 13: "uint64", 14: "complex64", 15: "complex128",
    16: "bfloat16", 17: "float8_e4m3fn", 18: "float8_e4m3fnuz", 19: "float8_e5m2",
    20: "float8_e5m2fnuz",
}  # fmt: skip
"""TensorProto.DataType (onnx.proto)."""

_SMALL = {
    2: "B",
    3: "b",
    4: "H",
    5: "h",
    6: "i",
    9: "?",
    10: "H",
    16: "H",
    17: "B",
    18: "B",
    19: "B",
    20: "B",
}
"""Types whose elements stand in int32_data, and how they are packed."""


def read_onnx(data: memoryview) -> Node:
    """Versions, opsets, metadata, nodes and initializers of a ModelProto."""
    model = wire.parse(data)
    graph = wire.parse(wire.message(model, 7))
    if 7 not in model or not (1 in graph or 5 in graph):
        raise ArtifactError("not an ONNX model: it has no graph")
    opsets = [wire.parse(block) for block in wire.blocks(model, 8)]
    entries = [wire.parse(block) for block in wire.blocks(model, 14)]
    return Group(
        "ONNX model",
        {
            "ir_version": Value(wire.signed(model, 1)),
            "producer": Value(f"{wire.text(model, 2)} {wire.text(model, 3)}"),
            "opsets": Group(
                "opsets", {wire.text(o, 1) or "ai.onnx": Value(wire.signed(o, 2)) for o in opsets}
            ),
            "metadata": Group(
                "metadata", {wire.text(e, 1): Value(wire.text(e, 2)) for e in entries}
            ),
            **_graph(graph),
        },
    )


def _graph(graph: wire.Fields) -> dict[str, Node]:
    tensors = [wire.parse(block) for block in wire.blocks(graph, 5)]
    return {
        "inputs": _names(graph, 11),
        "outputs": _names(graph, 12),
        "nodes": Text(tuple(_node_line(wire.parse(block)) for block in wire.blocks(graph, 1))),
        "initializers": Group("initializers", {wire.text(t, 8): _tensor(t) for t in tensors}),
    }


def _names(graph: wire.Fields, number: int) -> Text:
    return Text(tuple(wire.text(wire.parse(block), 1) for block in wire.blocks(graph, number)))


def _node_line(node: wire.Fields) -> str:
    inputs, outputs = (
        ", ".join(bytes(block).decode("utf-8", "replace") for block in wire.blocks(node, number))
        for number in (1, 2)
    )
    attributes = ", ".join(_attribute(wire.parse(block)) for block in wire.blocks(node, 5))
    return f"{outputs} = {wire.text(node, 7)}.{wire.text(node, 4)}({inputs}) {{{attributes}}}"


def _attribute(attribute: wire.Fields) -> str:
    """Name and content; tensors and subgraphs as a digest of their bytes."""
    import zlib

    name = wire.text(attribute, 1)
    if (value := wire.real(attribute, 2)) is not None:
        return f"{name}={value!r}"
    if 3 in attribute:
        return f"{name}={wire.signed(attribute, 3)}"
    if 4 in attribute:
        return f"{name}={wire.text(attribute, 4)!r}"
    if 8 in attribute:
        return f"{name}={wire.numbers(attribute, 8)}"
    raw = b"".join(
        bytes(block) for number in sorted(attribute) for block in wire.blocks(attribute, number)
    )
    return f"{name}=<{len(raw)} bytes, crc {zlib.crc32(raw):08x}>"


def _tensor(tensor: wire.Fields) -> Node:
    code = wire.signed(tensor, 2)
    shape = tuple(wire.numbers(tensor, 1))
    if wire.signed(tensor, 14):
        entries = [wire.parse(block) for block in wire.blocks(tensor, 13)]
        described = {wire.text(entry, 1): Value(wire.text(entry, 2)) for entry in entries}
        return Group("external data, in a file of its own", {**described})
    if code == 8:
        return Text(
            tuple(bytes(block).decode("utf-8", "replace") for block in wire.blocks(tensor, 6))
        )
    if code not in _DTYPES:
        return Text((f"a tensor of the unknown type {code}", bytes(wire.message(tensor, 9)).hex()))
    return Tensor(_DTYPES[code], shape, _data(tensor, code))


def _data(tensor: wire.Fields, code: int) -> memoryview:
    if 9 in tensor:
        return wire.message(tensor, 9)
    if code in {1, 14}:
        return memoryview(b"".join(wire.blocks(tensor, 4)))
    if code in {11, 15}:
        return memoryview(b"".join(wire.blocks(tensor, 10)))
    if code == 7:
        values = wire.numbers(tensor, 7)
        return memoryview(struct.pack(f"<{len(values)}q", *values))
    if code in {12, 13}:
        values = [value & (1 << 64) - 1 for value in wire.numbers(tensor, 11)]
        return memoryview(struct.pack(f"<{len(values)}{'I' if code == 12 else 'Q'}", *values))
    values = wire.numbers(tensor, 5)
    try:
        return memoryview(struct.pack(f"<{len(values)}{_SMALL[code]}", *values))
    except struct.error as error:
        raise ArtifactError(f"a malformed ONNX tensor: {error}") from None


def external_files(path: Path, data: memoryview) -> list[Path]:
    """Files beside the model that hold its external data."""
    graph = wire.parse(wire.message(wire.parse(data), 7))
    names: dict[str, None] = {}
    for tensor in map(wire.parse, wire.blocks(graph, 5)):
        for entry in map(wire.parse, wire.blocks(tensor, 13)):
            if wire.text(entry, 1) == "location":
                names[wire.text(entry, 2)] = None
    return [path.parent / name for name in names if "/" not in name and ".." not in name]
