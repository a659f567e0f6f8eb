"""The static half: discover, examine, link, apply the rules, and say what was seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from .cache import rules_stamp
from .discover import discover
from .document import Document
from .documents.declared import read_environment
from .environment import Environment
from .errors import UserError
from .faults import contained
from .judge import Judge
from .place import NOWHERE
from .pool import examine_all
from .project import Project
from .rule import RuleClass
from .scan_options import ScanOptions as ScanOptions
from .scan_result import ScanResult as ScanResult
from .scan_result import Statistics as Statistics
from .selection import select_rules

Observer = Callable[[str, int, int], None]


def scan(options: ScanOptions, observe: Observer | None = None) -> ScanResult:
    """Scan the paths. `observe(stage, done, total)` is told how far it is.

    Raises:
        UserError: a path does not exist, or a selector means no rule.
    """
    started = time.perf_counter()
    config = options.config
    rules = select_rules(
        options.rules, select=config.select, ignore=config.ignore, profile=config.profile
    )
    if options.audit is not None:
        rules += [rule for rule in options.rules if rule.audits and rule not in rules]
    discovery = discover(
        options.paths,
        current=options.current,
        exclude=config.exclude,
        force_exclude=options.force_exclude,
        exclude_from=config.path.parent if config.path is not None else None,
    )
    if options.audit is not None and not discovery.whole:
        raise UserError("an audit is about a project; a single file was given", "name its folder")
    documents = {
        state.path: Document(state)
        for state in discovery.files
        if not (state.is_python or state.is_notebook)
    }
    # Advisories change without the files.
    cache = options.cache if options.stdin is None and options.audit is None else None
    key = cache.result_key(discovery.files, *_signature(options, rules)) if cache else ""
    if cache is not None and (stored := cache.load_result(key)) is not None:
        project = Project(discovery, documents, Environment(), {}, config.profile)
        return _restored(stored, project, rules, time.perf_counter() - started)
    environment = read_environment(documents, discovery)
    if cache is not None:
        cache.open(rules, environment.versions)
    examined = examine_all(
        discovery, rules, environment.versions, options.jobs, cache, options.stdin, observe
    )
    modules = {item.path: item.module for item in examined if item.module is not None}
    project = Project(discovery, documents, environment, modules, config.profile, options.audit)
    judge = Judge(project, rules, examined)
    judge.apply_document_rules()
    judge.apply_project_rules()
    streams: Sequence[Any] = ()
    if options.streams is not None and project.whole:
        with contained("the table of streams", lambda: NOWHERE, judge.faults):
            streams = options.streams(project)
    result = judge.result(options, 0.0)
    result.entry_points = streams
    result.seconds = time.perf_counter() - started
    if cache is not None:
        cache.save()
        cache.save_result(key, _stored(result), discovery.files)
    return result


def _signature(options: ScanOptions, rules: Sequence[RuleClass]) -> tuple[str, ...]:
    """Return what a whole result depends on beside the files."""
    changed = sorted((path, sorted(lines)) for path, lines in (options.changed or {}).items())
    return (
        rules_stamp(rules),
        repr(options.config),
        repr([str(path.resolve()) for path in options.paths]),
        repr(
            (options.force_exclude, options.streams is not None, options.changed is None, changed)
        ),
        *sorted(options.baseline),
    )


_STORED = (
    "findings suppressed baselined problems python notebooks documents excluded oversized "
    "entry_points"
).split()


def _stored(result: ScanResult) -> dict[str, Any]:
    stored = {name: getattr(result, name) for name in _STORED}
    stored["statistics"] = {
        code: (line.findings, line.suppressed, line.seconds)
        for code, line in result.statistics.items()
    }
    return stored


def _restored(
    stored: dict[str, Any], project: Project, rules: Sequence[RuleClass], seconds: float
) -> ScanResult:
    statistics = {code: Statistics(*line) for code, line in stored.pop("statistics").items()}
    return ScanResult(
        root=project.root,
        seconds=seconds,
        statistics=statistics,
        project=project,
        rules=tuple(rules),
        **stored,
    )
