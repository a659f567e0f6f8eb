"""Orbax checkpoints by tensorstore, where it is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .artifact_error import ArtifactError
from .content import MAX_ELEMENTS, Group, Node, Tensor
from .numpy_types import array_tensor


def is_orbax(folder: Path) -> bool:
    """Whether the folder holds one Orbax item: a manifest, or metadata beside arrays."""
    return (folder / "manifest.ocdbt").is_file() or (folder / "_METADATA").is_file()


def read_orbax(folder: Path) -> Node:
    """Arrays by name. ArtifactError without tensorstore, and for damaged checkpoints."""
    try:
        import tensorstore  # pyright: ignore[reportMissingImports, reportMissingTypeStubs]
    except ImportError:
        raise ArtifactError("reading Orbax checkpoints needs the package tensorstore") from None
    library: Any = tensorstore
    base = f"file://{folder.resolve()}/"
    ocdbt = (folder / "manifest.ocdbt").is_file()
    store: dict[str, Any] = (
        {"driver": "ocdbt", "base": base} if ocdbt else {"driver": "file", "path": base[7:]}
    )
    try:
        keys = [key.decode() for key in library.KvStore.open(store).result().list().result()]
        members = {
            name: _array(library, store, name, driver) for name, driver in sorted(_arrays(keys))
        }
    except (ValueError, OSError, RuntimeError, UnicodeDecodeError) as error:
        raise ArtifactError(
            f"a damaged Orbax checkpoint: {str(error).partition(chr(10))[0][:200]}"
        ) from None
    return Group("dict", members)


def _arrays(keys: list[str]) -> set[tuple[str, str]]:
    """Name and driver of each array, by the files that describe arrays."""
    found: set[tuple[str, str]] = set()
    for key in keys:
        folder, _, file = key.rpartition("/")
        if file == ".zarray":
            found.add((folder, "zarr"))
        elif file == "zarr.json":
            found.add((folder, "zarr3"))
    return found


def _array(library: Any, store: dict[str, Any], name: str, driver: str) -> Node:
    prefix = "" if store["driver"] == "ocdbt" else store["path"]
    described = {"driver": driver, "kvstore": {**store, "path": f"{prefix}{name}/"}}
    array = library.open(described, open=True, read=True).result()
    dtype = str(array.dtype.name)
    if array.size > MAX_ELEMENTS:
        raise ArtifactError(f"an array of {array.size:,} elements")
    value = array.read().result()
    if dtype == "bfloat16" or dtype.startswith("float8"):
        return Tensor(dtype, tuple(value.shape), memoryview(value.tobytes()))
    return array_tensor(value.dtype.str, tuple(value.shape), False, memoryview(value.tobytes()))
