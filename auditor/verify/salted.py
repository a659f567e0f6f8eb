"""Orders that hang on the salt of hash() or on addresses, and the line that first sees them."""

from __future__ import annotations

from .conditions import Conditions
from .influences import everything_pinned, uses
from .inquiry import Inquiry
from .results import Run
from .verdict import Cause, Explanation

_ORDER_SEED = 20240229
#: glibc fills what it hands out with a byte; its per-thread cache, which does not, is left out.
_FRESH = "glibc.malloc.tcache_count=0:glibc.malloc.perturb={}"


def explain_salt(inquiry: Inquiry, events: tuple[Run, Run]) -> Explanation | None:
    """An order that hangs on the salt of hash()."""
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


def explain_addresses(inquiry: Inquiry, events: tuple[Run, Run]) -> Explanation | None:
    """An order, or a value, that hangs on where objects lie in memory."""
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
    if not seen and _fresh_memory_shows(inquiry):
        return Explanation(
            cause=Cause.MEMORY,
            site=site,
            confirmed=f"with addresses held fixed, {settled.words};"
            " with other bytes in freshly allocated memory, they differ",
            evidence=("what lay in the memory before were addresses",),
        )
    return Explanation(
        cause=Cause.ENVIRONMENT if seen else Cause.HASH_ORDER,
        site=site,
        op="id" if seen else None,
        confirmed=f"with the addresses of objects held fixed, {settled.words}",
        evidence=() if seen else ("objects in a set or as keys are ordered by their address",),
    )


def _fresh_memory_shows(inquiry: Inquiry) -> bool:
    """Whether results follow the bytes of unwritten memory while all addresses are the same."""

    def filled(byte: int) -> Run:
        return inquiry.laboratory.run(
            "memory",
            "addresses held fixed, freshly allocated memory filled",
            Conditions(
                hash_seed=_ORDER_SEED,
                fixed_addresses=True,
                variables={"GLIBC_TUNABLES": _FRESH.format(byte)},
            ),
        )

    one, other = filled(90), filled(165)
    if not (inquiry.alike(one) and inquiry.alike(other) and inquiry.differ(one, other)):
        return False
    # Addresses are not always quite the same: each filling must bring back its own results.
    return not inquiry.differ(one, filled(90)) and not inquiry.differ(other, filled(165))


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
