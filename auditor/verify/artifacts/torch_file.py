"""PyTorch checkpoints, zip and legacy, without torch and without unpickling."""

from __future__ import annotations

import io
from typing import Any

from ...pickle_machine import PickleMachine
from ...pickle_values import Global, PickledDict, PickleError
from ...regex import regex
from .archive import Archive
from .artifact_error import ArtifactError
from .content import Group, Node, Text
from .dtypes import item_size
from .numpy_types import swap
from .pickled import Storage
from .rebuild import pickled_content, torch_dtype

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
"""The first pickle of the legacy format (torch.serialization.MAGIC_NUMBER)."""

_MANGLED = regex(r"[./]___torch_mangle_\d+")

_STORAGES = {
    "FloatStorage": "float32", "DoubleStorage": "float64", "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16", "LongStorage": "int64", "IntStorage": "int32",
    "ShortStorage": "int16", "CharStorage": "int8", "ByteStorage": "uint8", "BoolStorage": "bool",
    "ComplexFloatStorage": "complex64", "ComplexDoubleStorage": "complex128",
    "QInt8Storage": "int8", "QUInt8Storage": "uint8", "QInt32Storage": "int32",
    "UntypedStorage": "uint8",
}  # fmt: skip


def read_torch_zip(archive: Archive) -> Node:
    """The content of `torch.save` and TorchScript archives: `<name>/data.pkl` and its storages."""
    pickles = [name for name in archive.names if name.rpartition("/")[2] == "data.pkl"]
    if len(pickles) != 1:
        raise ArtifactError(f"a torch archive with {len(pickles)} data.pkl")
    prefix = pickles[0].removesuffix("data.pkl")
    swapped = (
        f"{prefix}byteorder" in archive.names
        and bytes(archive.read(f"{prefix}byteorder")) == b"big"
    )

    def storage(identifier: Any, dtype: str | None) -> tuple[str, memoryview]:
        declared, key = _storage_type(identifier)
        try:
            data = archive.read(f"{prefix}data/{key}")
        except KeyError:
            raise ArtifactError(f"the storage {key!r} is missing") from None
        kind = dtype or declared
        return kind, swap(kind, data) if swapped else data

    content = pickled_content(evaluate(archive.read(pickles[0])), storage)
    return _with_code(archive, prefix, content, storage)


def _with_code(archive: Archive, prefix: str, content: Node, storage: Storage) -> Node:
    """TorchScript: its source texts and constants beside the data."""
    sources = sorted(name for name in archive.names if name.startswith(f"{prefix}code/"))
    if not sources:
        return content
    members: dict[str, Node] = {"data": content}
    for name in sources:
        short = _MANGLED.sub("", name.removeprefix(prefix))
        if name.endswith(".py"):
            text = bytes(archive.read(name)).decode("utf-8", "replace")
            members[short] = Text(tuple(_MANGLED.sub("", text).splitlines()))
    if f"{prefix}constants.pkl" in archive.names:

        def constant(identifier: Any, dtype: str | None) -> tuple[str, memoryview]:
            declared, key = _storage_type(identifier)
            name = f"{prefix}constants/{key}"
            if name not in archive.names:
                return storage(identifier, dtype)
            return dtype or declared, archive.read(name)

        value = evaluate(archive.read(f"{prefix}constants.pkl"))
        members["constants"] = pickled_content(value, constant)
    return Group("TorchScript", members)


def evaluate(data: memoryview) -> Any:
    """One pickle as an inert value. ArtifactError when it is malformed."""
    try:
        return PickleMachine(io.BytesIO(data)).evaluate()
    except PickleError as error:
        raise ArtifactError(str(error)) from None


def is_legacy(data: memoryview) -> bool:
    """Whether these bytes start with the magic number of the legacy format."""
    head = bytes(data[:32])
    return LEGACY_MAGIC.to_bytes(10, "little") in head


def read_torch_legacy(data: memoryview) -> Node:
    """Five pickles (magic, protocol, system, value, storage keys), then the raw storages."""
    stream = io.BytesIO(data)
    machines = [PickleMachine(stream) for _ in range(5)]
    try:
        magic, _, system, value, keys = (machine.evaluate() for machine in machines)
    except PickleError as error:
        raise ArtifactError(str(error)) from None
    if magic != LEGACY_MAGIC or not isinstance(keys, list):
        raise ArtifactError("not a legacy torch file")
    stored = (_storage_type(found) for found in machines[3].persistent if not _is_module(found))
    sizes = {key: item_size(kind) for kind, key in stored}
    storages = _cut_storages(data, stream.tell(), [str(key) for key in keys], sizes)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    swapped = isinstance(system, PickledDict) and dict(system.pairs).get("little_endian") is False

    def storage(identifier: Any, dtype: str | None) -> tuple[str, memoryview]:
        declared, key = _storage_type(identifier)
        if key not in storages:
            raise ArtifactError(f"the storage {key!r} is missing")
        content, size = storages[key], item_size(declared)
        if len(identifier) > 5 and isinstance(identifier[5], tuple):
            _, offset, length = identifier[5]  # pyright: ignore[reportUnknownVariableType]
            content = content[offset * size : (offset + length) * size]
        kind = dtype or declared
        return kind, swap(kind, content) if swapped else content

    return pickled_content(value, storage)


def _cut_storages(
    data: memoryview, position: int, keys: list[str], sizes: dict[str, int]
) -> dict[str, memoryview]:
    """For each key a length in elements, eight bytes, and the elements."""
    storages: dict[str, memoryview] = {}
    for key in keys:
        length = int.from_bytes(data[position : position + 8], "little") * sizes.get(key, 1)
        position += 8
        storages[key] = data[position : position + length]
        if storages[key].nbytes != length:
            raise ArtifactError(f"truncated: the storage {key!r} has {length:,} bytes")
        position += length
    return storages


def _is_module(identifier: Any) -> bool:
    """The legacy format refers to classes with their source; the source is no content."""
    return isinstance(identifier, tuple) and identifier[:1] == ("module",)  # pyright: ignore[reportUnknownMemberType]


def _storage_type(identifier: Any) -> tuple[str, str]:
    """dtype and key of a persistent id `('storage', type, key, location, elements)`."""
    if not isinstance(identifier, tuple) or len(identifier) < 5 or identifier[0] != "storage":  # pyright: ignore[reportUnknownArgumentType]
        raise ArtifactError("a persistent object that is no storage")
    kind, key = identifier[1], identifier[2]  # pyright: ignore[reportUnknownVariableType]
    name = kind.name if isinstance(kind, Global) else str(kind)  # pyright: ignore[reportUnknownArgumentType]
    if name not in _STORAGES:
        return torch_dtype(kind), str(key)  # pyright: ignore[reportUnknownArgumentType]
    return _STORAGES[name], str(key)  # pyright: ignore[reportUnknownArgumentType]
