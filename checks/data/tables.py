"""The fact tables of the ethics rules, read once a process."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, cast

_HERE = Path(__file__).parent
#: Classes that let anybody use, change and sell the work.
OPEN_CLASSES = frozenset(
    {
        "permissive",
        "public-domain",
        "attribution",
        "share-alike",
        "copyleft-weak",
        "copyleft-strong",
        "copyleft-network",
    }
)
#: Classes that do not grant commercial use.
CLOSED_CLASSES = frozenset({"non-commercial", "research-only"})


@cache
def table(name: str) -> Mapping[str, Any]:
    """Read a table of this folder."""
    return cast(Mapping[str, Any], json.loads((_HERE / f"{name}.json").read_text("utf-8")))


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence: its id (as the hub spells it where it does), class and conditions."""

    id: str
    name: str
    kind: str
    hub: bool
    source: str
    spdx: str = ""
    no_derivatives: bool = False
    #: Stands for a family of licences, or for none in particular.
    family: bool = False
    territory_excludes: tuple[str, ...] = ()
    #: What must be shown with derived works, and the texts that do so.
    notice: str = ""
    notice_any: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it lets anybody use the work, commercially too."""
        return self.kind in OPEN_CLASSES

    @property
    def grants_commerce(self) -> bool:
        """Whether it grants commercial use, perhaps with restrictions on use."""
        return self.is_open or self.kind in {"behavioural-use", "vendor-community"}

    @property
    def is_closed(self) -> bool:
        """Whether it does not grant commercial use."""
        return self.kind in CLOSED_CLASSES


@cache
def licences() -> Mapping[str, Licence]:
    """Return every licence by its folded ids, SPDX ids and names."""
    found: dict[str, Licence] = {}
    for row in table("licences")["licences"]:
        licence = Licence(
            id=row["id"],
            name=row["name"],
            kind=row["class"],
            hub=row["hub"],
            source=row["source"],
            spdx=row.get("spdx", ""),
            no_derivatives=row.get("no_derivatives", False),
            family=row.get("family", False) or row["class"] == "ambiguous",
            territory_excludes=tuple(row.get("territory_excludes", ())),
            notice=row.get("notice", ""),
            notice_any=tuple(row.get("notice_any", ())),
        )
        for name in (licence.id, licence.spdx, *row.get("names", ())):
            if name:
                found.setdefault(name.lower(), licence)
        for suffix in ("-only", "-or-later"):
            if licence.spdx.endswith(suffix):
                base = licence.spdx.removesuffix(suffix).lower()
                found.setdefault(f"{base}-only", licence)
                found.setdefault(f"{base}-or-later", licence)
    return found


def licence_of(text: str) -> Licence | None:
    """Return the licence with this id or name; None when the table has none."""
    return licences().get(text.strip().strip("\"'").lower())


@dataclass(frozen=True, slots=True)
class BaseModel:
    """The licence of models by id. `licence` is None when only the class is certain."""

    licence: Licence | None
    kind: str
    source: str
    note: str = ""


@cache
def _exact_models() -> tuple[tuple[tuple[str, ...], tuple[str, ...], BaseModel], ...]:
    rows: list[tuple[tuple[str, ...], tuple[str, ...], BaseModel]] = []
    for row in table("licences")["models"]:
        licence = licence_of(row["licence"]) if row["licence"] else None
        model = BaseModel(licence, row["class"], row["source"], row.get("note", ""))
        patterns = tuple(pattern.lower() for pattern in row["match"])
        rows.append((patterns, tuple(p.lower() for p in row.get("not_match", ())), model))
    return tuple(rows)


@cache
def base_model(identifier: str) -> BaseModel | None:
    """Return what is known of a model's licence; None: not determined."""
    folded = identifier.lower()
    for patterns, exceptions, model in _exact_models():
        if any(fnmatchcase(folded, pattern) for pattern in patterns) and not any(
            fnmatchcase(folded, pattern) for pattern in exceptions
        ):
            return model
    return None


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set that was withdrawn, or that carries conditions."""

    id: str
    title: str
    status: str
    severity: str
    why: str
    source: str
    people: bool = False
    replacement: tuple[str, ...] = ()
    agreement: tuple[str, ...] = ()


@cache
def datasets() -> Mapping[str, Dataset]:
    """Return every data set by its id."""
    return {
        row["id"]: Dataset(
            id=row["id"],
            title=row["title"],
            status=row["status"],
            severity=row["severity"],
            why=row["why"],
            source=row["source"],
            people=row.get("people", False),
            replacement=tuple(row.get("replacement", ())),
            agreement=tuple(row.get("agreement", ())),
        )
        for row in table("datasets")["datasets"]
    }


def folded_name(text: str) -> str:
    """Fold the name of a data set: lower case, `_`, `.` and spaces as `-`."""
    return re.sub(r"[\s_.]+", "-", text.strip().lower())


@cache
def dataset_names() -> Mapping[str, str]:
    """Return folded name -> id of the data set."""
    return {
        folded_name(name): row["id"]
        for row in table("datasets")["datasets"]
        for name in row["match"]
    }


@cache
def dataset_calls() -> Mapping[str, str]:
    """Return the dotted name of a loader -> id of the data set that it loads."""
    return {
        call: row["id"] for row in table("datasets")["datasets"] for call in row.get("calls", ())
    }


@cache
def section_titles(kind: str) -> frozenset[str]:
    """Return the folded headings under which a kind of section goes."""
    return frozenset(table("standards")["sections"][kind])


@cache
def date_of(identifier: str) -> str:
    """Return a date of the standards with its as-of date, for a message."""
    row = next(row for row in table("standards")["dates"] if row["id"] == identifier)
    return f"from {row['date']}, as of {table('standards')['as_of']}"
