"""What a scan saw: everything that a renderer needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .finding import Finding, Severity
from .project import Project
from .rule import RuleClass
from .source import Problem


@dataclass(slots=True)
class Statistics:
    """Per rule: how many findings, how many suppressed, seconds of rule code."""

    findings: int = 0
    suppressed: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class ScanResult:
    """Everything that a renderer needs. `findings` are those to show; sorted by place."""

    root: Path
    findings: list[Finding]
    suppressed: list[Finding]
    baselined: list[Finding]
    problems: tuple[Problem, ...]
    python: int
    notebooks: int
    documents: int
    excluded: int
    oversized: tuple[str, ...]
    seconds: float
    statistics: dict[str, Statistics]
    project: Project
    rules: tuple[RuleClass, ...]
    #: The table entry point × stream, when it was asked for.
    entry_points: Sequence[Any] = ()

    @property
    def files(self) -> int:
        """All files that were looked at."""
        return self.python + self.notebooks + self.documents

    @property
    def unread(self) -> list[Problem]:
        """What could not be read."""
        return [problem for problem in self.problems if not problem.is_fault]

    @property
    def is_incomplete(self) -> bool:
        """Whether something could not be read or audited."""
        # Skipped is never clean, not even when a baseline knows of it.
        found = (*self.findings, *self.baselined)
        return bool(self.problems) or any(finding.code == "VULN002" for finding in found)

    def worst(self) -> Severity | None:
        """Return the highest severity among the findings."""
        return max((f.severity for f in self.findings), key=lambda s: s.rank, default=None)
