"""Compares two artefacts: files by their content, folders file by file."""

from __future__ import annotations

import os
from pathlib import Path

from ...regex import regex
from .artifact_error import ArtifactError
from .compare import Comparer
from .content import Blob, Node
from .difference import Comparison, Difference, Kind
from .formats import find_format
from .mapped import map_file
from .onnx_file import external_files
from .orbax import is_orbax, read_orbax
from .tensor_bundle import read_bundle

MAX_FILES = 100_000

_BLOCK = 1 << 22
_EVENTS = regex(r"(events\.out\.tfevents)\..*")
_VOLATILE_FILES = {
    "fingerprint.pb": "a random identifier of the saved model",
    "_CHECKPOINT_METADATA": "times of saving",
    "commit_success.txt": "a marker",
}


def diff_artifacts(a: Path, b: Path) -> Difference | None:
    """How `b` differs from `a`; None when their content is the same.

    Nothing of them is executed. ArtifactError when one of them does not exist or cannot be read.
    """
    return compare_artifacts(a, b).difference


def compare_artifacts(a: Path, b: Path) -> Comparison:
    """The same, with the format, how many tensors were compared, and notes."""
    for path in (a, b):
        if not path.exists():
            raise ArtifactError(f"{path} does not exist")
    if a.is_dir() != b.is_dir():
        message = "a folder in A, a file in B" if a.is_dir() else "a file in A, a folder in B"
        return Comparison("mixed", Difference("", Kind.TYPE, message), 0)
    return _folders(a, b) if a.is_dir() else _files(a, b)


def _files(a: Path, b: Path) -> Comparison:
    left, right = map_file(a), map_file(b)
    found = find_format(a.name, left)
    if equal_bytes(left, right):
        return Comparison(found.name, None, 0, ("the files are equal byte by byte",))
    notes: list[str] = []
    try:
        nodes = found.read(left), find_format(b.name, right).read(right)
    except ArtifactError as error:
        notes.append(f"compared byte by byte: {error}")
        nodes = Blob(left), Blob(right)
    return _compared(found.name, *nodes, notes, _external(a, b, left, right))


def _external(a: Path, b: Path, left: memoryview, right: memoryview) -> list[tuple[Path, Path]]:
    """Files with the external data of two ONNX models, in pairs."""
    if a.suffix != ".onnx" or b.suffix != ".onnx":
        return []
    try:
        pairs = zip(external_files(a, left), external_files(b, right), strict=False)
        return [(x, y) for x, y in pairs if x.is_file() and y.is_file()]
    except ArtifactError:
        return []


def _compared(
    name: str, a: Node, b: Node, notes: list[str], beside: list[tuple[Path, Path]]
) -> Comparison:
    comparer = Comparer(notes=notes)
    difference = comparer.compare("", a, b)
    for left, right in beside:
        if difference is None and not equal_bytes(map_file(left), map_file(right)):
            difference = comparer.compare(left.name, Blob(map_file(left)), Blob(map_file(right)))
    if difference is None:
        comparer.notes.append("the content is the same; the files' bytes differ")
    return Comparison(name, difference, comparer.tensors, tuple(comparer.notes))


def equal_bytes(a: memoryview, b: memoryview) -> bool:
    """Whether two views hold the same bytes, in bounded memory."""
    if a.nbytes != b.nbytes:
        return False
    steps = range(0, a.nbytes, _BLOCK)
    return all(bytes(a[i : i + _BLOCK]) == bytes(b[i : i + _BLOCK]) for i in steps)


def _folders(a: Path, b: Path) -> Comparison:
    if is_orbax(a) and is_orbax(b):
        try:
            return _compared("Orbax", read_orbax(a), read_orbax(b), [], [])
        except ArtifactError as error:
            return _file_by_file(a, b, [f"compared file by file: {error}"])
    return _file_by_file(a, b, [])


def _file_by_file(a: Path, b: Path, notes: list[str]) -> Comparison:
    left, right = _listing(a), _listing(b)
    found: list[Difference] = []
    tensors = 0
    for name in dict.fromkeys([*left, *right]):
        base = name.rpartition("/")[2]
        if base in _VOLATILE_FILES:
            notes.append(f"{name} left out: {_VOLATILE_FILES[base]}")
        elif name not in right:
            found.append(Difference(name, Kind.ONLY_IN_A, "only in A"))
        elif name not in left:
            found.append(Difference(name, Kind.ONLY_IN_B, "only in B"))
        else:
            comparison = _member(left[name], right[name])
            tensors += comparison.tensors
            notes += [f"{name}: {note}" for note in comparison.notes if not _is_routine(note)]
            if comparison.difference is not None:
                found.append(comparison.difference.under(name))
    if not found:
        return Comparison("folder", None, tensors, tuple(notes))
    message = f"{len(found):,} of {len(left.keys() | right.keys()):,} files differ"
    difference = Difference("", Kind.CONTENTS, message, None, tuple(found))
    return Comparison("folder", difference, tensors, tuple(notes))


def _is_routine(note: str) -> bool:
    return note.startswith(("the files are equal", "the content is the same"))


def _member(a: Path, b: Path) -> Comparison:
    """Two files of a folder; the shards of a TensorFlow checkpoint are read through its index."""
    if a.is_dir():
        return _folders(a, b)
    if a.name.endswith(".index"):
        try:
            return _compared("TensorFlow checkpoint", read_bundle(a), read_bundle(b), [], [])
        except ArtifactError:
            return _files(a, b)
    try:
        return _files(a, b)
    except ArtifactError as error:
        return Comparison("unreadable", Difference("", Kind.BYTES, str(error)), 0)


def _listing(folder: Path) -> dict[str, Path]:
    """Regular files by their name within the folder; nested Orbax items stay whole.

    TensorBoard's files carry time, host and process in their names, and are paired in order.
    """
    found: dict[str, Path] = {}
    for root, folders, files in os.walk(folder, followlinks=False):
        folders.sort()
        here = Path(root)
        for name in list(folders):
            if is_orbax(here / name):
                folders.remove(name)
                found[(here / name).relative_to(folder).as_posix()] = here / name
        kept = set(files)
        for name in sorted(files):
            if _is_shard(name, kept):
                continue
            key = _unique(found, (here / _EVENTS.sub(r"\1", name)).relative_to(folder).as_posix())
            found[key] = here / name
        if len(found) > MAX_FILES:
            raise ArtifactError(f"{folder} holds more than {MAX_FILES:,} files")
    return found


def _is_shard(name: str, beside: set[str]) -> bool:
    prefix, marker, _ = name.rpartition(".data-")
    return bool(marker) and f"{prefix}.index" in beside


def _unique(found: dict[str, Path], name: str) -> str:
    candidate, number = name, 2
    while candidate in found:
        candidate, number = f"{name}#{number}", number + 1
    return candidate
