"""Archives that a training saves: tensors beside records of time, addresses and the like."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

#: Endings of files that hold tensors, inside an archive and outside.
TENSORS = (".pt", ".pth", ".npy", ".npz", ".safetensors", ".h5", ".bin", ".msgpack", ".onnx")
_MOST_BYTES = 2**30


class Archived(StrEnum):
    """What of two archives differs."""

    NOTHING = "nothing"
    RECORDS = "only what is no tensor"
    RESULTS = "results"


def compare_archives(
    a: Path, b: Path, same: Callable[[Path, Path], bool]
) -> tuple[Archived, tuple[str, ...]] | None:
    """What differs, and in which members; None where one of them is no plain zip archive.

    RECORDS is said only where there are tensors and all of them are equal.
    """
    if a.suffix != ".zip" or not zipfile.is_zipfile(a) or not zipfile.is_zipfile(b):
        return None
    with zipfile.ZipFile(a) as left, zipfile.ZipFile(b) as right:
        names = sorted(left.namelist())
        total = sum(item.file_size for item in (*left.infolist(), *right.infolist()))
        if names != sorted(right.namelist()) or total > _MOST_BYTES:
            return Archived.RESULTS, ()
        differing = tuple(n for n in names if not _same_member(left, right, n, same))
    if not differing:
        return Archived.NOTHING, ()
    tensors = [name for name in names if name.endswith(TENSORS)]
    if tensors and not any(name in tensors for name in differing):
        return Archived.RECORDS, differing
    return Archived.RESULTS, differing


def _same_member(
    left: zipfile.ZipFile, right: zipfile.ZipFile, name: str, same: Callable[[Path, Path], bool]
) -> bool:
    mine, theirs = left.read(name), right.read(name)
    if mine == theirs:
        return True
    with tempfile.TemporaryDirectory() as folder:
        # Our own names: those inside an archive are not to be trusted as paths.
        suffix = Path(name).suffix if Path(name).suffix in TENSORS else ".part"
        paths = Path(folder, f"a{suffix}"), Path(folder, f"b{suffix}")
        paths[0].write_bytes(mine)
        paths[1].write_bytes(theirs)
        return same(*paths)
