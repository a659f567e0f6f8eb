"""Which programs let a person switch determinism on."""

from pathlib import Path

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks import RULES

RULE = tuple(rule for rule in RULES if rule.code == "DET002")
PROGRAM = """
import torch
from transformers import HfArgumentParser, Trainer, TrainingArguments

def main():
    parser = HfArgumentParser({classes})
    trainer = Trainer(model=torch.nn.Linear(2, 2).cuda(), args=parser.parse_args())
    trainer.train()

if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize(
    ("classes", "count"),
    [("(ModelArguments, TrainingArguments)", 0), ("ModelArguments", 1)],
    ids=["the trainer's fields are options", "only the program's own are"],
)
def test_options_of_a_trainer(classes: str, count: int, tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text(PROGRAM.format(classes=classes), "utf-8")
    found = scan(ScanOptions((tmp_path,), RULE, Config(), current=tmp_path, jobs=1)).findings
    assert len(found) == count
