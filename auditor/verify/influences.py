"""The families of outside influences: how each is pinned, and what it means if that settles it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .results import Run
from .trace import BY_LIBRARY, IMPORTING, Event
from .verdict import Cause


@dataclass(frozen=True, slots=True)
class Influence:
    """One family: the tracer's name for it, and how a confirmed dependence on it is called."""

    family: str
    cause: Cause
    stream: str | None
    pinned: str


INFLUENCES = (
    Influence("rng:jax", Cause.UNSEEDED_RNG, "jax", "JAX keys made from fixed seeds"),
    Influence("rng:python", Cause.UNSEEDED_RNG, "python", "random seeded at start"),
    Influence("rng:numpy", Cause.UNSEEDED_RNG, "numpy", "NumPy seeded at start"),
    Influence("rng:tensorflow", Cause.UNSEEDED_RNG, "tensorflow", "TensorFlow seeded at start"),
    Influence("rng:torch", Cause.UNSEEDED_RNG, "torch", "torch seeded at start"),
    Influence("rng:private", Cause.UNSEEDED_RNG, "other", "private generators seeded"),
    Influence("entropy", Cause.EXTERNAL, "os-entropy", "the system's entropy held fixed"),
    Influence("process", Cause.ENVIRONMENT, None, "process ids, ports, load and memory held fixed"),
    Influence("process:names", Cause.ENVIRONMENT, None, "temporary names held fixed"),
    Influence("outside", Cause.EXTERNAL, None, "what came from outside replayed"),
    Influence("clock", Cause.TIME, None, "the clock frozen"),
    Influence("listing", Cause.FILE_ORDER, None, "directory listings sorted"),
    Influence("workers", Cause.WORKER_RACE, None, "workers run one after another"),
    Influence("memory", Cause.MEMORY, None, "allocated memory filled with zeros"),
)
BY_FAMILY = {influence.family: influence for influence in INFLUENCES}


@dataclass(frozen=True, slots=True)
class Use:
    """Uses of one influence at one site. `in_worker`: in child processes only."""

    site: str
    what: str
    count: int
    differs: bool
    by_library: bool
    importing: bool
    first: int
    in_worker: bool = False


def uses(a: Run, b: Run, family: str) -> list[Use]:
    """Sites of user code at which the family was used, those with other values first seen first."""
    mine, theirs = _by_site(a, family), _by_site(b, family)
    in_main = set(_by_site(a, family, main_only=True))
    found: list[Use] = []
    for (site, what), events in mine.items():
        others = theirs.get((site, what), [])
        differs = [event.digest for event in events] != [event.digest for event in others]
        found.append(
            Use(
                site=site,
                what=what,
                count=len(events),
                differs=differs,
                by_library=all(event.flags & BY_LIBRARY for event in events),
                importing=all(event.flags & IMPORTING for event in events),
                first=events[0].sequence,
                in_worker=(site, what) not in in_main,
            )
        )
    return found


def _by_site(run: Run, family: str, main_only: bool = False) -> dict[tuple[str, str], list[Event]]:
    found: dict[tuple[str, str], list[Event]] = {}
    for key in sorted(run.traces):
        if main_only and key.partition(".")[2] != "main":
            continue
        for event in run.traces[key].events:
            if event.family == family and event.site:
                found.setdefault((event.site, event.what), []).append(event)
    return found


def reseeded_differently(found: list[Use]) -> bool:
    """Whether the program seeds the stream itself, with another seed every time."""
    return any(use.what == "seed" and use.differs for use in found)


def default_pin(family: str, folder: str) -> dict[str, Any]:
    """The pin that holds a family fixed; `folder` is the trace folder of the run to replay."""
    if family == "outside":
        return {"replay": folder}
    if family == "memory":
        return {"fill": "zero"}
    return {}


def everything_pinned(events: tuple[Run, Run], without: str = "") -> dict[str, dict[str, Any]]:
    """Pins of all families that were used, but one."""
    folder = str(events[0].folder / "trace")
    return {
        influence.family: default_pin(influence.family, folder)
        for influence in INFLUENCES
        if influence.family != without and uses(*events, influence.family)
    }
