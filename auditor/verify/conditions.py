"""What is special about one run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Pins = Mapping[str, Mapping[str, Any]]
"""Family of influences -> how the tracer holds or changes it."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """The defaults make an ordinary traced run.

    `hash_seed` is PYTHONHASHSEED as a person sets it, `salt` one that the program does not see.
    `patience` multiplies the time limit that nobody gave.
    """

    traced: bool = True
    events: bool = False
    values: bool = False
    window: tuple[int, int] | None = None
    brief: bool = False
    pins: Pins = field(default_factory=dict[str, Mapping[str, Any]])
    hash_seed: int | None = None
    salt: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    cpus: tuple[int, ...] = ()
    elsewhere: bool = False
    patience: float = 1.0
    fixed_addresses: bool = False
    left_tree: bool = False
    overlay: Mapping[str, Path] = field(default_factory=dict[str, Path])
    dump: Sequence[tuple[int, str, str]] = ()
    dump_operations: Sequence[int] = ()
