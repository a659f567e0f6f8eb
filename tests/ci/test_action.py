"""action.yml, step by step, as a GitHub runner runs it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft4Validator

from .runner import Done, Runner

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = ACTION["runs"]["steps"]
DEFAULTS = {name: str(item.get("default", "")) for name, item in ACTION["inputs"].items()}
SARIF = json.loads((ROOT / "tests/schemas/sarif-2.1.0-rtm.5.json").read_text("utf-8"))
UNSAFE = "import torch\nstate = torch.load('model.pt', weights_only=False)\n"
CLEAN = "import math\nprint(math.pi)\n"
#: Modules of the scanned repository that Python or fwaudit would import if they lay on its path.
SHADOWS = "signal.py logging.py shlex.py pip.py click.py checks/__init__.py fwaudit/__init__.py"


@pytest.fixture
def act(tmp_path: Path) -> Callable[..., tuple[Runner, dict[str, Done]]]:
    """Run the action in a repository of these files; the installation is the one under test."""

    def run(files: dict[str, str], **inputs: str) -> tuple[Runner, dict[str, Done]]:
        workspace = tmp_path / "work space"
        for name, text in files.items():
            target = workspace / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
        runner = Runner(
            workspace,
            tmp_path / "temp",
            {"inputs": {**DEFAULTS, **inputs}},
            {"python": {}, "install": {"programs": str(Path(sys.executable).parent)}},
        )
        return runner, {done.name: done for done in runner.run(STEPS)}

    return run


def _sarif(path: Path) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(path.read_text("utf-8"))
    Draft4Validator(SARIF).validate(log)
    return log


def test_findings_fail_the_job_after_the_upload(act: Callable[..., Any]) -> None:
    runner, done = act({"train.py": UNSAFE})
    assert done["Scan"].code == 0, done["Scan"].stderr
    assert re.search(r"^::(error|warning) file=train\.py,.*line=2", done["Scan"].stdout, re.M)
    results = _sarif(runner.workspace / "fwaudit.sarif")["runs"][0]["results"]
    assert "SAFE001" in {result["ruleId"] for result in results}
    summary = runner.summary.read_text("utf-8")
    assert summary.startswith("## fwaudit")
    assert "| `train.py:2` | [SAFE001](" in summary
    given = {"sarif_file": "fwaudit.sarif", "category": "fwaudit"}
    assert ("github/codeql-action/upload-sarif@v3", given) in runner.used
    assert runner.outputs("scan") == {"exit-code": "1"}
    assert done["Verdict"].code == 1


def test_a_clean_repository_passes(act: Callable[..., Any]) -> None:
    runner, done = act({"plain.py": CLEAN})
    assert _sarif(runner.workspace / "fwaudit.sarif")["runs"][0]["results"] == []
    assert "Found no problems" in runner.summary.read_text("utf-8")
    assert runner.outputs("scan") == {"exit-code": "0"}
    assert (done["Verdict"].skipped, done["Verdict"].code) == (False, 0)


def test_an_unreadable_file_is_code_3(act: Callable[..., Any]) -> None:
    runner, done = act({"plain.py": CLEAN, "half.py": "def f(:\n"})
    assert runner.outputs("scan") == {"exit-code": "3"}
    assert done["Verdict"].code == 3


def test_a_wrong_option_stops_the_job_before_the_upload(act: Callable[..., Any]) -> None:
    runner, done = act({"plain.py": CLEAN}, arguments="--selct DET")
    assert done["Scan"].code == 2
    assert "--selct" in done["Scan"].stderr
    assert done["Upload SARIF"].skipped
    assert done["Verdict"].skipped
    assert runner.outputs("scan") == {"exit-code": "2"}


def test_an_open_quote_in_the_arguments_is_an_error(act: Callable[..., Any]) -> None:
    _, done = act({"plain.py": CLEAN}, arguments="--exclude 'a")
    assert done["Scan"].code != 0
    assert "No closing quotation" in done["Scan"].stderr


def test_inputs_reach_the_scan(act: Callable[..., Any]) -> None:
    runner, done = act(
        {"lib one/train.py": UNSAFE, "other.py": UNSAFE},
        path="lib one",
        arguments="--select SAFE001 --exclude 'no such folder/*' --format json=out/scan.json",
        sarif="out/found.sarif",
        upload="false",
    )
    assert done["Upload SARIF"].skipped
    results = _sarif(runner.workspace / "out/found.sarif")["runs"][0]["results"]
    (result,) = results
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location["uri"] == "lib%20one/train.py"
    scan = json.loads((runner.workspace / "out/scan.json").read_text("utf-8"))
    assert [found["path"] for found in scan["findings"]] == ["lib one/train.py"]


HOSTILE = [
    '"; touch pwned; "',
    "'; touch pwned; '",
    "$(touch pwned) `touch pwned`",
    "a\ntouch pwned\n",
    "--help",
    "${IFS}>pwned",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_path_is_a_path(value: str, act: Callable[..., Any]) -> None:
    runner, done = act({"plain.py": CLEAN}, path=value)
    assert (done["Scan"].code, done["Verdict"].skipped) == (2, True)
    assert "no such file or folder" in done["Scan"].stderr
    assert not list(runner.workspace.parent.rglob("pwned"))


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_words_and_files_run_nothing(value: str, act: Callable[..., Any]) -> None:
    runner, _ = act({"plain.py": CLEAN}, arguments=value, sarif=value, category=value)
    assert not list(runner.workspace.parent.rglob("pwned"))
    assert set(runner.outputs("scan")) <= {"exit-code"}
    assert runner.added == {}


def test_no_script_holds_an_expression() -> None:
    """An expression in a script is text of the script: whoever sets its value runs what they like."""
    assert [step["name"] for step in STEPS if "${{" in step.get("run", "")] == []


def test_modules_of_the_repository_are_not_imported(act: Callable[..., Any]) -> None:
    trap = "import pathlib\npathlib.Path(__file__).with_suffix('.ran').touch()\n"
    runner, done = act(dict.fromkeys(SHADOWS.split(), trap))
    assert done["Scan"].code == 0, done["Scan"].stderr
    assert list(runner.workspace.rglob("*.ran")) == []


@pytest.mark.slow
def test_it_installs_itself_beside_the_python_of_the_job(tmp_path: Path) -> None:
    fetch = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "-d",
        tmp_path,
        "click",
    ]
    if subprocess.run(fetch, capture_output=True, check=False).returncode:
        pytest.skip("needs a package index")
    copy = tmp_path / "action"
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns(".*", "tests", "examples", "*.egg-info")
    )
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "train.py").write_text(UNSAFE, "utf-8")
    for name in ("signal.py", "pip.py", "venv.py"):
        (workspace / name).write_text("raise SystemExit('the repository was imported')\n", "utf-8")
    runner = Runner(
        workspace,
        tmp_path / "temp",
        {"inputs": DEFAULTS},
        {"python": {"python-path": sys.executable}},
        environment={"GITHUB_ACTION_PATH": str(copy)},
    )
    done = {item.name: item for item in runner.run(STEPS)}
    assert done["Install fwaudit"].code == 0, done["Install fwaudit"].stderr
    assert runner.outputs("install")["programs"].startswith(str(tmp_path / "temp"))
    assert "SAFE001" in done["Scan"].stdout
    assert done["Verdict"].code == 1
