"""When no single influence settles a difference: all of them together, then all but one."""

from __future__ import annotations

from dataclasses import replace

from .conditions import Conditions
from .influences import BY_FAMILY, everything_pinned, uses
from .inquiry import Inquiry
from .results import Run
from .verdict import Explanation

_HASH_SEED = 20240229


def explain_together(inquiry: Inquiry, events: tuple[Run, Run]) -> Explanation | None:
    """Several influences at once: the first without whose pin the runs differ again is named."""
    pins = everything_pinned(events)
    if not pins:
        return None
    settled = inquiry.settled(
        "all-pinned", "everything pinned", Conditions(pins=pins, hash_seed=_HASH_SEED)
    )
    if settled is None:
        return None
    mattering: list[Explanation] = []
    for family in list(pins):
        influence = BY_FAMILY[family]
        seen = [use for use in uses(*events, family) if use.differs and use.what != "seed"]
        if not seen:
            continue
        rest = {name: pin for name, pin in pins.items() if name != family}
        conditions = Conditions(pins=rest, hash_seed=_HASH_SEED)
        run = inquiry.laboratory.run("released", f"all pinned but {family}", conditions)
        if inquiry.differ(settled.run, run):
            first = min(seen, key=lambda use: (use.importing, use.first))
            mattering.append(
                Explanation(
                    cause=influence.cause,
                    site=first.site,
                    stream="tensorflow" if first.what.startswith("keras") else influence.stream,
                    op=first.what,
                    confirmed=f"equal with all pinned, different without: {influence.pinned}",
                )
            )
    if not mattering:
        return None
    others = tuple(f"{e.cause} at {e.site}" for e in mattering[1:])
    return replace(mattering[0], also=others)


def tried_words(inquiry: Inquiry) -> tuple[str, ...]:
    """What was pinned without effect."""
    return tuple(f"still different with {words}" for words in dict.fromkeys(inquiry.tried))
