"""Programs that only look at something need --pedantic for what they draw."""

from pathlib import Path

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks.seeds import RULES


@pytest.mark.parametrize(
    ("path", "last", "shown"),
    [
        ("demo.py", "print(net(batch).shape)", False),
        ("tools/check_model.py", "print(net(batch).shape)", False),
        ("demo.py", "net(batch).sum().backward()", True),
        ("demo.py", "torch.save(net(batch), 'out.pt')", True),
        ("run.py", "print(net(batch).shape)", True),
    ],
)
def test_what_a_look_draws(path: str, last: str, shown: bool, tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / path).write_text(
        f"import torch\nnet = torch.nn.Linear(3, 2)\nbatch = torch.ones(4, 3)\n{last}\n"
    )
    rules = tuple(rule for rule in RULES if rule.code == "SEED001")

    def found(config: Config) -> list[str]:
        options = ScanOptions((tmp_path,), rules, config, current=tmp_path, jobs=1)
        return [finding.code for finding in scan(options).findings]

    assert found(Config(pedantic=True)) == ["SEED001"]
    assert found(Config()) == (["SEED001"] if shown else [])
