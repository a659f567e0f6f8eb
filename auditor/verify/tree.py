"""Fresh copies of the working tree at one and the same path, and what a run changed in them."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import UserError

_LEFT_OUT = frozenset(
    {
        ".git", ".hg", ".svn", ".fwaudit", "__pycache__", "node_modules", ".mypy_cache", ".tox",
        ".pytest_cache", ".ruff_cache", ".nox", ".ipynb_checkpoints", ".hypothesis",
    }
)  # fmt: skip
_LINKED_FROM = 50 * 2**20
_MOST_FILES = 200_000
_MOST_BYTES = 8 * 2**30


@dataclass(frozen=True, slots=True)
class State:
    """What tells whether a file was touched."""

    size: int
    modified: int
    inode: int


def root_of(folder: Path) -> Path:
    """The working tree that holds `folder`: the git work tree, else the folder itself."""
    folder = folder.resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists() and candidate != Path.home():
            return candidate
    return folder


def _is_environment(folder: str) -> bool:
    return Path(folder, "pyvenv.cfg").exists()


def _walk(root: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    for folder, folders, files in os.walk(root):
        folders[:] = [
            name
            for name in folders
            if name not in _LEFT_OUT and not _is_environment(f"{folder}/{name}")
        ]
        yield folder, folders, files


class Tree:
    """The original tree and the place where every run finds a fresh copy of it."""

    def __init__(self, original: Path, place: Path) -> None:
        self.original = original
        self.place = place
        self.linked: dict[Path, State] = {}

    def refresh(self) -> None:
        """Replaces whatever stands at the place by a fresh copy."""
        if self.place.exists():
            shutil.rmtree(self.place)
        self.place.mkdir(parents=True)
        count = size = 0
        for folder, folders, files in _walk(self.original):
            target = self.place / os.path.relpath(folder, self.original)
            for name in folders:
                self._copy_folder(Path(folder, name), target / name)
            for name in sorted(files):
                count += 1
                size += self._copy_file(Path(folder, name), target / name)
            if count > _MOST_FILES or size > _MOST_BYTES:
                raise UserError(
                    f"the working tree {self.original} is too large to copy for every run",
                    "run it with --in-place, or from a smaller folder",
                )

    def _copy_folder(self, source: Path, target: Path) -> None:
        if source.is_symlink():
            target.symlink_to(source.readlink())
        else:
            target.mkdir(exist_ok=True)

    def _copy_file(self, source: Path, target: Path) -> int:
        if source.is_symlink():
            target.symlink_to(source.readlink())
            return 0
        if not source.is_file():
            return 0
        state = source.stat()
        if state.st_size > _LINKED_FROM:
            target.symlink_to(source)
            self.linked[source] = State(state.st_size, state.st_mtime_ns, state.st_ino)
            return 0
        shutil.copy2(source, target)
        return state.st_size

    def changed_links(self) -> list[Path]:
        """Large linked files that a run changed in the original tree."""
        return [path for path, state in self.linked.items() if _state(path) != state]


def _state(path: Path) -> State | None:
    try:
        state = path.lstat()
    except OSError:
        return None
    return State(state.st_size, state.st_mtime_ns, state.st_ino)


def snapshot(root: Path) -> dict[str, State]:
    """Every file of the tree, by its path relative to the root."""
    found: dict[str, State] = {}
    for folder, _folders, files in _walk(root):
        for name in files:
            if name.endswith(".pyc"):
                continue
            path = Path(folder, name)
            state = _state(path)
            if state is not None:
                found[os.path.relpath(path, root)] = state
    return found


def touched(before: dict[str, State], root: Path) -> list[str]:
    """Files that are new or were written since `before`, sorted."""
    after = snapshot(root)
    return sorted(path for path, state in after.items() if before.get(path) != state)


def file_digest(path: Path) -> str:
    """SHA-256 of a file, or "" when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
