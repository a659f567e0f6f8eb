"""The digest of a source tree without the evidence and the weights that lie in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..discover import FileState, discover
from ..regex import regex

#: What fwaudit writes beside the source: JSON of ours by its head, the rest by its name. No name
#: of a file that a program would run is among them.
_EVIDENCE_NAMES = (".sarif", ".cdx.json", ".spdx.json", ".intoto.json", ".intoto.jsonl")
#: What training writes is no source: it is bound by digests of its own (`artifacts`).
_WEIGHT_NAMES = tuple(
    ".safetensors .pt .pth .ckpt .onnx .tflite .keras .gguf .mar .msgpack".split()
)
_EVIDENCE_HEAD = regex(
    rb'\s*(\{\s*"schema":\s*"fwaudit\.|(?:<!doctype html>\s*)?<!-- fwaudit\.)', re.I
)
#: What is asked of a release is no part of it.
POLICY_NAME = "fwaudit-policy.yaml"
_HEADED_NAMES = (".json", ".html", ".md")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Tree:
    """`digest` is `sha256:` and the SHA-256 of the sorted lines "digest, two spaces, path"."""

    digest: str
    files: int


def tree_digest(paths: Sequence[Path], omit: Sequence[Path] = ()) -> Tree:
    """Return the digest of the files below `paths`: of one folder, relative to it.

    What gitignore, default excludes and `omit` leave out, weights, and what fwaudit wrote, are no
    part of it.

    Raises:
        UserError: a path does not exist.
    """
    single = paths[0].resolve() if len(paths) == 1 and paths[0].is_dir() else Path.cwd().resolve()
    discovery = discover(paths, current=single)
    left_out = {str(path.resolve()) for path in omit}
    states = [*discovery.files, *discovery.oversized]
    lines: list[bytes] = []
    for state in states:
        if str(Path(state.absolute).resolve()) in left_out or is_evidence(state):
            continue
        if state.name.endswith(_WEIGHT_NAMES):
            continue
        path = state.path.encode("utf-8", "surrogateescape")
        lines.append(file_digest(Path(state.absolute)).encode() + b"  " + path)
    whole = hashlib.sha256(b"\n".join(sorted(lines)))
    return Tree(f"sha256:{whole.hexdigest()}", len(lines))


def is_evidence(state: FileState) -> bool:
    """Whether fwaudit wrote this file as evidence or report."""
    if state.path.startswith(".fwaudit/") or state.path == POLICY_NAME:
        return True
    if state.name.endswith(_EVIDENCE_NAMES):
        return True
    if not state.name.endswith(_HEADED_NAMES):
        return False
    try:
        with Path(state.absolute).open("rb") as file:
            return _EVIDENCE_HEAD.match(file.read(128)) is not None
    except OSError:
        return False


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal; of nothing known when it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError:
        return "unreadable"
    return digest.hexdigest()
