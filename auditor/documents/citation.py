"""CITATION.cff: what its schema (1.2.0) asks for and does not find."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from ..document import Document
from ..regex import regex
from .structured import LineTable, array, line_of, read_yaml, table, text

_REQUIRED = ("cff-version", "message", "title", "authors")
_KEYS = frozenset(
    "abstract authors cff-version commit contact date-released doi identifiers keywords license "
    "license-url message preferred-citation references repository repository-artifact "
    "repository-code title type url version".split()
)
_DATE = regex(r"^\d{4}-\d{2}-\d{2}$")
_DOI = regex(r"^10\.\d{4,9}(?:\.\d+)?/\S+$")
_ORCID = regex(r"^https://orcid\.org/\d{4}-\d{4}-\d{4}-\d{3}[\dX]$")


def citation_faults(document: Document) -> Iterator[tuple[int, str]]:
    """Yield (line, what is wrong) for everything that the schema does not accept."""
    try:
        value = read_yaml(document.text[:1_000_000])[0]
    except RecursionError:
        yield 1, "it refers to itself"
        return
    except (ValueError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).split("\n", 1)[0]
        yield (mark.line + 1 if mark is not None else 1), f"it is not YAML: {problem}"
        return
    if not isinstance(value, LineTable):
        yield 1, "it holds no keys"
        return
    for key in _REQUIRED:
        if key not in value or value[key] in ("", []):
            yield 1, f"the required key `{key}` is missing"
    for key in value:
        if key not in _KEYS:
            yield _line_of_key(document, key), f"`{key}` is no key of the format"
    yield from _values(document, value)
    yield from _people(document, value.get("authors"))


def _values(document: Document, value: LineTable) -> Iterator[tuple[int, str]]:
    released, doi, kind = (text(value.get(key)) for key in ("date-released", "doi", "type"))
    if released and not _DATE.match(released):
        yield line_of(value["date-released"]), f"`date-released` is not YYYY-MM-DD: {released}"
    if doi and not _DOI.match(doi):
        yield line_of(value["doi"]), f"`doi` is not a bare DOI (10.…/…): {doi}"
    if kind and kind not in {"software", "dataset"}:
        yield line_of(value["type"]), f"`type` is software or dataset, not {kind}"


def _people(document: Document, people: Any) -> Iterator[tuple[int, str]]:
    if people is None or people == []:
        return
    if not isinstance(people, list):
        yield _line_of_key(document, "authors"), "`authors` is not a list"
        return
    for person in array(people):
        if not isinstance(person, LineTable):
            yield _line_of_key(document, "authors"), "an author is a bare text, not a person"
            continue
        entry = table(person)
        if not {"family-names", "given-names", "name", "alias"} & set(entry):
            yield person.line, "an author has no name (`family-names`, `given-names` or `name`)"
        orcid = text(entry.get("orcid"))
        if orcid and not _ORCID.match(orcid):
            yield line_of(entry["orcid"]), f"`orcid` is not https://orcid.org/…: {orcid}"


def _line_of_key(document: Document, key: str) -> int:
    for number, line in enumerate(document.lines, 1):
        if line.startswith(f"{key}:"):
            return number
    return 1
