"""Everything that facts are read from: the repository, the scan and the verifications."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from ..place import Place
from .card import Card, Section
from .exhibit import Exhibit
from .fact import Fact, State, Support
from .repository import Repository


@dataclass(frozen=True, slots=True)
class View:
    """The sources of a dossier. `scan` is None when none was made."""

    repository: Repository
    scan: Exhibit | None
    verifications: tuple[Exhibit, ...] = ()

    @property
    def card(self) -> Card | None:
        """The first card; one with front matter comes first."""
        cards = self.repository.cards
        return next((card for card in cards if card.front_end), cards[0] if cards else None)

    def findings(self, *prefixes: str) -> list[dict[str, Any]]:
        """Return the findings whose code begins with a prefix; all without one."""
        found: list[dict[str, Any]] = self.scan.document["findings"] if self.scan else []
        return [f for f in found if not prefixes or str(f["code"]).startswith(prefixes)]

    @property
    def entry_points(self) -> list[dict[str, Any]]:
        """The rows entry point × stream."""
        return self.scan.document["entry_points"] if self.scan else []

    def declared(self, key: str) -> tuple[str, tuple[Support, ...]]:
        """Return what the front matter of a card says under a key, as text, and where."""
        for card in self.repository.cards:
            if value := said(card.metadata.get(key)):
                return value, (Support(card.key_place(key)),)
        return "", ()

    def section(self, *patterns: str) -> tuple[Section, tuple[Support, ...]] | None:
        """Return the first card section that speaks of something, and where."""
        for card in self.repository.cards:
            if (section := card.section(*patterns)) is not None:
                return section, (Support(Place(card.path, section.line), note=section.title),)
        return None


def said(value: Any, most: int = 20) -> str:
    """Return a plain YAML value as text: scalars, or a list of them; anything else is empty."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value).strip()[:400]
    if isinstance(value, list):
        items = [said(item) for item in cast(list[Any], value)[:most] if not isinstance(item, list)]
        return ", ".join(item for item in items if item)
    return ""


def finding_support(findings: list[dict[str, Any]], most: int = 6) -> tuple[Support, ...]:
    """Return the places of findings as support."""
    return tuple(
        Support(
            Place(str(f["path"]), int(f["line"]), cell=f.get("cell")),
            note=f"{f['code']} {f['name']}",
        )
        for f in findings[:most]
    )


def excerpt(text: str, limit: int = 280) -> str:
    """Return the first words of a section on one line."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)|<[^>]{1,200}>", " ", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    words = " ".join(text.replace("`", "").replace("**", "").split())
    return words if len(words) <= limit else words[:limit].rsplit(" ", 1)[0] + " …"


class Teller:
    """Makes the facts of one section."""

    def __init__(self, section: str) -> None:
        self.section = section

    def fact(
        self,
        id: str,
        title: str,
        state: State,
        value: str = "",
        support: tuple[Support, ...] = (),
        note: str = "",
    ) -> Fact:
        """Return a fact of this section."""
        return Fact(id, self.section, title, state, value, support, note)

    def evidence(
        self,
        id: str,
        title: str,
        value: str,
        support: tuple[Support, ...] | list[Support],
        note: str,
    ) -> Fact:
        """Return a fact with evidence, or `not found` with a note when there is no support."""
        if not support:
            return self.fact(id, title, State.NOT_FOUND, note=note)
        return self.fact(id, title, State.EVIDENCE, value, tuple(support))

    def from_card(
        self, view: View, id: str, title: str, keys: str, *patterns: str
    ) -> Iterator[Fact]:
        """Yield a fact declared by a card's front matter or section, or `not found`."""
        for key in keys.split():
            value, support = view.declared(key)
            if value:
                yield self.fact(id, title, State.DECLARED, value, support)
                return
        if patterns and (found := view.section(*patterns)) is not None:
            section, support = found
            yield self.fact(id, title, State.DECLARED, excerpt(section.text), support)
            return
        where = f"`{keys.split()[0]}` in the card" if keys else "a section of the card"
        yield self.fact(id, title, State.NOT_FOUND, note=f"say it in {where}")
