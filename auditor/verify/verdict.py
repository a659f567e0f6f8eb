"""What a verification says: the verdict, the first divergence with its cause, the runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from .compare import Parting, Timeline
from .results import Difference, Run


class Verdict(StrEnum):
    """About the results of the command, here."""

    DETERMINISTIC = "deterministic"
    NONDETERMINISTIC = "nondeterministic"
    INCONCLUSIVE = "inconclusive"


class Cause(StrEnum):
    """Why two runs part. UNKNOWN is an honest answer."""

    UNSEEDED_RNG = "unseeded-rng"
    TIME = "time-dependence"
    HASH_ORDER = "hash-order"
    FILE_ORDER = "file-order"
    WORKER_RACE = "worker-race"
    OPERATION = "nondeterministic-op"
    MEMORY = "uninitialized-memory"
    STATE_LEAK = "state-leak"
    ENVIRONMENT = "environment"
    EXTERNAL = "external-input"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A cause that a rerun confirmed, or UNKNOWN with what was tried.

    `family`: the condition that was varied, where the difference was made so. `in_worker`: the
    site was seen in child processes only.
    """

    cause: Cause
    site: str = ""
    stream: str | None = None
    op: str | None = None
    subject: str = ""
    confirmed: str = ""
    framework: str | None = None
    evidence: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    step: int | None = None
    family: str = ""
    in_worker: bool = False

    @property
    def path(self) -> str:
        """The file of the site, or "." when no place is known."""
        return self.site.rpartition(":")[0] or "."

    @property
    def line(self) -> int:
        """The line of the site, from 1."""
        word = self.site.rpartition(":")[2]
        return int(word) if word.isdigit() else 1


@dataclass(frozen=True, slots=True)
class Foretold:
    """A static rule about such causes; `place` is where it reports this one, empty if nowhere."""

    code: str
    place: str = ""

    @property
    def words(self) -> str:
        """As it stands in a report."""
        if self.place:
            return f"{self.code} reports it at {self.place}"
        return f"{self.code} is about such causes, but reports nothing at this line"


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first place where two runs part, with its explanation. Steps count from 1."""

    explanation: Explanation
    parting: Parting | None
    differences: tuple[Difference, ...]
    seen_in: str
    foretold: Foretold | None = None
    remedy: str = ""
    elements_differing: int | None = None
    elements: int | None = None
    max_ulp: int | None = None


@dataclass(frozen=True, slots=True)
class Variation:
    """What one changed condition did to the results. `changed` is None where it was not run."""

    family: str
    changed: bool | None = None
    condition: str = ""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    note: str = ""
    divergence: Divergence | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """Everything that one verification found."""

    verdict: Verdict
    level: str
    runs: tuple[Run, ...]
    compared: int
    equal: int
    divergence: Divergence | None
    timeline: Timeline
    environment: dict[str, Any]
    evidence: Path
    seconds: float
    processes: int
    command: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    parameters: int = 0
    failed: Run | None = None
    variations: tuple[Variation, ...] = ()
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """0 deterministic, 1 nondeterministic, 3 inconclusive; 130 when Ctrl-C ended it."""
        if self.interrupted:
            return 130
        return {Verdict.DETERMINISTIC: 0, Verdict.NONDETERMINISTIC: 1, Verdict.INCONCLUSIVE: 3}[
            self.verdict
        ]

    @property
    def p_upper_95(self) -> float | None:
        """95 % upper bound on the chance that two runs differ; None unless all agree."""
        if self.verdict is not Verdict.DETERMINISTIC or self.equal < 1:
            return None
        return float(1 - 0.05 ** (1 / self.equal))
