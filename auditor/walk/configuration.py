"""Configuration files of the project as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import yaml

from ..document import Document
from ..documents.structured import MAX_STRUCTURED_BYTES, Unreadable, check_size
from .abstract import UNKNOWN, Known, Origin, Sequence, Table, Value
from .space import Space

if TYPE_CHECKING:
    from .walker import Walker

_MOST_DEPTH, _MOST_ITEMS = 20, 32


def path_from(walker: Walker, text: str, space: Space) -> str | None:
    """Return the path of a file of the project that a program calls by a relative name."""
    folder = space.file.path.rsplit("/", 1)[0] if "/" in space.file.path else ""
    known = (walker.project.modules, walker.project.documents)
    for base in (folder, ""):
        candidate = _normal(f"{base}/{text}" if base else text)
        if any(candidate in paths for paths in known):
            return candidate
    ending = "/" + text.lstrip("./")
    tails = {path for paths in known for path in paths if path.endswith(ending)}
    return tails.pop() if len(tails) == 1 else None


def _normal(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def document_table(walker: Walker, path: str | None) -> Table | None:
    """Return a YAML or JSON document of the project as a table."""
    data = raw_document(walker, path)
    return table_of(data, str(path).rpartition("/")[2]) if data is not None else None


def raw_document(walker: Walker, path: str | None) -> Mapping[Any, Any] | None:
    """Return what a YAML or JSON document of the project holds, when it is a mapping."""
    document = walker.project.documents.get(path) if path is not None else None
    if document is None or not document.name.endswith((".yaml", ".yml", ".json")):
        return None
    known = walker.imports.configurations
    if document.path not in known:
        known[document.path] = _read(document)
    return known[document.path]


def _read(document: Document) -> Mapping[Any, Any] | None:
    try:
        check_size(document, MAX_STRUCTURED_BYTES)
        data: Any = yaml.load(document.text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (Unreadable, yaml.YAMLError, ValueError, RecursionError):
        return None
    return cast(dict[Any, Any], data) if isinstance(data, dict) else None


def table_of(data: Mapping[Any, Any], name: str) -> Table:
    """Return a mapping of a configuration file as a table; `name` is that of the file."""
    return _Reading(name).table(data, "", 0)


@dataclass(slots=True)
class _Reading:
    """Turns a document into values. Aliases may multiply, and lead in a circle: it ends anyway."""

    name: str
    left: int = 20_000

    def table(self, data: Mapping[Any, Any], prefix: str, depth: int) -> Table:
        items = {
            str(key): self.value(value, f"{prefix}{key}", depth + 1) for key, value in data.items()
        }
        return Table(items, exact=False, dotted=True)

    def value(self, value: Any, dotted: str, depth: int) -> Value:
        self.left -= 1
        if self.left < 0 or depth > _MOST_DEPTH:
            return UNKNOWN
        if isinstance(value, dict):
            return self.table(cast(dict[Any, Any], value), f"{dotted}.", depth)
        if isinstance(value, list):
            items = cast(list[Any], value)[:_MOST_ITEMS]
            return Sequence([self.value(item, dotted, depth + 1) for item in items])
        if isinstance(value, (str, int, float, bool, type(None))):
            return Known(value, Origin("config", f"{dotted} in {self.name}"))
        return UNKNOWN
