"""What is remembered of files that did not change: data only, in the user's cache folder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

from .codec import decode, encode
from .discover import FileState
from .examine import Examined
from .rule import RuleClass
from .versions import Versions

_KEPT_RESULTS = 16
_KEPT_SECONDS = 7 * 86_400
#: A file that changed this recently may change again within the clock's grain.
_SETTLED_NS = 1_000_000_000


def default_cache_folder() -> Path:
    """Return the user's cache folder for fwaudit; never a folder of the scanned tree."""
    if override := os.environ.get("FWAUDIT_CACHE_DIR"):
        return Path(override)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "fwaudit"


def clear_cache(folder: Path) -> int:
    """Remove everything that fwaudit keeps below the folder; return how many entries went."""
    entries = [entry for entry in folder.glob("*-*") if entry.is_dir()] if folder.is_dir() else []
    for entry in entries:
        shutil.rmtree(entry, ignore_errors=True)
    return len(entries)


def tool_stamp() -> str:
    """Return what identifies this installation: the states of its own files."""
    package = Path(__file__).resolve().parent.parent
    parts: list[str] = []
    for folder in ("auditor", "checks", "reports"):
        for path in sorted((package / folder).rglob("*")):
            if path.suffix in {".py", ".json", ".yaml"}:
                stat = path.stat()
                parts.append(f"{path.name}:{stat.st_size}:{stat.st_mtime_ns}")
    return _digest(parts)


def _digest(parts: Iterable[str]) -> str:
    joined = "\0".join(parts).encode("utf-8", "surrogateescape")
    return hashlib.blake2b(joined, digest_size=16).hexdigest()


def rules_stamp(rules: Sequence[RuleClass]) -> str:
    """Return what identifies a set of rules."""
    return _digest(f"{rule.__module__}.{rule.__qualname__}" for rule in rules)


class Cache:
    """One folder a scanned root: `files-….json` by file, `scan-….json` whole results.

    A cache that cannot be read or written is no cache; the scan goes on. `trouble` says why.
    """

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder / f"{root.name[:40] or 'root'}-{_digest([str(root)])[:16]}"
        self.trouble: str | None = None
        self._known: dict[str, list[Any]] = {}
        self._fresh: dict[str, list[Any]] = {}
        self._file: Path | None = None

    def open(self, rules: Sequence[RuleClass], versions: Versions) -> None:
        """Choose the store for these rules and declared versions."""
        declared = sorted(
            f"{folder}:{name}{item.specifier}{item.exact}{item.place}"
            for folder, listed in (("*", versions.declared), *versions.folders.items())
            for name, item in listed.items()
        )
        stamp = _digest([tool_stamp(), rules_stamp(rules), sys.version, *declared])
        self._file = self.folder / f"files-{stamp}.json"
        known = self._read(self._file)
        self._known = cast(dict[str, list[Any]], known) if isinstance(known, dict) else {}

    def get(self, state: FileState) -> Examined | None:
        """Return what is remembered of a file with this state, or with this content."""
        entry = self._known.get(state.path)
        if entry is None or entry[0] != state.size:
            return None
        try:
            if entry[1] != state.modified_ns and _content_digest(state) != entry[2]:
                return None
            examined = decode(entry[3])
        except (KeyError, TypeError, ValueError, IndexError, OSError):
            return None
        self._fresh[state.path] = entry
        return examined if isinstance(examined, Examined) else None

    def put(self, state: FileState, examined: Examined) -> None:
        """Remember a file, unless it was not readable: a permission may change without a trace."""
        if any(problem.message.startswith("not read") for problem in examined.problems):
            return
        examined.seconds = {}
        try:
            entry = [state.size, state.modified_ns, _content_digest(state), encode(examined)]
        except (OSError, TypeError):
            return
        self._fresh[state.path] = entry

    def save(self) -> None:
        """Write the files seen in this scan."""
        changed = self._fresh.keys() != self._known.keys() or any(
            self._known[path] is not entry for path, entry in self._fresh.items()
        )
        if self._file is None or not changed:
            return
        self._write(self._file, self._fresh)
        for old in self.folder.glob("files-*.json"):
            if old != self._file and time.time() - old.stat().st_mtime > _KEPT_SECONDS:
                old.unlink(missing_ok=True)

    def result_key(self, states: Iterable[FileState], *parts: str) -> str:
        """Return the key of a whole result: tool, options, and the state of every file."""
        lines = [f"{state.path}\0{state.size}\0{state.modified_ns}" for state in states]
        return _digest([tool_stamp(), sys.version, *parts, *lines])

    def load_result(self, key: str) -> Any:
        """Return a whole result by key, decoded; None when there is none."""
        found = self._read(self.folder / f"scan-{key}.json")
        try:
            return decode(found)
        except (KeyError, TypeError, ValueError, IndexError):
            return None

    def save_result(self, key: str, result: Any, states: Iterable[FileState]) -> None:
        """Remember a whole result, unless a file changed within the last second."""
        horizon = time.time_ns() - _SETTLED_NS
        if any(state.modified_ns > horizon for state in states):
            return
        try:
            self._write(self.folder / f"scan-{key}.json", encode(result))
            kept = sorted(self.folder.glob("scan-*.json"), key=lambda path: path.stat().st_mtime)
            for old in kept[:-_KEPT_RESULTS]:
                old.unlink(missing_ok=True)
        except (TypeError, OSError):
            return

    def _read(self, path: Path) -> Any:
        try:
            return json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return None

    def _write(self, path: Path, value: Any) -> None:
        temporary: str | None = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.folder, prefix=".new-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(json.dumps(value, separators=(",", ":"), ensure_ascii=True))
            Path(temporary).replace(path)
        except OSError as error:
            self.trouble = f"cache not written: {(error.strerror or str(error)).lower()}"
            if temporary is not None:
                Path(temporary).unlink(missing_ok=True)


def _content_digest(state: FileState) -> str:
    data = Path(state.absolute).read_bytes()
    return hashlib.blake2b(data, digest_size=16).hexdigest()
