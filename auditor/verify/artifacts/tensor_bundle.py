"""TensorFlow checkpoints: the index is a sorted table, the tensors lie in data shards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from . import wire
from .artifact_error import ArtifactError
from .content import Blob, Group, Node, Tensor
from .mapped import map_file
from .saved_model import ARBITRARY

_LISTED = "_all_variables/"
_OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"

_MAGIC = 0xDB4775248B80FB57
"""The last eight bytes of a LevelDB table (leveldb/table/format.h)."""

_DTYPES = {
    1: "float32", 2: "float64", 3: "int32", 4: "uint8", 5: "int16", 6: "int8", 8: "complex64",
    9: "int64", 10: "bool", 11: "int8", 12: "uint8", 13: "int32", 14: "bfloat16", 17: "uint16",
    18: "complex128", 19: "float16", 22: "uint32", 23: "uint64", 24: "float8_e5m2",
    25: "float8_e4m3fn",
}  # fmt: skip
"""DataType (tensorflow/core/framework/types.proto)."""


def read_bundle(index: Path) -> Node:
    """Tensors by checkpoint key. ArtifactError when index and shards do not fit."""
    prefix = index.name.removesuffix(".index")
    shards: dict[int, memoryview] = {}
    members: dict[str, Node] = {}
    count = 1
    for key, value in _entries(map_file(index)):
        entry = wire.parse(value)
        if not key:
            count = wire.signed(entry, 1, 1)
            continue
        shard = wire.signed(entry, 3)
        if shard not in shards:
            shards[shard] = _shard(index.parent / f"{prefix}.data-{shard:05d}-of-{count:05d}")
        members[key.decode("utf-8", "replace")] = _tensor(entry, shards[shard])
    return _without_arbitrary(members)


def _without_arbitrary(members: dict[str, Node]) -> Group:
    """Leaves out Keras's list of all variables where each is there by its own name as well."""
    named = {_digest(node) for name, node in members.items() if not name.startswith(_LISTED)}
    left_out = [
        name
        for name, node in members.items()
        if name == _OBJECT_GRAPH or (name.startswith(_LISTED) and _digest(node) in named)
    ]
    kept = {name: node for name, node in members.items() if name not in left_out}
    families = dict.fromkeys((name.partition("/")[0] for name in left_out), ARBITRARY)
    return Group("dict", kept, families)


def _digest(node: Node) -> bytes:
    if not isinstance(node, Tensor):
        return b""
    return hashlib.sha256(f"{node.dtype} {node.shape}".encode() + bytes(node.data)).digest()


def _shard(path: Path) -> memoryview:
    if not path.is_file():
        raise ArtifactError(f"{path.name} is missing")
    return map_file(path)


def _tensor(entry: wire.Fields, shard: memoryview) -> Node:
    offset, size = wire.signed(entry, 4), wire.signed(entry, 5)
    data = shard[offset : offset + size]
    if offset < 0 or data.nbytes != size:
        raise ArtifactError("truncated: a tensor lies beyond the end of its shard")
    dtype = _DTYPES.get(wire.signed(entry, 1))
    if dtype is None:
        return Blob(data)
    sizes = wire.blocks(wire.parse(wire.message(entry, 2)), 2)
    return Tensor(dtype, tuple(wire.signed(wire.parse(size), 1) for size in sizes), data)


def _entries(table: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    footer = table[-48:]
    if footer.nbytes != 48 or int.from_bytes(footer[-8:], "little") != _MAGIC:
        raise ArtifactError("not a TensorFlow checkpoint index")
    start = 0
    for _ in range(2):  # offset and size of the metaindex come first
        _, start = wire.varint(footer, start)
    offset, start = wire.varint(footer, start)
    size, _ = wire.varint(footer, start)
    for _, handle in _block(table, offset, size):
        data_offset, place = wire.varint(handle, 0)
        data_size, _ = wire.varint(handle, place)
        yield from _block(table, data_offset, data_size)


def _block(table: memoryview, offset: int, size: int) -> Iterator[tuple[bytes, memoryview]]:
    """Keys share a prefix with their predecessor; an array of restart offsets closes the block."""
    block = table[offset : offset + size]
    if block.nbytes != size or table[offset + size] != 0:
        raise ArtifactError("a checkpoint index that is truncated or compressed")
    end = size - 4 - 4 * int.from_bytes(block[-4:], "little")
    position, key = 0, b""
    while position < end:
        shared, position = wire.varint(block, position)
        fresh, position = wire.varint(block, position)
        length, position = wire.varint(block, position)
        key = key[:shared] + bytes(block[position : position + fresh])
        position += fresh
        yield key, block[position : position + length]
        position += length
