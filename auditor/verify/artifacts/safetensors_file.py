"""Safetensors: a JSON header, then the tensors' bytes."""

from __future__ import annotations

import json
from typing import Any

from .artifact_error import ArtifactError
from .content import Group, Node, Tensor, Value

MAX_HEADER = 100_000_000
"""Bytes of the header; the limit of the format itself."""

_DTYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16",
    "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2", "F8_E4M3FNUZ": "float8_e4m3fnuz",
    "F8_E5M2FNUZ": "float8_e5m2fnuz", "I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8",
    "U64": "uint64", "U32": "uint32", "U16": "uint16", "U8": "uint8", "BOOL": "bool",
    "C64": "complex64", "F8_E8M0": "uint8",
}  # fmt: skip


def read_safetensors(data: memoryview) -> Node:
    """Tensors by name, and the metadata. ArtifactError when header and bytes do not fit."""
    length = int.from_bytes(data[:8], "little")
    if data.nbytes < 8 or length > MAX_HEADER or 8 + length > data.nbytes:
        raise ArtifactError("not a safetensors file: its header does not fit into it")
    try:
        header: Any = json.loads(bytes(data[8 : 8 + length]))
        body = data[8 + length :]
        members: dict[str, Node] = {
            name: _tensor(body, entry) for name, entry in header.items() if name != "__metadata__"
        }
        metadata: dict[str, Any] = header.get("__metadata__") or {}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ArtifactError(f"a malformed safetensors header: {error}") from None
    if metadata:
        members["__metadata__"] = Group("metadata", {k: Value(str(v)) for k, v in metadata.items()})
    return Group("dict", members)


def _tensor(body: memoryview, entry: dict[str, Any]) -> Tensor:
    start, end = entry["data_offsets"]
    if not 0 <= start <= end <= body.nbytes:
        raise ArtifactError("truncated: a tensor lies beyond the end of the file")
    if entry["dtype"] not in _DTYPES:
        raise ArtifactError(f"an unknown dtype {entry['dtype']}")
    return Tensor(_DTYPES[entry["dtype"]], tuple(int(n) for n in entry["shape"]), body[start:end])
