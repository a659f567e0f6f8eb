"""Comments that answer findings."""

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks import RULES


def codes(folder, **config):
    result = scan(ScanOptions((folder,), RULES, Config(**config), current=folder, jobs=1))
    return [f.code for f in result.findings], [(f.code, f.suppression) for f in result.suppressed]


@pytest.mark.parametrize(
    "line",
    [
        "rng = np.random.default_rng()  # fwaudit: ignore[SEED007] demo",
        "rng = np.random.default_rng()  # fwaudit: ignore[unseeded-generator] demo",
        "rng = np.random.default_rng()  # fwaudit: ignore[SEED001, SEED007] demo",
        "# fwaudit: ignore[SEED007] demo\nrng = np.random.default_rng()",
        "rng = np.random.default_rng(\n)  # fwaudit: ignore[SEED007] demo",
        "# fwaudit: ignore-file[SEED007] demo\n\n\nrng = np.random.default_rng()",
    ],
)
def test_answers(project, line):
    folder = project({"train.py": f"import numpy as np\n{line}\n"})
    found, suppressed = codes(folder, select=("SEED007", "SEED001"))
    assert found == []
    assert suppressed == [("SEED007", "demo")]


@pytest.mark.parametrize(
    "line",
    [
        "rng = np.random.default_rng()  # fwaudit: ignore[SEED008] another rule",
        "x = '# fwaudit: ignore[SEED007] text'; rng = np.random.default_rng()",
        "rng = np.random.default_rng()\nx = 1  # fwaudit: ignore[SEED007] another line",
    ],
)
def test_does_not_answer(project, line):
    folder = project({"train.py": f"import numpy as np\n{line}\n"})
    found, _ = codes(folder, select=("SEED007",))
    assert found == ["SEED007"]


def test_a_suppression_of_a_rule_that_did_not_run_is_not_unused(project):
    folder = project({"train.py": "x = 1  # fwaudit: ignore[SEED007] kept for later\n"})
    assert codes(folder, select=("META002", "ORDER001"))[0] == []
    assert codes(folder, select=("META002", "SEED007"))[0] == ["META002"]
