"""How blocks of statements end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from .events import Condition


class End(Enum):
    """How a block ends."""

    NEXT = auto()
    LOOP = auto()
    RETURN = auto()
    #: An exception or the end of the process.
    NEVER = auto()


@dataclass(frozen=True, slots=True)
class Flow:
    """How a block ends, and under which condition what follows is reached."""

    end: End
    rest: Condition | None = None


NEXT = Flow(End.NEXT)


def after_branches(first: Flow, second: Flow, yes: Condition, no: Condition) -> Flow:
    """Return how an `if` ends, from how its two branches end."""
    if first.end is not End.NEXT and second.end is not End.NEXT:
        leaving = [flow for flow in (first, second) if flow.end is not End.NEVER]
        return leaving[0] if leaving else first
    if first.end in {End.RETURN, End.LOOP}:
        return Flow(End.NEXT, no)
    if second.end in {End.RETURN, End.LOOP}:
        return Flow(End.NEXT, yes)
    if first.end is End.NEVER:
        return Flow(End.NEXT, second.rest)
    return Flow(End.NEXT, first.rest or second.rest)
