"""Why results change with a varied condition: seen again, and where it enters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .compare import Parting, first_parting
from .conditions import Conditions
from .influences import uses
from .laboratory import Laboratory
from .operations import Reason, first_culprit
from .results import Difference, Run
from .salted import first_value_site
from .treatments import Treatment
from .verdict import Cause, Explanation

_ALL = 1 << 30
_MOST_SITES = 6
_CAUSES = {
    "hash-seed": Cause.HASH_ORDER,
    "file-order": Cause.FILE_ORDER,
    "clock": Cause.TIME,
}
_BY_OPERATION = frozenset({"threads", "cpus", "isa", "device"})
_BY_RELEASE = {"file-order": "listing", "clock": "clock"}

Found = tuple[Explanation, Parting | None, tuple[Run, Run] | None, str]
"""Explanation, where the traces part, two recorded runs, in how many of the varied runs."""


@dataclass(frozen=True, slots=True)
class Change:
    """A varied run whose results are not those of the base runs. `equal`: how many those were."""

    family: str
    treatment: Treatment
    first: Run
    equal: int
    varied: Run
    base: Conditions
    laboratory: Laboratory
    differ: Callable[[Run, Run], list[Difference]]

    @property
    def parting(self) -> Parting | None:
        """Where the traces of the first base run and the varied run part."""
        return first_parting(self.first.traces, self.varied.traces)

    def explanation(self, runs: int = 1, **known: Any) -> Explanation:
        """What the family's change means, with what else is known; `runs` were varied."""
        return Explanation(
            cause=_CAUSES.get(self.family, Cause.ENVIRONMENT),
            family=self.family,
            confirmed=f"{runs} of {runs} runs with {self.treatment.words} differ from"
            f" {self.equal} equal runs without",
            **known,
        )

    def again(self, conditions: Conditions, **recorded: Any) -> Run:
        """One more run of one side, with more recorded."""
        words = "as the base runs" if conditions is self.base else self.treatment.words
        return self.laboratory.run(
            self.family, f"{words}, recorded", replace(conditions, **recorded)
        )

    def alone(self, words: str, conditions: Conditions) -> bool:
        """Whether the results differ from those of the base runs under these conditions."""
        return bool(self.differ(self.first, self.laboratory.run(self.family, words, conditions)))


def explain_change(change: Change) -> Found:
    """Confirms the change by a second pair of runs and looks for its place."""
    parting = change.parting
    recorded = _recorded(change.family, parting)
    pair = (
        change.again(change.base, **recorded),
        change.again(change.treatment.conditions, **recorded),
    )
    seen = f"{1 + bool(change.differ(change.first, pair[1]))}/2"
    doubt = _doubt(change, pair)
    if doubt:
        unknown = Explanation(Cause.UNKNOWN, family=change.family, evidence=(doubt,))
        return unknown, parting, None, seen
    explanation = _placed(change, pair, parting)
    return replace(explanation, evidence=_single(change)), parting, pair, seen


def _recorded(family: str, parting: Parting | None) -> dict[str, Any]:
    dump = [] if parting is None else [(parting.step, parting.kind, parting.name)]
    if family in _BY_OPERATION:
        window = (0, _ALL) if parting is None else (parting.step, parting.step)
        return {"window": window, "brief": False, "dump": dump}
    return {"events": True, "values": family not in _BY_RELEASE, "dump": dump}


def _doubt(change: Change, pair: tuple[Run, Run]) -> str:
    words = change.treatment.words
    if change.differ(change.first, pair[0]):
        return f"a further run without ({words}) differs from the base runs as well"
    if not change.differ(change.first, pair[1]):
        return f"a second run with {words} gave the results of the base runs"
    if change.differ(change.varied, pair[1]):
        return f"runs with {words} differ from each other as well"
    return ""


def _placed(change: Change, pair: tuple[Run, Run], parting: Parting | None) -> Explanation:
    if change.family in _BY_RELEASE:
        site, what = _by_release(change, pair)
        return change.explanation(2, site=site, op=what)
    if change.family in _BY_OPERATION:
        culprit = first_culprit(pair[0].traces, pair[1].traces)
        if culprit is not None and culprit.reason in (Reason.OPERATION, Reason.DRAW):
            operation = culprit.operation
            framework = "torch" if operation.name.startswith("aten::") else None
            return change.explanation(
                2, site=operation.site, op=operation.name, framework=framework, step=operation.step
            )
        pair = (
            change.again(change.base, events=True, values=True),
            change.again(change.treatment.conditions, events=True, values=True),
        )
    return change.explanation(2, site=first_value_site(*pair))


def _by_release(change: Change, pair: tuple[Run, Run]) -> tuple[str, str | None]:
    """The site without which the results are others than with all sites varied."""
    family = _BY_RELEASE[change.family]
    seen = [use for use in uses(pair[1], pair[0], family) if use.differs and not use.importing]
    seen.sort(key=lambda use: (use.by_library, use.first))
    sites = list(dict.fromkeys(use.site for use in seen))
    chosen = sites[0] if sites else ""
    pin = change.treatment.conditions.pins[family]
    for site in sites[:_MOST_SITES] if len(sites) > 1 else ():
        pins = {family: {**pin, "except": [site]}}
        run = change.laboratory.run(
            change.family,
            f"{change.treatment.words}, but not at {site}",
            replace(change.treatment.conditions, pins=pins),
        )
        if change.differ(change.varied, run):
            chosen = site
            break
    return chosen, next((use.what for use in seen if use.site == chosen), None)


def _single(change: Change) -> tuple[str, ...]:
    """Which of several changed variables matters; for CPUs, whether it is the threads."""
    conditions = change.treatment.conditions
    if change.family == "cpus":
        return _threads_held(change)
    if change.family not in ("isa", "environment"):
        return ()
    alone = [
        f"{name}={value}"
        for name, value in conditions.variables.items()
        if change.alone(f"{name} alone", replace(conditions, variables={name: value}))
    ]
    if alone:
        return (f"{' or '.join(alone)} alone changes the results",)
    return ("none of the variables alone changes the results",)


def _threads_held(change: Change) -> tuple[str, ...]:
    count = str(change.treatment.threads)
    names = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), count)
    held = replace(change.treatment.conditions, variables=names)
    if change.alone(f"one CPU, {count} threads", held):
        return (f"one CPU changes the results also with {count} threads",)
    return (f"with {count} threads on the one CPU the results are equal: threads follow the CPUs",)
