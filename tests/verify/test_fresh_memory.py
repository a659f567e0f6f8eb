"""When results under fixed addresses follow what fills fresh memory, and when they only waver."""

from typing import Any, cast

import pytest

from fwaudit.auditor.verify.conditions import Conditions
from fwaudit.auditor.verify.inquiry import Inquiry
from fwaudit.auditor.verify.results import Difference, Run
from fwaudit.auditor.verify.salted import _fresh_memory_shows


class _Inquiry(Inquiry):
    """Runs are letters here; two that are not the same differ."""

    def differ(self, a: Any, b: Any) -> list[Difference]:
        return [] if a == b else [cast(Difference, "other")]

    def alike(self, run: Run) -> bool:
        return True


class _Laboratory:
    def __init__(self, results: str) -> None:
        self.results = iter(results)

    def run(self, name: str, why: str, conditions: Conditions) -> str:
        assert conditions.fixed_addresses and "GLIBC_TUNABLES" in conditions.variables
        return next(self.results)


@pytest.mark.parametrize(
    ("results", "shows"), [("abab", True), ("aaaa", False), ("abca", False), ("abac", False)]
)
def test_each_filling_brings_back_its_own_results(results: str, shows: bool) -> None:
    inquiry = _Inquiry(cast(Any, _Laboratory(results)), cast(Any, None), frozenset())
    assert _fresh_memory_shows(inquiry) is shows
