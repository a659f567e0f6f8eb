"""Files that differ only in when, how fast and as which process they were written."""

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from fwaudit.auditor.verify.records import records_only


def _two(folder: Path, name: str, a: Any, b: Any) -> tuple[Path, Path]:
    paths = folder / "a" / name, folder / "b" / name
    for path, content in zip(paths, (a, b), strict=True):
        path.parent.mkdir()
        if name.endswith(".json"):
            path.write_text(json.dumps(content))
        elif name.endswith(".pkl"):
            path.write_bytes(pickle.dumps(content))
        else:
            path.write_text(content)
    return paths


@pytest.mark.parametrize(
    ("name", "a", "b", "said"),
    [
        ("m.csv", "epoch,loss,seconds\n0,0.5,1.25\n1,0.4,1.31\n",
         "epoch,loss,seconds\n0,0.5,1.02\n1,0.4,9.31\n", ("seconds",)),
        ("s.json", {"loss": 0.5, "pid": 71, "startedAt": 1.5e9},
         {"loss": 0.5, "pid": 75, "startedAt": 1.6e9}, ("pid", "startedAt")),
        ("m.pkl", {"w": 1.0, "info": {"train_time": 3.1}},
         {"w": 1.0, "info": {"train_time": 2.9}}, ("info.train_time",)),
        ("c.pkl", {"w": 1.0, "run": "2026-01-02 10:11:12"},
         {"w": 1.0, "run": "2026-01-03 11:11:12"}, ("run",)),
        ("h.pkl", {"epoch_time": [1.0, 2.0]}, {"epoch_time": [1.5, 2.5]}, ("epoch_time",)),
    ],
)  # fmt: skip
def test_records_are_no_results(
    tmp_path: Path, name: str, a: Any, b: Any, said: tuple[str, ...]
) -> None:
    assert records_only(*_two(tmp_path, name, a, b)) == said


@pytest.mark.parametrize(
    ("name", "a", "b"),
    [
        ("m.csv", "epoch,loss,seconds\n0,0.5,1.25\n1,0.4,1.31\n",
         "epoch,loss,seconds\n0,0.5,1.02\n1,0.3,9.31\n"),
        ("s.json", {"loss": 0.5, "time": 1.0}, {"loss": 0.6, "time": 2.0}),
        ("m.pkl", {"timesteps": 100}, {"timesteps": 101}),
        ("m.pkl", {"w": 1.0}, {"w": 1.0, "time": 2.0}),
        ("n.txt", "time 1", "time 2"),
    ],
)  # fmt: skip
def test_results_beside_them_count(tmp_path: Path, name: str, a: Any, b: Any) -> None:
    assert records_only(*_two(tmp_path, name, a, b)) == ()


def test_what_cannot_be_read_is_no_record(tmp_path: Path) -> None:
    assert records_only(tmp_path / "none.pkl", tmp_path / "neither.pkl") == ()
