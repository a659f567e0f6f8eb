"""From what the workers saw to the findings that are shown: rules, suppressions, baseline."""

from __future__ import annotations

import fnmatch
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from .document import Document
from .examine import Examined
from .faults import contained
from .finding import Finding
from .fingerprint import fingerprinted
from .gather import gathered
from .outcome import Outcome
from .place import NOWHERE, Place
from .project import Project
from .rule import DocumentRule, OutcomeRule, ProjectRule, Rule, RuleClass, TextRule
from .scan_options import ScanOptions
from .scan_result import ScanResult, Statistics
from .selection import matches
from .source import Problem
from .suppression import Suppression, text_suppressions

#: Larger documents are data; text rules do not look into them.
MAX_TEXT_RULE_BYTES = 1 << 20


class Judge:
    """Applies the rules that see more than one file, and gathers all results."""

    def __init__(self, project: Project, rules: list[RuleClass], examined: list[Examined]) -> None:
        self.project = project
        self.rules = rules
        self.examined = examined
        self.findings: list[Finding] = [f for item in examined for f in item.findings]
        self.faults: list[Problem] = []
        self.seconds: dict[str, float] = {}
        for item in examined:
            for code, spent in item.seconds.items():
                self.seconds[code] = self.seconds.get(code, 0.0) + spent

    def apply_document_rules(self) -> None:
        for rule in self.rules:
            if not rule.patterns:
                continue
            instance = rule()
            with _Timed(self.seconds, rule.code):
                for path, document in self.project.documents.items():
                    if any(
                        fnmatch.fnmatchcase(document.name, pattern)
                        or fnmatch.fnmatchcase(path, pattern)
                        for pattern in rule.patterns
                    ):
                        with contained(rule.code, document.place, self.faults):
                            self.findings += self._identified(self._of_document(instance, document))

    def _of_document(self, rule: Rule, document: Document) -> Iterator[Finding]:
        if isinstance(rule, DocumentRule):
            return rule.check(document, self.project)
        if not isinstance(rule, TextRule):
            return rule.check_document(document, self.project)
        if document.state.size > MAX_TEXT_RULE_BYTES:
            return iter(())
        return rule.check(document.text, document.path, document.place)

    def apply_project_rules(self) -> None:
        for rule in self.rules:
            if not issubclass(rule, ProjectRule):
                continue
            facts = [fact for item in self.examined for fact in item.facts.get(rule.code, ())]
            with (
                _Timed(self.seconds, rule.code),
                contained(rule.code, lambda: NOWHERE, self.faults),
            ):
                whole = self.project.whole
                found = rule().check(self.project, facts) if whole else rule().check_alone(facts)
                self.findings += self._identified(found)

    def _identified(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        for finding in findings:
            if finding.statement:
                yield finding
                continue
            yield replace(finding, statement=self._statement(finding.place))

    def _statement(self, place: Place) -> str:
        """Return the normalised text of the line of a place, for the fingerprint."""
        if (document := self.project.documents.get(place.path)) is not None:
            lines = document.lines
            return " ".join(lines[place.line - 1].split()) if place.line <= len(lines) else ""
        if place.path not in self.project.modules:
            return ""
        file = self.project.file(place.path)
        if file is None:
            return ""
        line = place.line
        for cell in file.source.cells:
            if cell.index == place.cell:
                line += cell.first_line - 1
        return " ".join(file.lines[line - 1].split()) if line <= len(file.lines) else ""

    def result(self, options: ScanOptions, seconds: float) -> ScanResult:
        discovery = self.project.discovery
        problems = [problem for item in self.examined for problem in item.problems]
        problems += [
            Problem(Place(path), f"not read: {reason.lower()}")
            for path, reason in discovery.unreadable
        ]
        problems += [
            Problem(document.place(), f"not read: {document.problem.lower()}")
            for document in self.project.documents.values()
            if document.problem
        ]
        problems += self.project.environment.problems
        problems += self.faults
        suppressions = self._suppressions()
        kept, suppressed, used = _apply_suppressions(self.findings, suppressions)
        kept += self._outcome_findings(options, tuple(problems), suppressions, used)
        shown = [f for f in kept if _is_wanted(f, options, self.project.root)]
        ordered = fingerprinted(gathered(shown))
        baselined = [
            replace(f, baselined=True) for f in ordered if f.fingerprint in options.baseline
        ]
        ordered = [f for f in ordered if f.fingerprint not in options.baseline]
        suppressed = fingerprinted(suppressed)
        return ScanResult(
            root=self.project.root,
            findings=ordered,
            suppressed=suppressed,
            baselined=baselined,
            problems=tuple(problems),
            python=sum(state.is_python for state in discovery.files),
            notebooks=sum(state.is_notebook for state in discovery.files),
            documents=len(self.project.documents),
            excluded=discovery.excluded,
            oversized=tuple(state.path for state in discovery.oversized),
            seconds=seconds,
            statistics=self._statistics(ordered, suppressed),
            project=self.project,
            rules=tuple(self.rules),
        )

    def _suppressions(self) -> list[Suppression]:
        found = [item for examined in self.examined for item in examined.suppressions]
        with_findings = {finding.place.path for finding in self.findings}
        for path in sorted(with_findings & self.project.documents.keys()):
            found += text_suppressions(path, self.project.documents[path].text)
        return found

    def _outcome_findings(
        self,
        options: ScanOptions,
        problems: tuple[Problem, ...],
        suppressions: list[Suppression],
        used: list[Suppression],
    ) -> list[Finding]:
        active = {word for rule in self.rules for word in (rule.code, rule.name)}
        known = {word for rule in options.rules for word in (rule.code, rule.name)}
        unknown = [
            (item, word)
            for item in suppressions
            for word in item.rules
            if word not in known and not any(matches(rule, word) for rule in options.rules)
        ]
        ran = [
            item
            for item in suppressions
            if item not in used
            and item.rules
            and all(word in active for word in item.rules)
            and self._could_run(item, options)
        ]
        outcome = Outcome(problems, tuple(used), tuple(ran), tuple(unknown))
        found: list[Finding] = []
        for rule in self.rules:
            if issubclass(rule, OutcomeRule):
                found += self._identified(rule().check(outcome))
        return found

    def _could_run(self, item: Suppression, options: ScanOptions) -> bool:
        """Whether every rule that a suppression names ran: project rules need a folder."""
        named = [rule for rule in options.rules if {rule.code, rule.name} & set(item.rules)]
        return self.project.whole or not any(
            issubclass(rule, ProjectRule) and rule.check_alone is ProjectRule.check_alone
            for rule in named
        )

    def _statistics(
        self, findings: list[Finding], suppressed: list[Finding]
    ) -> dict[str, Statistics]:
        table = {
            rule.code: Statistics(seconds=self.seconds.get(rule.code, 0.0)) for rule in self.rules
        }
        for finding in findings:
            table.setdefault(finding.code, Statistics()).findings += 1
        for finding in suppressed:
            table.setdefault(finding.code, Statistics()).suppressed += 1
        return table


class _Timed:
    def __init__(self, seconds: dict[str, float], code: str) -> None:
        self._seconds = seconds
        self._code = code

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(self, *_: Any) -> None:
        spent = time.perf_counter() - self._started
        self._seconds[self._code] = self._seconds.get(self._code, 0.0) + spent


def _apply_suppressions(
    findings: list[Finding], suppressions: list[Suppression]
) -> tuple[list[Finding], list[Finding], list[Suppression]]:
    by_path: dict[str, list[Suppression]] = {}
    for item in suppressions:
        by_path.setdefault(item.place.path, []).append(item)
    kept: list[Finding] = []
    suppressed: list[Finding] = []
    used: list[Suppression] = []
    for finding in findings:
        answer = next(
            (
                item
                for item in by_path.get(finding.place.path, ())
                if item.covers(finding.place)
                and (not item.rules or {finding.code, finding.name} & set(item.rules))
            ),
            None,
        )
        if answer is None:
            kept.append(finding)
        else:
            suppressed.append(replace(finding, suppression=answer.reason))
            if answer not in used:
                used.append(answer)
    return kept, suppressed, used


def _is_wanted(finding: Finding, options: ScanOptions, root: Path) -> bool:
    config = options.config
    if finding.confidence.rank == 0 and not config.pedantic:
        return False
    spelled = {finding.place.path}
    if config.per_file_ignores and config.path is not None:
        spelled.add(os.path.relpath(root / finding.place.path, config.path.parent))
    for pattern, words in config.per_file_ignores.items():
        if any(fnmatch.fnmatch(path, pattern) for path in spelled) and any(
            word in {finding.code, finding.name} or finding.code.startswith(word) for word in words
        ):
            return False
    if options.changed is not None:
        lines = options.changed.get(finding.place.path, frozenset())
        return any(
            line in lines
            for line in range(
                finding.place.line, max(finding.place.end_line, finding.place.line) + 1
            )
        )
    return True
