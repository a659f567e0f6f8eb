"""Workers that draw from a stream that nobody seeded in them: behind what looks like a race."""

from __future__ import annotations

from .conditions import Conditions
from .influences import BY_FAMILY
from .inquiry import Inquiry
from .results import Run
from .trace import IMPORTING, Event
from .verdict import Cause, Explanation

_SHARED = ("rng:python", "rng:numpy", "rng:torch")


def explain_worker_stream(
    inquiry: Inquiry, events: tuple[Run, Run], confirmed: str
) -> Explanation | None:
    """The unseeded stream of worker processes that one worker, in the seeded parent, would not use.

    Which worker gets which task is a race and changes what each draws next, but not what it draws
    first. Where no first draw of one run comes back in another, the streams themselves differ.
    """
    for family in _SHARED:
        one, other = (_first_draws(run, family) for run in events)
        if not one or not other or one.keys() & other.keys():
            continue
        influence = BY_FAMILY[family]
        seeded = Conditions(events=True, pins={family: {}})
        again = [
            _first_draws(
                inquiry.laboratory.run("pinned", f"{influence.pinned}, also in workers", seeded),
                family,
            )
            for _ in range(2)
        ]
        if not again[0].keys() & again[1].keys():
            continue
        event = min(one.values(), key=lambda event: event.sequence)
        return Explanation(
            cause=Cause.UNSEEDED_RNG,
            site=event.site,
            stream=influence.stream,
            op=event.what,
            subject=event.what,
            in_worker=True,
            confirmed=f"{confirmed}; what each worker draws first comes back only with"
            f" {influence.pinned}",
            framework="torch" if family == "rng:torch" else None,
        )
    return None


def _first_draws(run: Run, family: str) -> dict[tuple[str, str, int], Event]:
    """The first draw of each worker process; nothing where one of them seeds the stream."""
    found: dict[tuple[str, str, int], Event] = {}
    for key, trace in run.traces.items():
        if key.partition(".")[2] == "main":
            continue
        drawn = [
            event
            for event in trace.events
            if event.family == family and event.site and not event.flags & IMPORTING
        ]
        if any(event.what == "seed" for event in drawn):
            return {}
        if drawn:
            first = drawn[0]
            found[first.site, first.what, first.digest] = first
    return found
