"""Which reader a file is for: by its first bytes, then by its name."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from ...joblib_arrays import read_array
from ...pickle_machine import PickleMachine
from ...pickle_values import PickleError
from ...pickles import decompress
from ...regex import regex
from . import numpy_file, plain_text, torch_file
from .archive import Archive
from .artifact_error import ArtifactError
from .content import Blob, Group, Node
from .events_file import read_events
from .hdf5_file import read_hdf5
from .msgpack_file import read_msgpack
from .onnx_file import read_onnx
from .rebuild import pickled_content
from .safetensors_file import read_safetensors
from .saved_model import read_saved_model
from .tflite_file import read_tflite

MAX_NESTING = 3
"""Archives within archives that are opened."""

Reader = Callable[[memoryview], Node]


@dataclass(frozen=True, slots=True)
class Format:
    """A format's name and reader."""

    name: str
    read: Reader


_EVENTS = regex(r"tfevents", re.IGNORECASE)
_PICKLE = regex(rb"\x80[\x02-\x05]")
_BY_SUFFIX: dict[str, Format] = {
    ".safetensors": Format("safetensors", read_safetensors),
    ".onnx": Format("ONNX", read_onnx),
    ".msgpack": Format("MessagePack", read_msgpack),
    ".json": Format("JSON", plain_text.read_json),
    ".jsonl": Format("JSON lines", plain_text.read_json_lines),
    ".ndjson": Format("JSON lines", plain_text.read_json_lines),
    ".ipynb": Format("JSON", plain_text.read_json),
    ".csv": Format("CSV", plain_text.read_csv),
    ".tsv": Format("CSV", lambda data: plain_text.read_csv(data, "\t")),
}
_PICKLES = frozenset({".pkl", ".pickle", ".joblib", ".pt", ".pth", ".bin", ".ckpt", ".p"})


def find_format(name: str, data: memoryview, nesting: int = 0) -> Format:
    """The format of these bytes; plain text where they are UTF-8, else bytes."""
    head = bytes(data[:16])
    suffix = PurePosixPath(name).suffix.lower()
    if head.startswith(b"PK\x03\x04"):
        return _archive_format(name, nesting)
    if head.startswith(numpy_file.MAGIC):
        return Format("NumPy", numpy_file.read_npy)
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return Format("HDF5", read_hdf5)
    if head[4:8] == b"TFL3":
        return Format("TFLite", read_tflite)
    if torch_file.is_legacy(data):
        return Format("PyTorch, legacy", torch_file.read_torch_legacy)
    if head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ")) or (
        suffix in _PICKLES and head.startswith(b"\x78")
    ):
        return Format("compressed", lambda data: _compressed(name, data, nesting))
    if PurePosixPath(name).name == "saved_model.pb":
        return Format("SavedModel", read_saved_model)
    if _EVENTS.search(name):
        return Format("TensorBoard events", read_events)
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    if _PICKLE.match(head):
        return Format("pickle", read_pickle)
    if PurePosixPath(name).name.startswith("checkpoint") and not suffix:
        return Format("MessagePack", _checkpoint)
    return Format("text", _text_or_bytes)


def read_pickle(data: memoryview) -> Node:
    """A pickle or joblib file as inert content."""
    try:
        return pickled_content(PickleMachine(io.BytesIO(data), after_build=read_array).evaluate())
    except PickleError as error:
        raise ArtifactError(str(error)) from None


def _checkpoint(data: memoryview) -> Node:
    """Flax calls its files `checkpoint_7`, TensorFlow its text file `checkpoint`."""
    try:
        return read_msgpack(data)
    except ArtifactError:
        return _text_or_bytes(data)


def _text_or_bytes(data: memoryview) -> Node:
    try:
        return plain_text.read_text(data)
    except ArtifactError:
        return Blob(data)


def _compressed(name: str, data: memoryview, nesting: int) -> Node:
    if nesting >= MAX_NESTING:
        return Blob(data, "nested too deeply")
    try:
        content = memoryview(decompress(io.BytesIO(data)))
    except PickleError as error:
        raise ArtifactError(str(error)) from None
    inner = name.removesuffix(".gz").removesuffix(".bz2").removesuffix(".xz")
    return find_format(inner, content, nesting + 1).read(content)


def _archive_format(name: str, nesting: int) -> Format:
    suffix = PurePosixPath(name).suffix.lower()
    named = {".npz": "NumPy archive", ".keras": "Keras", ".mar": "TorchServe archive"}
    if suffix in {".pt", ".pth", ".ckpt", ".bin", ".ptl"}:
        return Format("PyTorch", lambda data: _archive(data, nesting))
    return Format(named.get(suffix, "zip archive"), lambda data: _archive(data, nesting))


def _archive(data: memoryview, nesting: int) -> Node:
    archive = Archive(data)
    names = archive.names
    if any(name == "data.pkl" or name.endswith("/data.pkl") for name in names):
        return torch_file.read_torch_zip(archive)
    if names and all(name.endswith(".npy") for name in names):
        return numpy_file.read_npz(archive)
    if nesting >= MAX_NESTING:
        return Group("zip archive", {name: Blob(archive.read(name)) for name in sorted(names)})
    return _members(archive, nesting)


_VOLATILE = {
    ("metadata.json", "date_saved"): "the time of saving",
    ("config.json", "shared_object_id"): "an address in memory",
    ("MAR-INF/MANIFEST.json", "createdOn"): "the time of packing",
}


def _members(archive: Archive, nesting: int) -> Node:
    members: dict[str, Node] = {}
    for name in sorted(archive.names):
        content = archive.read(name)
        try:
            members[name] = find_format(name, content, nesting + 1).read(content)
        except ArtifactError as error:
            members[name] = Blob(content, str(error))
    for (name, key), why in _VOLATILE.items():
        if name in members:
            members[name] = _without(members[name], key, why)
    return Group("zip archive", members)


def _without(node: Node, key: str, why: str) -> Node:
    """The same without the members of this name, at any depth: they differ with each writing."""
    if not isinstance(node, Group):
        return node
    kept = {name: _without(item, key, why) for name, item in node.members.items() if name != key}
    left_out = {key: why} if key in node.members else {}
    return Group(node.label, kept, {**node.volatile, **left_out})
