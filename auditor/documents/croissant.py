"""Croissant files (JSON-LD): the properties of the dataset, with their contexts expanded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

from ..document import Document
from .structured import array, table

_SCHEMA_ORG = "schema.org/"
_CROISSANT = "mlcommons.org/croissant/"
RAI = "mlcommons.org/croissant/RAI/"
_PREFIXES = {
    "sc": "https://schema.org/",
    "schema": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
}


@dataclass(frozen=True, slots=True)
class Croissant:
    """The top-level properties by expanded name (no scheme), each with the spelling it has."""

    document: Document
    properties: dict[str, str]

    def has(self, name: str) -> bool:
        """Whether the dataset has a property of schema.org, Croissant or Dublin Core."""
        return any(
            f"{space}{name}" in self.properties
            for space in (_SCHEMA_ORG, _CROISSANT, "purl.org/dc/terms/")
        )

    def has_rai(self, name: str) -> bool:
        """Whether it has a property of the responsible-AI vocabulary."""
        return f"{RAI}{name}" in self.properties

    def line(self, spelling: str) -> int:
        """Return the line on which a property first stands."""
        for number, line in enumerate(self.document.lines, 1):
            if f'"{spelling}"' in line:
                return number
        return 1


def read_croissant(document: Document) -> Croissant | None:
    """Read a Croissant file; None when it is something else or cannot be read."""
    if document.state.size > 16_000_000 or b"croissant" not in document.data.lower():
        return None
    try:
        value = json.loads(document.text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    top = cast(dict[str, Any], value)
    if graph := array(top.get("@graph")):
        dataset = next((table(node) for node in graph if _is_dataset(table(node))), None)
        if dataset is None:
            return None
        top = {"@context": top.get("@context"), **dataset}
    if not _is_dataset(top) or "@context" not in top:
        return None
    context = _context(top["@context"])
    return Croissant(
        document,
        {
            _expand(key, context): key
            for key, item in top.items()
            if not key.startswith("@") and item not in (None, "", [], {})
        },
    )


def _is_dataset(node: dict[str, Any]) -> bool:
    kinds: Any = node.get("@type")
    listed = array(kinds) or [kinds]
    return any(str(kind).rsplit("/", 1)[-1].rsplit(":", 1)[-1] == "Dataset" for kind in listed)


def _context(value: Any) -> dict[str, str]:
    """Flatten a context: prefix or term -> IRI or prefixed name."""
    context = dict(_PREFIXES)
    for part in array(value) or [value]:
        for term, meaning in table(part).items():
            target = table(meaning).get("@id") if isinstance(meaning, dict) else meaning
            if isinstance(target, str):
                context[term] = target
    return context


def _expand(key: str, context: dict[str, str], depth: int = 0) -> str:
    target = context.get(key)
    if target is not None and target != key and depth < 8:
        return _expand(target, context, depth + 1)
    prefix, colon, rest = key.partition(":")
    if colon and not rest.startswith("//") and prefix in context:
        return _bare(context[prefix]) + rest
    if "://" in key:
        return _bare(key)
    return _bare(context.get("@vocab", "https://schema.org/")) + key


def _bare(iri: str) -> str:
    return iri.removeprefix("https://").removeprefix("http://").removeprefix("www.")
