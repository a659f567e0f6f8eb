"""Which YAML sections are taken for the arguments of a Lightning trainer."""

from pathlib import Path

import pytest

from fwaudit.auditor.discover import FileState
from fwaudit.auditor.document import Document
from fwaudit.checks.determinism.trainer_files import trainer_settings


def read(folder: Path, text: str) -> list[list[tuple[str, str | None, int]]]:
    """Return (path, effect, line) of every setting, section by section."""
    path = folder / "config.yaml"
    path.write_text(text, "utf-8")
    stat = path.stat()
    state = FileState("config.yaml", str(path), stat.st_size, stat.st_mtime_ns)
    return [
        [(item.path, item.effect, item.line) for item in section]
        for section in trainer_settings(Document(state))
    ]


SECTIONS = {
    "under lightning": (
        "lightning:\n  trainer:\n    benchmark: True\n",
        [[("lightning.trainer.benchmark", "autotune", 3)]],
    ),
    "the class is named": (
        "fit:\n  _target_: lightning.pytorch.Trainer\n  benchmark: yes\n",
        [[("fit.benchmark", "autotune", 3)]],
    ),
    "a Hydra group": (
        "# @package trainer\n_target_: pytorch_lightning.trainer.Trainer\nbenchmark: on\n",
        [[("benchmark", "autotune", 3)]],
    ),
    "LightningCLI": (
        "trainer:\n  accelerator: gpu\n  log_every_n_steps: 5\n  benchmark: false\n"
        "  deterministic: warn\n",
        [
            [
                ("trainer.deterministic", "deterministic-warn", 5),
                ("trainer.benchmark", "fixed-kernels", 4),
            ]
        ],
    ),
    "another prefix": (
        "a:\n- pl_trainer: {fast_dev_run: false, benchmark: true}\n",
        [[("a.pl_trainer.benchmark", "autotune", 2)]],
    ),
    "a value from elsewhere": (
        "lightning:\n  trainer:\n    benchmark: ${speed}\n",
        [[("lightning.trainer.benchmark", None, 3)]],
    ),
    "the second document": (
        "benchmark: true\n---\nlightning:\n  trainer:\n    benchmark: true\n",
        [[("lightning.trainer.benchmark", "autotune", 5)]],
    ),
}


@pytest.mark.parametrize(("text", "expected"), SECTIONS.values(), ids=SECTIONS.keys())
def test_sections_of_a_trainer(tmp_path: Path, text: str, expected) -> None:
    assert read(tmp_path, text) == expected


OTHERS = {
    "somebody's own trainer": "trainer:\n  benchmark: true\n  epochs: 3\n",
    "another class": "trainer:\n  _target_: mine.Trainer\n  benchmark: true\n  fast_dev_run: 1\n",
    "a database": "development:\n  dialect: postgres\n  benchmark: true\n  logging: true\n",
    "a job of a pipeline": "jobs:\n  benchmark:\n    runs-on: ubuntu\n    benchmark: true\n",
    "a logger under lightning": "lightning:\n  logger:\n    benchmark: true\n",
    "no table": "- benchmark\n- true\n",
    "broken": "lightning:\n  trainer:\n\tbenchmark: true\n   deterministic: [\n",
    "too deep": "benchmark: " + "[" * 5000 + "]" * 5000 + "\n",
    "aliases without end": "benchmark: true\na: &a [x, x]\n"
    + "".join(
        f"{after}: &{after} [*{name}, *{name}, *{name}, *{name}, *{name}]\n"
        for name, after in zip("abcdefghij", "bcdefghijk", strict=True)
    ),
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS.keys())
def test_other_sections_are_left_alone(tmp_path: Path, text: str) -> None:
    assert [section for section in read(tmp_path, text) if section] == []
