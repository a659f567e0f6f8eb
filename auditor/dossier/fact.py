"""One field of the dossier: what is known, in which state, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..place import Place


class State(StrEnum):
    """How a field came by its value."""

    EVIDENCE = "evidence"
    DECLARED = "declared"
    DERIVED = "derived"
    NOT_FOUND = "not-found"
    NOT_APPLICABLE = "not-applicable"
    HUMAN_NEEDED = "human-needed"

    @property
    def is_filled(self) -> bool:
        """Whether the field has a value that rests on something."""
        return self in {State.EVIDENCE, State.DECLARED, State.DERIVED}


@dataclass(frozen=True, slots=True)
class Support:
    """What a value rests on: a place in the tree, a run, or a digest; one of them is given."""

    place: Place | None = None
    run: str = ""
    digest: str = ""
    note: str = ""

    def document(self) -> dict[str, Any]:
        """Return JSON values."""
        found: dict[str, Any] = {"note": self.note}
        if self.place is not None:
            place = self.place
            found |= {"path": place.path, "cell": place.cell, "line": place.line}
        if self.run:
            found["run"] = self.run
        if self.digest:
            found["digest"] = self.digest
        return found

    def __str__(self) -> str:
        if self.place is not None:
            return str(self.place)
        return self.run or self.digest


@dataclass(frozen=True, slots=True)
class Fact:
    """A field. `note` says why it is empty, or what to do; `value` is text for people."""

    id: str
    section: str
    title: str
    state: State
    value: str = ""
    support: tuple[Support, ...] = ()
    note: str = ""

    @property
    def is_filled(self) -> bool:
        """Whether the field has a value that rests on something."""
        return self.state.is_filled

    def document(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            "id": self.id,
            "section": self.section,
            "title": self.title,
            "state": self.state.value,
            "value": self.value,
            "support": [item.document() for item in self.support],
            "note": self.note,
        }
