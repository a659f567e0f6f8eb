"""The facts of the stream rules: who seeds what, and who draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ...auditor.versions import Versions

_DATA = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Seeder:
    """A call that seeds. `none`: `entropy`, `nothing`, or the number used when no seed is given."""

    name: str
    streams: tuple[str, ...]
    position: int | None
    keywords: tuple[str, ...]
    none: str | int
    versions: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])

    def seeds(self, versions: Versions) -> tuple[str, ...]:
        """Return the streams that it seeds under the project's versions."""
        return tuple(
            stream
            for stream in self.streams
            if (bound := self.versions.get(stream)) is None
            or not versions.may_be_at_least(bound["package"], bound["below"])
        )


@dataclass(frozen=True, slots=True)
class Drawer:
    """Calls that draw; see the head of `drawers.yaml` for what the fields mean."""

    stream: str
    names: frozenset[str] = frozenset()
    below: str = ""
    excluded: tuple[str, ...] = ()
    methods: frozenset[str] = frozenset()
    ends: tuple[str, ...] = ()
    unless: Mapping[str, Any] = field(default_factory=dict[str, Any])
    when: Mapping[str, Any] = field(default_factory=dict[str, Any])
    position: Mapping[str, int] = field(default_factory=dict[str, int])
    later: bool = False
    iterated: bool = False
    lower: bool = False
    upper: bool = False
    need: str = ""
    what: str = ""

    def matches(self, name: str) -> bool:
        """Whether a call of this canonical name is meant."""
        if name in self.names:
            return True
        last = name.rsplit(".", 1)[-1]
        if not self.below:
            return last in self.methods
        if not name.startswith(self.below):
            return False
        if self.methods:
            return last in self.methods and "()" in name
        rest = name[len(self.below) :]
        if self.ends:
            left_out = bool(self.excluded) and rest.startswith(self.excluded)
            return name.endswith(self.ends) and not left_out
        if any(rest == word or rest.startswith(word + ".") for word in self.excluded):
            return False
        if self.upper and not (last[:1].isupper() and "_" not in last):
            return False
        return "()" not in rest and (not self.lower or last.islower())


@cache
def seeders() -> Mapping[str, Seeder]:
    """Return the seeders by canonical name."""
    found: dict[str, Seeder] = {}
    for row in _load("seeders.yaml"):
        seed: list[Any] = row.get("seed") or [None]
        for name in row["names"]:
            found[name] = Seeder(
                name,
                tuple(row["seeds"]),
                seed[0],
                tuple(seed[1:]),
                row["none"],
                row.get("versions") or {},
            )
    return found


@cache
def drawers() -> tuple[Drawer, ...]:
    """Return the drawers in the order of the file."""
    return tuple(
        Drawer(
            stream=row["stream"],
            names=frozenset(row.get("names") or ()),
            below=row.get("below") or "",
            excluded=tuple(row.get("not") or ()),
            methods=frozenset(row.get("methods") or ()),
            ends=tuple(row.get("ends") or ()),
            unless=row.get("unless") or {},
            when=row.get("when") or {},
            position=row.get("position") or {},
            later=bool(row.get("later")),
            iterated=bool(row.get("iterated")),
            lower=bool(row.get("lower")),
            upper=bool(row.get("upper")),
            need=row.get("need") or "",
            what=row.get("what") or "",
        )
        for row in _load("drawers.yaml")
    )


def _load(name: str) -> list[dict[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rows: list[dict[str, Any]] = yaml.load((_DATA / name).read_bytes(), loader)
    return rows


def draws_from(name: str) -> Drawer | None:
    """Return the drawer that a canonical name belongs to."""
    by_name = _by_name()
    if (found := by_name.get(name)) is not None:
        return found
    return next((drawer for drawer in _loose() if drawer.matches(name)), None)


@cache
def _by_name() -> Mapping[str, Drawer]:
    return {name: drawer for drawer in drawers() for name in drawer.names}


@cache
def _loose() -> tuple[Drawer, ...]:
    return tuple(drawer for drawer in drawers() if drawer.below or drawer.methods)


def keras_stream(versions: Versions) -> str:
    """Return what seeds Keras layers: Keras 3 draws its seeds from Python's stream.

    Source: facts `seed.keras3_ignores_tf_seed`; Keras 3 is the default from TensorFlow 2.16 on.
    """
    if versions.get("keras") is not None:
        is_new = versions.may_be_at_least("keras", "3.0")
    else:
        is_new = versions.may_be_at_least("tensorflow", "2.16")
    return "python" if is_new else "tensorflow"
