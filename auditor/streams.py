"""The table entry point × random stream, as the command line and the reports hand it on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from .place import Place


class State(StrEnum):
    """What is known of a stream on the way from an entry point."""

    SEEDED = "seeded"
    CONDITIONAL = "conditional"
    UNSEEDED = "unseeded"
    NOT_DRAWN = "not-drawn"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """How bad it is: the worst state of several mains is the state of the row."""
        return _RANKS[self]


_RANKS = {
    State.NOT_DRAWN: 0,
    State.SEEDED: 1,
    State.UNKNOWN: 2,
    State.CONDITIONAL: 3,
    State.UNSEEDED: 4,
}


@dataclass(frozen=True, slots=True)
class StreamState:
    """One stream of one entry point. `why` is one line for people."""

    stream: str
    state: State
    drawn_at: Place | None = None
    seeded_at: Place | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class EntryPointStreams:
    """The streams that an entry point draws from or seeds, in the order of `STREAMS`."""

    path: str
    cell: int | None
    line: int
    name: str
    streams: tuple[StreamState, ...] = ()
    #: False when steps ran out or cells could not be parsed: what was not seen is not known.
    complete: bool = field(default=True)
    #: The summary of a library package that holds no program; `path` is its `__init__.py`.
    library: bool = False


#: The streams of the contract.
STREAMS = (
    "python",
    "numpy",
    "torch",
    "torch-cuda",
    "tensorflow",
    "jax",
    "sklearn",
    "gym-env",
    "gym-action-space",
    "other",
)
