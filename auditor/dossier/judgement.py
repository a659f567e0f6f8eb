"""What a gate says: conditions, their outcomes, the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from .exhibit import Exhibit
from .policy import Acceptance


class Outcome(StrEnum):
    """Of one condition. MISSING: there is no usable evidence, which is never a pass."""

    OK = "ok"
    FAIL = "fail"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition, how it came out, why, and what to do next."""

    id: str
    title: str
    outcome: Outcome
    why: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict: `pass`, `fail` or `incomplete`; and the risks that were accepted for it."""

    conditions: tuple[Condition, ...]
    accepted: tuple[tuple[Acceptance, int], ...]

    @property
    def verdict(self) -> str:
        """Fail when a condition fails on usable evidence, else incomplete, else pass."""
        outcomes = {condition.outcome for condition in self.conditions}
        if Outcome.FAIL in outcomes:
            return "fail"
        return "incomplete" if Outcome.MISSING in outcomes or not self.conditions else "pass"

    @property
    def exit_code(self) -> int:
        """0 pass, 1 fail, 3 incomplete."""
        return {"pass": 0, "fail": 1, "incomplete": 3}[self.verdict]


@dataclass(frozen=True, slots=True)
class Presented:
    """A file handed in as evidence: read, or why it is none."""

    path: Path
    kind: str
    exhibit: Exhibit | None
    problem: str = ""
