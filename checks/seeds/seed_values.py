"""How good a seed is: fixed, only sometimes given, or different in every run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ...auditor.walk import Computed, Known, Made, Value
from ...auditor.walk.abstract import Choice, Sequence
from .reading import ENTROPY_CALLS


class Quality(StrEnum):
    """What a seeding is worth."""

    #: The same in every run.
    FIXED = "fixed"
    #: Fixed as soon as the user gives an option, which by default they do not.
    OPTIONAL = "optional"
    #: Perhaps; it cannot be decided.
    MAYBE = "maybe"
    #: Another one in every run.
    ENTROPY = "entropy"
    #: No seeding at all (`set_seed(None)`).
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class SeedValue:
    """A judged seed. `drawn_from`: the made value of a draw from which the seed was taken."""

    quality: Quality
    reason: str = ""
    drawn_from: Made | None = None


FIXED = SeedValue(Quality.FIXED)
_DRAWN = ("random.", "numpy.random.", "torch.randint", "torch.seed", "torch.initial_seed")


def judge_seed(value: Value | None, none: str | int, depth: int = 0) -> SeedValue:
    """Judge a seed; `none` says what happens without one (see `seeders.yaml`)."""
    if depth > 6:
        return FIXED
    match value:
        case None:
            return _without(none, "no seed is given")
        case Known():
            if value.value is not None:
                return FIXED
            if isinstance(none, int):
                return FIXED
            if value.origin is not None:
                return SeedValue(Quality.OPTIONAL, value.origin.says(None))
            return _without(none, "the seed is None")
        case Choice():
            return _of_choice(value, none, depth)
        case Computed():
            return _worst([judge_seed(part, "nothing", depth + 1) for part in value.parts])
        case Made():
            return _of_made(value, none, depth)
        case Sequence():
            return _worst([judge_seed(part, "nothing", depth + 1) for part in value.items])
        case _:
            return FIXED


def _without(none: str | int, reason: str) -> SeedValue:
    if isinstance(none, int):
        return FIXED
    return SeedValue(Quality.ENTROPY if none == "entropy" else Quality.NOTHING, reason)


def _of_choice(value: Choice, none: str | int, depth: int) -> SeedValue:
    each = [judge_seed(item, none, depth + 1) for item in value.values]
    if all(item.quality is each[0].quality for item in each):
        return each[0]
    optional = next((item for item in each if item.quality is Quality.OPTIONAL), None)
    if optional is None or any(item.quality is Quality.FIXED for item in each):
        return SeedValue(Quality.MAYBE, "the seed may not be given")
    return optional


def _of_made(value: Made, none: str | int, depth: int) -> SeedValue:
    if value.name in ENTROPY_CALLS:
        return SeedValue(Quality.ENTROPY, f"the seed is made from {ENTROPY_CALLS[value.name]}")
    if value.name.startswith("secrets."):
        return SeedValue(Quality.ENTROPY, "the seed is made from the system's entropy")
    if value.name.startswith(_DRAWN) and value.name not in {"numpy.random.SeedSequence"}:
        return SeedValue(Quality.FIXED, drawn_from=value)
    if value.name == "numpy.random.SeedSequence" and not value.arguments.values():
        return SeedValue(Quality.ENTROPY, "the seed is made from the system's entropy")
    parts: list[Value] = list(value.arguments.positional)
    if value.receiver is not None:
        parts.append(value.receiver)
    if value.name.startswith(("builtins.", "numpy.", "datetime.", "time.", "uuid.", "os.")):
        return _worst([judge_seed(part, "nothing", depth + 1) for part in parts])
    return FIXED


def _worst(values: list[SeedValue]) -> SeedValue:
    for value in values:
        if value.quality is Quality.ENTROPY or value.drawn_from is not None:
            return value
    return FIXED
