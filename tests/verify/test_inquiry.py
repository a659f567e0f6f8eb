"""How many equal runs count as a confirmation."""

from collections.abc import Iterator
from typing import Any, cast

from fwaudit.auditor.verify.conditions import Conditions
from fwaudit.auditor.verify.inquiry import Inquiry
from fwaudit.auditor.verify.results import Difference, Run

PINNED = Conditions(pins={"entropy": {}})


class _Inquiry(Inquiry):
    """Runs are texts here; two that are not the same differ."""

    def differ(self, a: Any, b: Any) -> list[Difference]:
        return [] if a == b else [cast(Difference, "other")]

    def alike(self, run: Run) -> bool:
        return True


class _Laboratory:
    def __init__(self, pinned: str, unpinned: str) -> None:
        self.pinned: Iterator[str] = iter(pinned)
        self.unpinned: Iterator[str] = iter(unpinned)
        self.names: list[str] = []

    def run(self, name: str, why: str, conditions: Conditions) -> str:
        self.names.append(name)
        return next(self.pinned if conditions.pins else self.unpinned)


def _inquiry(laboratory: _Laboratory, natural: str) -> Inquiry:
    return _Inquiry(cast(Any, laboratory), cast(Any, None), frozenset(), [*cast(Any, natural)])


def test_two_equal_runs_suffice_where_ordinary_runs_never_agree() -> None:
    laboratory = _Laboratory("xx", "")
    settled = _inquiry(laboratory, "abcde").settled("pinned", "", PINNED, likely=True)
    assert settled is not None
    assert settled.runs == 2


def test_ordinary_runs_that_begin_to_agree_ask_for_more_equal_runs() -> None:
    laboratory = _Laboratory("x" * 8, "xxxxxxx")
    settled = _inquiry(laboratory, "abcde").settled("pinned", "", PINNED, control=True)
    assert settled is not None
    assert settled.runs > 3
    assert laboratory.names.count("unpinned") == settled.runs - 1


def test_a_race_that_was_equal_for_a_while_is_not_confirmed() -> None:
    laboratory = _Laboratory("xxxy", "xxxxxxx")
    inquiry = _inquiry(laboratory, "abcde")
    assert inquiry.settled("pinned", "entropy held", PINNED, control=True) is None
    assert inquiry.tried == ["entropy held"]
