"""Configuration files of the project as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import yaml

from .abstract import UNKNOWN, Known, Origin, Sequence, Table, Value
from .space import Space

if TYPE_CHECKING:
    from .walker import Walker


def path_from(walker: Walker, text: str, space: Space) -> str | None:
    """Return the path of a file of the project that a program calls by a relative name."""
    folder = space.file.path.rsplit("/", 1)[0] if "/" in space.file.path else ""
    known = {**walker.project.modules, **walker.project.documents}
    for base in (folder, ""):
        candidate = _normal(f"{base}/{text}" if base else text)
        if candidate in known:
            return candidate
    tails = [path for path in known if path.endswith("/" + text.lstrip("./"))]
    return tails[0] if len(tails) == 1 else None


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


def raw_document(walker: Walker, path: str | None) -> dict[Any, Any] | None:
    """Return what a YAML or JSON document of the project holds, when it is a mapping."""
    document = walker.project.documents.get(path) if path is not None else None
    if document is None or not document.name.endswith((".yaml", ".yml", ".json")):
        return None
    try:
        data: Any = yaml.load(document.text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return cast(dict[Any, Any], data) if isinstance(data, dict) else None


def table_of(data: dict[Any, Any], name: str, prefix: str = "") -> Table:
    """Return a mapping of a configuration file as a table; `name` is that of the file."""
    items = {str(key): _value_of(value, name, f"{prefix}{key}") for key, value in data.items()}
    return Table(items, exact=False, dotted=True)


def _value_of(value: Any, name: str, dotted: str) -> Value:
    if isinstance(value, dict):
        return table_of(cast(dict[Any, Any], value), name, f"{dotted}.")
    if isinstance(value, list):
        items = cast(list[Any], value)[:32]
        return Sequence([_value_of(item, name, dotted) for item in items])
    if isinstance(value, (str, int, float, bool, type(None))):
        return Known(value, Origin("config", f"{dotted} in {name}"))
    return UNKNOWN
