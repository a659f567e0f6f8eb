"""One Python file through the gate, the walk and the rules; runs in a worker process."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from .faults import contained
from .file import File, sites
from .finding import Finding
from .module import Module, describe, glance
from .notebook import read_notebook
from .place import Place
from .rule import FileRule, ProjectRule, Rule, RuleClass, SiteRule, TextRule
from .source import Problem, Source, check_syntax, decode, explain_syntax_error, parse
from .suppression import Suppression, python_suppressions
from .triggers import Triggers, build_triggers
from .versions import Versions


@dataclass(slots=True)
class Examined:
    """What is known of one file afterwards; plain data."""

    path: str
    digest: str = ""
    module: Module | None = None
    findings: list[Finding] = field(default_factory=list[Finding])
    #: Facts that project rules collected, by code.
    facts: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    suppressions: tuple[Suppression, ...] = ()
    problems: tuple[Problem, ...] = ()
    #: Seconds spent, by code.
    seconds: dict[str, float] = field(default_factory=dict[str, float])


def read_source(path: str, absolute: str) -> Source:
    """Read a file as Python text; what stops it becomes a problem of the source."""
    try:
        data = Path(absolute).read_bytes()
    except OSError as error:
        return _broken(path, f"not read: {(error.strerror or 'cannot be read').lower()}")
    return source_of(path, data)


def source_of(path: str, data: bytes) -> Source:
    """Turn bytes into a source."""
    if path.endswith(".ipynb"):
        return read_notebook(path, data)
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _broken(path, "not read: binary data")
    try:
        return Source(path, decode(data))
    except (UnicodeDecodeError, SyntaxError, LookupError) as error:
        return _broken(path, f"not read: {str(error).split(chr(10), 1)[0]}")


def _broken(path: str, message: str) -> Source:
    return Source(path, "", problems=(Problem(Place(path), message),))


class Examiner:
    """Holds what does not change from file to file: the rules, their triggers, the versions."""

    def __init__(self, rules: Iterable[RuleClass], versions: Versions) -> None:
        self.rules = list(rules)
        self.versions = versions
        self.triggers: Triggers = build_triggers(self.rules)
        self._instances: dict[RuleClass, Rule] = {rule: rule() for rule in self.rules}
        self._text_rules = [
            instance for instance in self._instances.values() if isinstance(instance, TextRule)
        ]

    def examine(self, path: str, absolute: str, module: str) -> Examined:
        """Read and examine one file. Never raises for what stands in it."""
        return self.examine_source(read_source(path, absolute), module)

    def examine_source(self, source: Source, name: str) -> Examined:
        """Examine a source."""
        result = Examined(source.path, problems=source.problems)
        if not source.text.strip():
            result.module = glance(source, name)
            return result
        result.suppressions = python_suppressions(source)
        words = self.triggers.words_of(source.text.encode("utf-8", "replace"))
        self._examine_text(source, words, result)
        try:
            if self.triggers.wants(words):
                self._examine_parsed(source, name, words, result)
            else:
                check_syntax(source.text)
                result.module = glance(source, name)
        except SyntaxError as error:
            place = source.place(max(error.lineno or 1, 1), 1, max(error.lineno or 1, 1), 1)
            message = explain_syntax_error(error, source.text)
            result.problems = (*result.problems, Problem(place, message))
            result.module = glance(source, name)
        return result

    def _examine_text(self, source: Source, words: frozenset[bytes], result: Examined) -> None:
        faults: list[Problem] = []

        def place(line: int, column: int, end_column: int) -> Place:
            return source.place(line, column, line, end_column)

        for rule in self._text_rules:
            if rule.wants(words):
                started = time.perf_counter()
                with contained(rule.code, partial(Place, source.path), faults):
                    result.findings.extend(rule.check(source.text, source.path, place))
                result.seconds[rule.code] = time.perf_counter() - started
        result.problems += tuple(faults)

    def _examine_parsed(
        self, source: Source, name: str, words: frozenset[bytes], result: Examined
    ) -> None:
        triggers = self.triggers
        tree = parse(source.text)
        file = File(
            source,
            tree,
            name,
            self.versions.near(source.path),
            triggers.lasts(words),
            triggers.kinds(words),
            triggers.interest(source.text, words),
        )
        top = file.scouted.top
        decorated = tuple(
            (file.dotted(_called(decorator), top) or "", node.name, node.lineno)
            for node in tree.body
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            for decorator in node.decorator_list
        )
        result.module = describe(source, name, tree, file.scouted, decorated)
        for site in sites(file, file.scouted.seen):
            kind = type(site.node)
            wanted = dict.fromkeys(triggers.nodes.get(kind, ()))
            if site.last:
                wanted |= dict.fromkeys(triggers.for_call(site.name, site.last))
            for rule in wanted:
                self._run(rule, result, site)
        for file_rule, wanted_words in (*triggers.files, *triggers.file_collectors):
            if not wanted_words.isdisjoint(words):
                self._run(file_rule, result, file)
        result.findings = [identify(file, finding) for finding in result.findings]
        file.release()

    def _run(self, rule: RuleClass, result: Examined, subject: Any) -> None:
        started = time.perf_counter()
        instance = self._instances[rule]
        whole = isinstance(subject, File)
        faults: list[Problem] = []

        def place() -> Place:
            return Place(result.path) if whole else subject.file.place(subject.node)

        with contained(rule.code, place, faults):
            if isinstance(instance, ProjectRule):
                facts = list(instance.collect_file(subject) if whole else instance.collect(subject))
                if facts:
                    result.facts.setdefault(rule.code, []).extend(facts)
            elif isinstance(instance, (SiteRule, FileRule)):
                result.findings.extend(instance.check(subject))
        result.problems += tuple(faults)
        spent = time.perf_counter() - started
        result.seconds[rule.code] = result.seconds.get(rule.code, 0.0) + spent


def _called(decorator: ast.expr) -> ast.expr:
    return decorator.func if isinstance(decorator, ast.Call) else decorator


def identify(file: File, finding: Finding) -> Finding:
    """Add what identifies a finding when lines move: its line's text and enclosing definition."""
    if finding.statement or finding.place.path != file.path:
        return finding
    line = _joined_line(file, finding.place)
    text = file.lines[line - 1] if 0 < line <= len(file.lines) else ""
    definition = file.enclosing_definition(line)
    return replace(finding, statement=" ".join(text.split()), definition=definition)


def _joined_line(file: File, place: Place) -> int:
    if place.cell is None:
        return place.line
    for cell in file.source.cells:
        if cell.index == place.cell:
            return cell.first_line + place.line - 1
    return 0
