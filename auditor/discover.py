"""Which files are looked at: gitignore, default excludes, links, binary and huge files."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pathspec import GitIgnoreSpec

from .errors import UserError
from .source import MAX_NOTEBOOK_BYTES, MAX_PYTHON_BYTES

DEFAULT_EXCLUDES = frozenset(
    (
        ".bzr .direnv .eggs .git .git-rewrite .hg .ipynb_checkpoints .mypy_cache .nox .pants.d "
        ".pyenv .pytest_cache .pytype .ruff_cache .svn .tox .venv .fwaudit __pycache__ "
        "__pypackages__ _build buck-out build dist node_modules site-packages venv"
    ).split()
)
#: Larger documents are counted and not read.
MAX_DOCUMENT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as the file system describes it, without opening it."""

    path: str
    absolute: str
    size: int
    modified_ns: int

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def is_python(self) -> bool:
        """Whether it is read as Python text."""
        return self.path.endswith((".py", ".pyw", ".pyi")) and not self.path.endswith(".pyi")

    @property
    def is_notebook(self) -> bool:
        """Whether it is a notebook."""
        return self.path.endswith(".ipynb")


@dataclass(slots=True)
class Discovery:
    """What was found below the paths that were asked for."""

    root: Path
    files: list[FileState] = field(default_factory=list[FileState])
    excluded: int = 0
    oversized: list[FileState] = field(default_factory=list[FileState])
    unreadable: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    whole: bool = True


def find_root(paths: Sequence[Path], current: Path) -> Path:
    """Return the folder of the project that is scanned; places are told from there.

    That is the current folder when it contains every path, unless the paths lie in a checkout of
    their own below it, or it belongs to no project itself, as a folder of checkouts: then it is
    the outermost folder on the way that looks like a project. Else it is the folder scanned.
    """
    resolved = [path.resolve() for path in paths]
    first = resolved[0]
    base = first if first.is_dir() else first.parent
    while not all(path.is_relative_to(base) for path in resolved):
        base = base.parent
    if not base.is_relative_to(current):
        return base
    way = [base, *base.parents]
    way = way[: way.index(current)]
    for folder in way:
        if (folder / ".git").exists():
            return folder
    if not way or _is_checked_out(current) or _holds_a_project(current):
        return current
    return next(filter(_holds_a_project, reversed(way)), base)


#: Files that a folder of projects has not.
_OF_A_PROJECT = re.compile(
    r"(?i:readme|licen[cs]e|copying|dockerfile|makefile)(\.|$)|requirements.*\.(txt|in)$"
    r"|(pyproject|fwaudit)\.toml$|setup\.cfg$|environment\.ya?ml$|Pipfile|.*\.(py|ipynb)$"
)


def _is_checked_out(folder: Path) -> bool:
    home = Path.home()
    return any((at / ".git").exists() for at in (folder, *folder.parents) if at != home)


def _holds_a_project(folder: Path) -> bool:
    try:
        return any(_OF_A_PROJECT.match(entry.name) for entry in folder.iterdir())
    except OSError:
        return False


def discover(
    paths: Sequence[Path],
    *,
    current: Path,
    exclude: Sequence[str] = (),
    force_exclude: bool = False,
    exclude_from: Path | None = None,
) -> Discovery:
    """List the files below `paths`, sorted by path.

    A path that is named is looked at even when it would be excluded, unless `force_exclude`.
    Patterns of `exclude` match paths from the root, from `current`, and from the folder
    `exclude_from` (that of the configuration), and bare names.

    Raises:
        UserError: a path does not exist.
    """
    paths = paths or [current]
    for path in paths:
        if not path.exists():
            raise UserError(f"no such file or folder: {path}")
    current = current.resolve()
    found = Discovery(find_root(paths, current))
    bases = {current, exclude_from or current} - {found.root}
    walker = _Walker(found, tuple(exclude), tuple(bases))
    seen: dict[str, FileState] = {}
    for path in paths:
        resolved = path.resolve()
        if resolved.is_dir():
            ignores = walker.ignores_above(resolved)
            states: Iterable[FileState] = walker.walk(resolved, ignores)
        else:
            found.whole = False
            if force_exclude and walker.is_excluded_path(resolved):
                found.excluded += 1
                continue
            states = walker.state(resolved)
        for state in states:
            seen.setdefault(state.path, state)
    found.files = [seen[path] for path in sorted(seen)]
    return found


@dataclass(slots=True)
class _Walker:
    found: Discovery
    exclude: tuple[str, ...]
    #: Folders beside the root from which patterns of `exclude` may be spelled.
    exclude_from: tuple[Path, ...] = ()

    def relative(self, path: str | Path) -> str:
        return os.path.relpath(path, self.found.root).replace(os.sep, "/")

    def state(self, path: Path | os.DirEntry[str]) -> Iterator[FileState]:
        absolute = os.fspath(path)
        relative = self.relative(absolute)
        try:
            stat = path.stat()
        except OSError as error:
            self.found.unreadable.append((relative, error.strerror or "cannot be read"))
            return
        state = FileState(relative, absolute, stat.st_size, stat.st_mtime_ns)
        limit = MAX_DOCUMENT_BYTES
        if state.is_python:
            limit = MAX_PYTHON_BYTES
        elif state.is_notebook:
            limit = MAX_NOTEBOOK_BYTES
        if stat.st_size > limit and (state.is_python or state.is_notebook):
            self.found.oversized.append(state)
            return
        yield state

    def walk(self, top: Path, ignores: list[tuple[str, GitIgnoreSpec]]) -> Iterator[FileState]:
        stack: list[tuple[str, list[tuple[str, GitIgnoreSpec]]]] = [(os.fspath(top), ignores)]
        while stack:
            folder, above = stack.pop()
            try:
                with os.scandir(folder) as scan:
                    entries = sorted(scan, key=lambda entry: entry.name)
            except OSError as error:
                relative = self.relative(folder)
                self.found.unreadable.append((relative, error.strerror or "cannot be read"))
                continue
            here = above + self.ignores_in(folder, entries)
            for entry in entries:
                yield from self._entry(entry, here, stack)

    def _entry(
        self,
        entry: os.DirEntry[str],
        ignores: list[tuple[str, GitIgnoreSpec]],
        stack: list[tuple[str, list[tuple[str, GitIgnoreSpec]]]],
    ) -> Iterator[FileState]:
        try:
            is_folder = entry.is_dir()
            if entry.is_symlink() and not self._stays_inside(entry):
                self.found.excluded += 1
                return
            if not is_folder and not entry.is_file():
                if entry.is_symlink():
                    relative = self.relative(entry.path)
                    self.found.unreadable.append((relative, "a link to nothing"))
                return
        except OSError:
            return
        if self.is_excluded(entry, is_folder, ignores):
            self.found.excluded += not is_folder
            return
        if is_folder:
            if not entry.is_symlink():
                stack.append((entry.path, ignores))
            return
        yield from self.state(entry)

    def _stays_inside(self, entry: os.DirEntry[str]) -> bool:
        return Path(os.path.realpath(entry.path)).is_relative_to(self.found.root)

    def is_excluded(
        self,
        entry: os.DirEntry[str],
        is_folder: bool,
        ignores: list[tuple[str, GitIgnoreSpec]],
    ) -> bool:
        name = entry.name
        if is_folder:
            if name in DEFAULT_EXCLUDES or name.endswith(".egg-info"):
                return True
            if os.path.exists(os.path.join(entry.path, "pyvenv.cfg")):
                return True
        if self.exclude and self._matches_exclude(self.relative(entry.path), name):
            return True
        verdict = False
        for base, spec in ignores:
            below = entry.path[len(base) + 1 :] + ("/" if is_folder else "")
            match = spec.check_file(below).include
            if match is not None:
                verdict = match
        return verdict

    def is_excluded_path(self, path: Path) -> bool:
        relative = self.relative(path)
        parts = relative.split("/")
        if any(part in DEFAULT_EXCLUDES for part in parts[:-1]):
            return True
        if any(
            self._matches_exclude("/".join(parts[: end + 1]), parts[end])
            for end in range(len(parts))
        ):
            return True
        for base, spec in self.ignores_above(path.parent) + self.ignores_in(str(path.parent), None):
            if spec.match_file(os.fspath(path)[len(base) + 1 :]):
                return True
        return False

    def _matches_exclude(self, relative: str, name: str) -> bool:
        absolute = self.found.root / relative
        spelled = {relative}
        spelled |= {os.path.relpath(absolute, at).replace(os.sep, "/") for at in self.exclude_from}
        return any(
            fnmatch.fnmatch(name, pattern)
            or any(
                fnmatch.fnmatch(path, pattern.rstrip("/"))
                or path.startswith(pattern.rstrip("/") + "/")
                for path in spelled
            )
            for pattern in self.exclude
        )

    def ignores_above(self, folder: Path) -> list[tuple[str, GitIgnoreSpec]]:
        """Return the gitignore files of the folders above, up to the one that holds `.git`."""
        above: list[Path] = []
        at = folder
        while not (at / ".git").exists():
            if at.parent == at or not folder.is_relative_to(self.found.root):
                break
            at = at.parent
            above.append(at)
            if at == self.found.root:
                break
        if above and not (above[-1] / ".git").exists() and above[-1] != self.found.root:
            return []
        return [pair for path in reversed(above) for pair in self.ignores_in(os.fspath(path), None)]

    def ignores_in(
        self, folder: str, entries: list[os.DirEntry[str]] | None
    ) -> list[tuple[str, GitIgnoreSpec]]:
        if entries is not None and not any(entry.name == ".gitignore" for entry in entries):
            return []
        try:
            with open(os.path.join(folder, ".gitignore"), encoding="utf-8", errors="replace") as f:
                lines = f.read(1 << 20).splitlines()
        except OSError:
            return []
        patterns = [line for line in lines if line.strip() and not line.startswith("#")]
        try:
            return [(folder, GitIgnoreSpec.from_lines(patterns))] if patterns else []
        except ValueError:
            return []
