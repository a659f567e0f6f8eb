"""Which static rule is named beside a divergence."""

from pathlib import Path

import pytest

from fwaudit.auditor.foretelling import foreteller
from fwaudit.auditor.verify.verdict import Cause, Explanation, Foretold
from fwaudit.checks import RULES

PROGRAM = """\
import numpy as np

labels = [line.split()[1] for line in open("train.txt")]
classes = set(labels)
index = {
    name: number for number, name in enumerate(classes)
}
noise = np.random.normal(size=len(labels))
np.save("targets.npy", [index[name] for name in labels] + noise)
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text(PROGRAM)
    return tmp_path


@pytest.mark.parametrize("line", [4, 5, 6])
def test_the_rule_that_reports_the_place_is_named_with_it(tree: Path, line: int) -> None:
    found = foreteller(RULES, tree)(Explanation(Cause.HASH_ORDER, f"train.py:{line}"))
    assert found is not None
    assert (found.code, found.place) == ("ORDER002", "train.py:4")
    assert found.words == "ORDER002 reports it at train.py:4"


def test_streams_are_told_apart(tree: Path) -> None:
    foretell = foreteller(RULES, tree)
    drawn = foretell(Explanation(Cause.UNSEEDED_RNG, "train.py:8", stream="numpy"))
    assert drawn == Foretold("SEED001", "train.py:8")


def test_a_rule_that_is_silent_there_is_named_as_that(tree: Path) -> None:
    found = foreteller(RULES, tree)(Explanation(Cause.HASH_ORDER, "train.py:9"))
    assert found is not None
    assert found.place == ""
    assert "reports nothing at this line" in found.words


def test_no_rule_foretells_what_nobody_can_read_from_code(tree: Path) -> None:
    assert foreteller(RULES, tree)(Explanation(Cause.UNKNOWN)) is None
