"""What a rule found, where, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from .place import Place


class Severity(StrEnum):
    """How much the fault costs if it is real."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error."""
        return _SEVERITY_RANK[self]


class Confidence(StrEnum):
    """How sure the rule is; `low` is shown under `--pedantic` only."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 for low, 1 for medium, 2 for high."""
        return _CONFIDENCE_RANK[self]


_SEVERITY_RANK = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}
_CONFIDENCE_RANK = {Confidence.LOW: 0, Confidence.MEDIUM: 1, Confidence.HIGH: 2}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A further place that a finding rests on, and what stands there."""

    place: Place
    note: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of a span. An insertion has an empty span."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that mend the fault. Unsafe: may change what the program computes."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault at one place.

    `statement` and `definition` (normalised source text and enclosing qualified name) identify the
    finding when lines move; the engine fills them in and computes `fingerprint` from them.
    """

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    place: Place
    message: str
    help: str = ""
    entry_point: str | None = None
    stream: str | None = None
    frameworks: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    fix: Fix | None = None
    statement: str = ""
    definition: str = ""
    fingerprint: str = ""
    #: Why it was suppressed (an empty reason is META001); None when it was not.
    suppression: str | None = None
    baselined: bool = False
    details: tuple[str, ...] = field(default=())
    #: What is at fault, where one thing may be in many places: findings of a rule about one subject
    #: in one file are shown as one.
    subject: str = ""

    def doubted(self, is_doubted: object = True) -> Finding:
        """Return the same finding, of low confidence where it is doubted."""
        return replace(self, confidence=Confidence.LOW) if is_doubted else self

    def at(self, place: Place) -> Finding:
        """Return the same finding at another place."""
        return replace(self, place=place)
