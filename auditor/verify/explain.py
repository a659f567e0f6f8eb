"""Why runs differ: candidates from what was seen, each confirmed by a rerun that pins only it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .conditions import Conditions
from .influences import INFLUENCES, Influence, Use, default_pin, reseeded_differently, uses
from .laboratory import Laboratory
from .results import HARD, Difference, Kind, Run, SameArtefact, compare_results
from .verdict import Cause, Explanation

_MOST_SITES = 6
_LATE = 20
_MOST_REPEATS = 8
_LIKELY = {"rng:jax", "rng:python", "rng:numpy", "rng:torch", "rng:tensorflow", "rng:private",
    "entropy", "outside",
}  # fmt: skip
_ORDER_SEED = 20240229
_DATASETS = ("Dataset.map", "Dataset.interleave", "Dataset.with_options")
_FRAMEWORKS = {"torch": "torch", "jax": "jax", "tensorflow": "tensorflow"}


@dataclass(frozen=True, slots=True)
class Settled:
    """Equal runs under the same conditions: the first, and how many."""

    run: Run
    runs: int

    @property
    def words(self) -> str:
        """As it stands in a report."""
        return f"{self.runs} of {self.runs} runs are equal"


@dataclass(slots=True)
class Inquiry:
    """The state of one explanation: what was run, what was seen, what was tried."""

    laboratory: Laboratory
    same: SameArtefact
    relevant: frozenset[Kind]
    natural: list[Run] = field(default_factory=list[Run])
    tried: list[str] = field(default_factory=list[str])

    def differ(self, a: Run, b: Run) -> list[Difference]:
        """Differences of the kinds that the unpinned runs showed, or of results by themselves."""
        wanted = self.relevant | HARD
        return [d for d in compare_results(a, b, self.same) if d.kind in wanted]

    def repeats(self, likely: bool) -> int:
        """Runs that must be equal before a pin counts as what made them equal.

        Natural runs are equal by chance now and then; from how often those at hand are, so many
        that all would be equal by chance in fewer than 5 (likely causes) or 0.5 of 100 cases.
        """
        pairs = list(itertools.combinations(self.natural, 2))
        equal = sum(not self.differ(a, b) for a, b in pairs)
        chance = (equal + 0.5) / (len(pairs) + 1)
        wanted = 0.05 if likely else 0.005
        runs = 2
        while chance ** (runs - 1) > wanted and runs < _MOST_REPEATS:
            runs += 1
        return runs

    def alike(self, run: Run) -> bool:
        """Whether a run under special conditions still does what a natural one does."""
        ways = {natural.ended.status for natural in self.natural}
        wrote = [bool(natural.files) for natural in self.natural]
        return run.ended.status in ways and (bool(run.files) in wrote)

    def settled(
        self, name: str, why: str, conditions: Conditions, likely: bool = False
    ) -> Settled | None:
        """Several runs under the same conditions when all are equal, else None."""
        repeats = self.repeats(likely)
        first = self.laboratory.run(name, why, conditions)
        if not self.alike(first):
            self.tried.append(f"{why} (the program did not work so: {first.ended.why})")
            return None
        for _ in range(repeats - 1):
            if self.differ(first, self.laboratory.run(name, why, conditions)):
                self.tried.append(why)
                return None
        return Settled(first, repeats)


def explain_difference(inquiry: Inquiry, events: tuple[Run, Run], late: bool) -> Explanation | None:
    """Tries the influences that were seen, likeliest first; None when no single one settles it.

    `late` asks for those that only libraries use, or that were used only while importing.
    """
    for step in _candidates(events):
        if late is not (step.rank >= _LATE):
            continue
        explanation = step.attempt(inquiry, events)
        if explanation is not None:
            return explanation
    return None


@dataclass(frozen=True, slots=True)
class _Candidate:
    rank: int
    attempt: Callable[[Inquiry, tuple[Run, Run]], Explanation | None]


def _candidates(events: tuple[Run, Run]) -> list[_Candidate]:
    a, b = events
    found: list[_Candidate] = []
    for rank, influence in enumerate(INFLUENCES):
        seen = uses(a, b, influence.family)
        if not seen:
            continue
        # Workers and memory show no value that could differ; the others are judged by theirs.
        if influence.family not in ("workers", "memory") and not any(use.differs for use in seen):
            continue
        if influence.cause is Cause.UNSEEDED_RNG and reseeded_differently(seen):
            continue
        differing = [use for use in seen if use.differs] or seen
        late = 0 if any(not use.importing for use in differing) else _LATE
        if all(use.by_library for use in differing) and influence.family in (
            "clock",
            "process",
            "workers",
        ):
            late = max(late, _LATE)
        found.append(_Candidate(rank + late, _pinning(influence)))
    words = _mentions(a)
    if a.hash_seed != b.hash_seed:
        rank = 4 if words & {"set", "frozenset", "hash"} else _LATE
        found.append(_Candidate(rank, _hashing))
    addresses = uses(a, b, "addresses")
    found.append(_Candidate(9 if any(use.differs for use in addresses) else _LATE + 5, _addressing))
    return sorted(found, key=lambda candidate: candidate.rank)


def _mentions(run: Run) -> set[str]:
    return {
        str(word)
        for trace in run.traces.values()
        for words in trace.noted("mentions")
        for word in words
    }


def _pinning(influence: Influence) -> Callable[[Inquiry, tuple[Run, Run]], Explanation | None]:
    def attempt(inquiry: Inquiry, events: tuple[Run, Run]) -> Explanation | None:
        pin = default_pin(influence.family, str(events[0].folder / "trace"))
        pins = {influence.family: pin}
        likely = influence.family in _LIKELY
        settled = inquiry.settled("pinned", influence.pinned, Conditions(pins=pins), likely)
        if settled is None:
            return None
        seen = uses(events[0], events[1], influence.family)
        use = _responsible(inquiry, settled.run, influence, pin, seen)
        return _explanation(settled, influence, use, events)

    return attempt


def _responsible(
    inquiry: Inquiry, settled: Run, influence: Influence, pin: dict[str, Any], seen: Sequence[Use]
) -> Use | None:
    """The use that matters: released alone, the results differ again."""
    judged = influence.family not in ("workers", "memory")
    likely = [use for use in seen if use.what != "seed" and (use.differs or not judged)]
    likely.sort(key=lambda use: (use.importing, use.by_library and not judged, use.first))
    if influence.family == "workers":
        return _meeting(inquiry, likely)
    sites = list(dict.fromkeys(use.site for use in likely))
    if len(sites) <= 1:
        return likely[0] if likely else None
    mattering: list[str] = []
    for site in sites[:_MOST_SITES]:
        conditions = Conditions(pins={influence.family: {**pin, "except": [site]}})
        run = inquiry.laboratory.run(
            "released", f"{influence.pinned}, but not at {site}", conditions
        )
        if inquiry.differ(settled, run):
            mattering.append(site)
            if influence.family != "clock":
                break
    chosen = [use for use in likely if use.site in mattering] or likely
    if influence.family == "clock":
        # Two readings make a duration; the one that is taken again and again varies.
        chosen.sort(key=lambda use: -use.count)
    return chosen[0]


def _meeting(inquiry: Inquiry, likely: list[Use]) -> Use | None:
    """Where workers meet: a collector of results, else the line that writes what they share."""
    likely.sort(key=lambda use: _MEETING.index(use.what) if use.what in _MEETING else 9)
    if not likely or likely[0].what in _MEETING:
        return likely[0] if likely else None
    conditions = Conditions(events=True, values=True, pins={"workers": {}})
    run = inquiry.laboratory.run("shared", "what workers share, line by line", conditions)
    for family in ("shared", "shared-file"):
        shared = uses(run, run, family)
        if shared:
            return min(shared, key=lambda use: use.first)
    return likely[0]


_MEETING = ("as_completed", "imap_unordered", "queue.get", *_DATASETS)


def _explanation(
    settled: Settled, influence: Influence, use: Use | None, events: tuple[Run, Run]
) -> Explanation:
    stream = influence.stream
    if influence.family == "rng:private" and use is not None:
        stream = {"numpy.random.SeedSequence": "numpy", "torch.Generator.seed": "torch"}.get(
            use.what, "other"
        )
    if use is not None and use.what.startswith("keras: "):
        stream = "tensorflow"
    cause = influence.cause
    evidence: tuple[str, ...] = ()
    if influence.family == "outside" and use is not None and use.what in _written(events):
        cause = Cause.STATE_LEAK
        evidence = (f"{use.what} lies outside the tree and was written by an earlier run",)
    return Explanation(
        cause=cause,
        site="" if use is None else use.site,
        stream=stream,
        op=None if use is None else use.what,
        subject="" if use is None else use.what,
        confirmed=f"with {influence.pinned}, {settled.words}",
        framework=_FRAMEWORKS.get(stream or ""),
        evidence=evidence,
    )


def _written(events: tuple[Run, Run]) -> set[str]:
    return {
        event.what.removeprefix("write ")
        for run in events
        for trace in run.traces.values()
        for event in trace.events
        if event.family == "outside" and event.what.startswith("write ")
    }


def _hashing(inquiry: Inquiry, events: tuple[Run, Run]) -> Explanation | None:
    fixed = Conditions(hash_seed=_ORDER_SEED)
    settled = inquiry.settled("pinned", "PYTHONHASHSEED fixed", fixed)
    if settled is None or events[0].hash_seed is None:
        return None
    # The salt of an earlier run must bring back its very results.
    again = Conditions(hash_seed=int(events[0].hash_seed))
    if inquiry.differ(events[0], inquiry.laboratory.run("salt", "an earlier salt", again)):
        inquiry.tried.append("an earlier salt given again")
        return None
    site = hash_site(inquiry, events)
    if not site:
        # The salt also moves memory about: without a line it may be that which shows.
        inquiry.tried.append("an earlier salt (equal with it, but no line depends on it)")
        return None
    return Explanation(
        cause=Cause.HASH_ORDER,
        site=site,
        confirmed=f"with PYTHONHASHSEED fixed, {settled.words};"
        " with the salt of an earlier run, its very results come back",
    )


def _addressing(inquiry: Inquiry, events: tuple[Run, Run]) -> Explanation | None:
    # Objects hash by their address unless they say otherwise, so the salt is held fixed as well.
    fixed = Conditions(hash_seed=_ORDER_SEED, fixed_addresses=True)
    settled = inquiry.settled("pinned", "addresses of memory held fixed", fixed)
    if settled is None:
        return None
    seen = [use for use in uses(*events, "addresses") if use.differs]
    site = seen[0].site if seen else hash_site(inquiry, events, True)
    if not site:
        inquiry.tried.append("other addresses (equal with them fixed, but no line depends on them)")
        return None
    return Explanation(
        cause=Cause.ENVIRONMENT if seen else Cause.HASH_ORDER,
        site=site,
        op="id" if seen else None,
        confirmed=f"with the addresses of objects held fixed, {settled.words}",
        evidence=() if seen else ("objects in a set or as keys are ordered by their address",),
    )


def everything_pinned(events: tuple[Run, Run], without: str = "") -> dict[str, dict[str, Any]]:
    """Pins of all families that were used, but one."""
    folder = str(events[0].folder / "trace")
    return {
        influence.family: default_pin(influence.family, folder)
        for influence in INFLUENCES
        if influence.family != without and uses(*events, influence.family)
    }


def hash_site(inquiry: Inquiry, events: tuple[Run, Run], addresses: bool = False) -> str:
    """The first line whose values differ between two hash seeds, all else pinned; or ""."""
    pins = everything_pinned(events)
    runs = [
        inquiry.laboratory.run(
            "values",
            "line by line",
            Conditions(events=True, values=True, pins=pins, hash_seed=1 if addresses else seed),
        )
        for seed in (1, 2)
    ]
    return first_value_site(runs[0], runs[1])


def first_value_site(a: Run, b: Run) -> str:
    """The first line after which a local value differs between two runs, or ""."""
    for key in sorted(a.traces.keys() & b.traces.keys()):
        mine, theirs = (
            [e for e in run.traces[key].events if e.family in ("value", "hash")] for run in (a, b)
        )
        before = ""
        for left, right in zip(mine, theirs, strict=False):
            if (left.place, left.what) != (right.place, right.what):
                return before or left.site
            if left.digest != right.digest:
                return left.site
            before = left.site
    return ""
