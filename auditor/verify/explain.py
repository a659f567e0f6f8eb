"""Why runs differ: candidates from what was seen, each confirmed by a rerun that pins only it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .conditions import Conditions
from .influences import INFLUENCES, Influence, Use, default_pin, reseeded_differently, uses
from .inquiry import Inquiry, Settled
from .results import Run
from .salted import explain_addresses, explain_salt
from .verdict import Cause, Explanation
from .worker_streams import explain_worker_stream

_MOST_SITES = 6
_LATE = 20
_AFTER_WORKERS = 1 + [influence.family for influence in INFLUENCES].index("workers")
_LIKELY = {"rng:jax", "rng:python", "rng:numpy", "rng:torch", "rng:tensorflow", "rng:private",
    "entropy", "outside",
}  # fmt: skip
_NAMING = ("entropy", "process:names", "outside")
_DATASETS = ("Dataset.map", "Dataset.interleave", "Dataset.with_options")
_FRAMEWORKS = {"torch": "torch", "jax": "jax", "tensorflow": "tensorflow"}


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
    racing = bool(uses(a, b, "workers"))
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
        elif racing and influence.family in _NAMING and all(use.by_library for use in differing):
            # Libraries name pipes and processes by chance; a race is the likelier cause.
            rank = max(rank, _AFTER_WORKERS)
        found.append(_Candidate(rank + late, _pinning(influence)))
    words = _mentions(a)
    if a.hash_seed != b.hash_seed:
        rank = 4 if words & {"set", "frozenset", "hash"} else _LATE
        found.append(_Candidate(rank, explain_salt))
    addresses = uses(a, b, "addresses")
    found.append(
        _Candidate(9 if any(use.differs for use in addresses) else _LATE + 5, explain_addresses)
    )
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
        seen = uses(events[0], events[1], influence.family)
        racing = influence.family in _NAMING and bool(uses(*events, "workers"))
        likely = influence.family in _LIKELY and not racing
        settled = inquiry.settled(
            "pinned", influence.pinned, Conditions(pins=pins), likely, control=racing
        )
        if settled is None:
            return None
        if influence.family == "workers":
            words = f"with {influence.pinned}, {settled.words}"
            stream = explain_worker_stream(inquiry, events, words)
            if stream is not None:
                return stream
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


_MEETING = ("as_completed", "asyncio.as_completed", "wait", "imap_unordered", "queue.get",
    "apply_async", "map_async", *_DATASETS,
)  # fmt: skip


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
        in_worker=use is not None and use.in_worker,
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
