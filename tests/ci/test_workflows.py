"""The workflows that `fwaudit init` writes, run as printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from fwaudit.cli import main

from .runner import Done, Runner

SCRIPTS = Path(sys.executable).parent
#: A `pip` that installs nothing: the program under test is on the path already. It keeps what it
#: was asked, so that the printed line has run.
PIP = '#!/bin/sh\nprintf "%s\\n" "$*" >> "$ASKED"\n'


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one finding, after `fwaudit init`."""
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "train.py").write_text("import torch\ntorch.load('m', weights_only=False)\n", "utf-8")
    (folder / "README.md").write_text("# A demo\n", "utf-8")
    (folder / "signal.py").write_text("raise SystemExit('the repository was imported')\n", "utf-8")
    assert CliRunner().invoke(main, ["init", str(folder)]).exit_code == 0
    bin = tmp_path / "bin"
    bin.mkdir()
    (bin / "pip").write_text(PIP, "utf-8")
    (bin / "pip").chmod(0o755)
    return folder


def _environment(repository: Path) -> dict[str, str]:
    return {"ASKED": str(repository.parent / "asked")}


def _asked(repository: Path) -> list[str]:
    return (repository.parent / "asked").read_text("utf-8").splitlines()


def _github(repository: Path, reference: str) -> dict[str, list[Done]]:
    """Run the jobs of the workflow whose condition holds, each on a runner of its own."""
    workflow = yaml.safe_load((repository / ".github/workflows/fwaudit.yml").read_text("utf-8"))
    done: dict[str, list[Done]] = {}
    for name, job in workflow["jobs"].items():
        runner = Runner(
            repository,
            repository.parent / f"temp-{name}",
            {"github": {"ref": reference}},
            path=(repository.parent / "bin", SCRIPTS),
            environment=_environment(repository),
        )
        if runner.holds(job.get("if")):
            done[name] = runner.run(job["steps"])
    return done


def test_a_push_is_scanned(repository: Path) -> None:
    done = _github(repository, "refs/heads/main")
    assert list(done) == ["scan"]
    *_, installed, scanned, summarised = done["scan"]
    assert installed.code == 0
    assert [line.split("==")[0] for line in _asked(repository)] == ["install fwaudit"]
    assert scanned.code == 1, scanned.stderr
    assert "::warning file=train.py" in scanned.stdout
    # The summary is written although the scan failed the job.
    assert (summarised.skipped, summarised.code) == (False, 0)
    summary = (repository.parent / "temp-scan/summary.md").read_text("utf-8")
    assert summary.startswith("## fwaudit")


def test_a_tag_goes_through_the_gate(repository: Path) -> None:
    done = _github(repository, "refs/tags/v1")
    assert list(done) == ["scan", "gate"]
    *_, scanned, gated = done["gate"]
    assert scanned.code == 0, scanned.stderr
    assert gated.code in {1, 3}
    assert gated.stdout.startswith(("FAIL", "INCOMPLETE"))
    assert "fwaudit verify -- " in gated.stdout


def _gitlab(repository: Path, job: dict[str, Any]) -> int:
    """Run a job's lines as GitLab does: one shell, the first failure ends it."""
    script = "\n".join(["set -eo pipefail", *job["script"]])
    environment = {
        **os.environ,
        **_environment(repository),
        "PATH": f"{repository.parent / 'bin'}:{SCRIPTS}:/usr/bin:/bin",
        "CI_COMMIT_TAG": "v1",
    }
    done = subprocess.run(
        ["bash", "-c", script], cwd=repository, env=environment, capture_output=True, check=False
    )
    return done.returncode


def test_gitlab_jobs(repository: Path) -> None:
    jobs = yaml.safe_load((repository / "fwaudit.gitlab-ci.yml").read_text("utf-8"))
    assert _gitlab(repository, jobs["fwaudit"]) == 1
    report = jobs["fwaudit"]["artifacts"]["reports"]["codequality"]
    found = json.loads((repository / report).read_text("utf-8"))
    assert {"description", "check_name", "fingerprint", "severity", "location"} <= found[0].keys()
    assert "train.py" in {item["location"]["path"] for item in found}
    gate = jobs["fwaudit-gate"]
    assert gate["rules"] == [{"if": "$CI_COMMIT_TAG"}]
    assert _gitlab(repository, gate) in {1, 3}
    assert json.loads((repository / ".fwaudit/scan.json").read_text("utf-8"))["provenance"]


def test_every_line_of_a_workflow_is_plain_text(repository: Path) -> None:
    workflow = yaml.safe_load((repository / ".github/workflows/fwaudit.yml").read_text("utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    assert all("${{" not in step.get("run", "") for step in steps)
