"""What a person asks of one verification."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from .verdict import Explanation, Foretold


class Level(StrEnum):
    """How closely the runs are traced."""

    STEP = "step"
    OP = "op"


@dataclass(frozen=True, slots=True)
class VerifyOptions:
    """The command and how to rerun it; times in seconds, sizes in bytes."""

    command: tuple[str, ...]
    folder: Path = field(default_factory=Path.cwd)
    runs: int = 3
    level: Level = Level.STEP
    max_steps: int | None = None
    timeout: float | None = None
    budget: float | None = None
    artifacts: tuple[str, ...] = ()
    launcher: tuple[str, ...] = ()
    python: str | None = None
    in_place: bool = False
    max_trace: int = 1 << 30
    keep: bool = False
    vary: tuple[str, ...] = ()
    stdin: bytes | None = None


Predict = Callable[[Explanation], Foretold | None]
"""Names the static rule that foretells such a divergence."""


class Observer(Protocol):
    """Is told what is going on; the engine itself prints nothing."""

    def plan(self, words: str) -> None:
        """What will be run and what it may cost."""
        ...

    def begin(self, name: str, why: str) -> None:
        """A run starts."""
        ...

    def end(self, name: str, status: str, seconds: float) -> None:
        """A run is over."""
        ...


class Silent:
    """An observer that says nothing."""

    def plan(self, words: str) -> None:
        """Nothing."""

    def begin(self, name: str, why: str) -> None:
        """Nothing."""

    def end(self, name: str, status: str, seconds: float) -> None:
        """Nothing."""
