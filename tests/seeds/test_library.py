"""The summary of a library that holds no program."""

import json
from pathlib import Path

import jsonschema

from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.auditor.scan_result import ScanResult
from fwaudit.checks.meta import RULES
from fwaudit.checks.seeds.library import stream_rows
from fwaudit.reports.streams import render_streams

SCHEMA = Path(__file__).parents[2] / "reports" / "schemas" / "streams.json"
LAYER = "import torch\n\n\ndef layer(n):\n    return torch.nn.Linear(n, n)\n"
HELPER = "import torch\n\n\ndef set_seed(seed):\n    torch.manual_seed(seed)\n"


def summary(root: Path, files: dict[str, str]) -> ScanResult:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    result = scan(ScanOptions((root,), RULES, current=root, jobs=1, streams=stream_rows))
    assert not [finding for finding in result.findings if finding.code.startswith("SEED")]
    return result


def test_a_library_that_never_seeds(tmp_path: Path) -> None:
    result = summary(tmp_path, {"net/__init__.py": "", "net/layers.py": LAYER})
    text = render_streams("text", result)
    assert "net draws from torch (first at net/layers.py:5)" in text
    assert "never seeds (correct for a library: its callers do)" in text
    document = json.loads(render_streams("json", result))
    jsonschema.validate(document, json.loads(SCHEMA.read_text("utf-8")))
    (row,) = document["entry_points"]
    assert (row["path"], row["name"]) == ("net/__init__.py", "net")
    assert [(each["stream"], each["state"]) for each in row["streams"]] == [("torch", "unknown")]


def test_a_library_with_a_seeding_helper(tmp_path: Path) -> None:
    files = {"net/__init__.py": "", "net/layers.py": LAYER, "net/repeat.py": HELPER}
    text = render_streams("text", summary(tmp_path, files))
    assert "seeds torch at net/repeat.py:5 when it is asked to" in text


def test_a_library_that_draws_nothing(tmp_path: Path) -> None:
    text = render_streams("text", summary(tmp_path, {"net/__init__.py": "def f(): return 1\n"}))
    assert "net draws from no random stream." in text


def test_programs_leave_no_summary(tmp_path: Path) -> None:
    files = {"net/__init__.py": "", "net/layers.py": LAYER, "run.py": "print(1)\n"}
    result = summary(tmp_path, files)
    assert [row.path for row in result.entry_points] == ["run.py"]
