"""What the scan met on its way: for the rules about the scan itself."""

from __future__ import annotations

from dataclasses import dataclass

from .source import Problem
from .suppression import Suppression


@dataclass(frozen=True, slots=True)
class Outcome:
    """Unreadable places, and suppressions by whether a finding answered to them."""

    problems: tuple[Problem, ...]
    used: tuple[Suppression, ...]
    #: Unused ones all of whose rules ran; others cannot be judged.
    unused: tuple[Suppression, ...]
    #: Suppressions that name a rule which does not exist: (suppression, name).
    unknown: tuple[tuple[Suppression, str], ...]
