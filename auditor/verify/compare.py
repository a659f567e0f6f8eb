"""Where two traced runs part: first step, first kind of leaf, tensor; and a timeline."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest

from .trace import KIND_ORDER, Leaves, Trace


@dataclass(frozen=True, slots=True)
class Parting:
    """The first difference between two traces; step counts from 0.

    `after`: behind the last step, or in a program without any.
    """

    process: str
    step: int
    kind: str
    name: str
    names: tuple[str, ...]
    note: str = ""
    after: bool = False

    @property
    def number(self) -> int | None:
        """The step as people count, from 1; None when it is in none."""
        return None if self.after else self.step + 1

    @property
    def rank(self) -> int | None:
        """The rank of a distributed run, or None."""
        word = self.process.partition(".")[0].removeprefix("r")
        return int(word) if word.isdigit() else None


@dataclass(slots=True)
class Timeline:
    """Kind of leaf -> steps (from 0) at which it differs; `steps` is how many both runs made."""

    steps: int = 0
    differing: dict[str, list[int]] = field(default_factory=dict[str, list[int]])


def first_parting(a: dict[str, Trace], b: dict[str, Trace]) -> Parting | None:
    """The earliest difference over all processes that both runs had."""
    found = [
        parting
        for key in a.keys() & b.keys()
        if (parting := _part(key, a[key], b[key])) is not None
    ]
    return min(found, key=lambda p: (p.step, _rank_of(p.kind), p.process), default=None)


def _rank_of(kind: str) -> int:
    return KIND_ORDER.index(kind) if kind in KIND_ORDER else len(KIND_ORDER)


def _part(key: str, a: Trace, b: Trace) -> Parting | None:
    for step, (mine, theirs) in enumerate(zip_longest(a.steps, b.steps)):
        if mine is None or theirs is None:
            fewer, more = sorted((len(a.steps), len(b.steps)))
            note = f"one run made {fewer} steps, the other {more}"
            return Parting(key, step, "steps", "", (), note)
        for kind in KIND_ORDER:
            names = _differing(mine, theirs, kind)
            if names:
                return Parting(key, step, kind, names[0], names)
    for kind in KIND_ORDER:
        names = _differing(a.tail, b.tail, kind)
        if names:
            return Parting(key, len(a.steps), kind, names[0], names, after=True)
    return None


def _differing(a: Leaves, b: Leaves, kind: str) -> tuple[str, ...]:
    mine, theirs = a.get(kind, {}), b.get(kind, {})
    return tuple(name for name in (mine | theirs) if mine.get(name) != theirs.get(name))


def timeline(a: dict[str, Trace], b: dict[str, Trace]) -> Timeline:
    """At which steps which kinds differ, in the process that made most steps."""
    keys = sorted(a.keys() & b.keys(), key=lambda key: (-len(a[key].steps), key))
    if not keys or not a[keys[0]].steps:
        return Timeline()
    mine, theirs = a[keys[0]].steps, b[keys[0]].steps
    line = Timeline(steps=min(len(mine), len(theirs)))
    for step, (left, right) in enumerate(zip(mine, theirs, strict=False)):
        for kind in (*KIND_ORDER, "rng-state"):
            if kind in left or kind in right:
                line.differing.setdefault(kind, [])
                if _differing(left, right, kind):
                    line.differing[kind].append(step)
    return line
