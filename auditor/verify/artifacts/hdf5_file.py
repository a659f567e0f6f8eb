"""HDF5 by h5py, where it is installed; links out of the file are not followed."""

from __future__ import annotations

from typing import Any

from .artifact_error import ArtifactError
from .content import Blob, Group, Node, Tensor, Value
from .numpy_types import array_tensor
from .view_file import ViewFile

MAX_DATASET = 1 << 33
"""Bytes of one dataset when expanded."""

MAX_DEPTH = 64


def read_hdf5(data: memoryview) -> Node:
    """Groups, datasets and attributes. ArtifactError without h5py, and for damaged files."""
    try:
        import h5py  # type: ignore[import-untyped]
    except ImportError:
        raise ArtifactError("reading HDF5 needs the package h5py") from None
    library: Any = h5py
    try:
        with library.File(ViewFile(data), "r") as file:
            return _group(library, file, 0)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        raise ArtifactError(f"damaged HDF5: {str(error).partition(chr(10))[0]}") from None


def _group(library: Any, group: Any, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise ArtifactError("HDF5 groups nested too deeply")
    members = _attributes(group)
    for name in group:
        link = group.get(name, getlink=True)
        if not isinstance(link, library.HardLink):
            members[name] = Value(f"link to {getattr(link, 'filename', '')}{link.path}")
            continue
        item = group[name]
        if isinstance(item, library.Dataset):
            members[name] = _dataset(item)
        elif isinstance(item, library.Group):
            members[name] = _group(library, item, depth + 1)
    return Group("dict", members)


def _attributes(item: Any) -> dict[str, Node]:
    return {f"@{name}": _value(item.attrs[name]) for name in item.attrs}


def _dataset(dataset: Any) -> Node:
    if dataset.external or dataset.is_virtual:
        return Value("a dataset whose elements lie in other files")
    if dataset.nbytes > MAX_DATASET:
        raise ArtifactError(f"a dataset of {dataset.nbytes:,} bytes")
    stored = _value(dataset[()])
    attributes = _attributes(dataset)
    if not attributes:
        return stored
    return Group("dataset", {"values": stored, **attributes})


def _value(value: Any) -> Node:
    if isinstance(value, str | bytes | int | float | bool):
        return Value(value)
    dtype = getattr(value, "dtype", None)
    if dtype is None:
        return Value(repr(value))
    if dtype.kind == "O":
        return Group(
            "list", {f"[{i}]": _plain(item) for i, item in enumerate(value.ravel().tolist())}
        )
    data = memoryview(value.tobytes())
    if dtype.names or dtype.kind == "V":
        return (
            Blob(data, "structured elements") if dtype.names else _opaque(value.shape, dtype, data)
        )
    return array_tensor(dtype.str, tuple(value.shape), False, data)


def _opaque(shape: Any, dtype: Any, data: memoryview) -> Tensor:
    return Tensor(f"bytes{dtype.itemsize}", tuple(shape), data)


def _plain(item: Any) -> Node:
    return Value(item) if isinstance(item, str | bytes | int | float) else Value(repr(item))
