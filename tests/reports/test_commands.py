"""The commands report, gate, schema and init, from a folder to files and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from fwaudit.auditor.dossier.policy import read_policy
from fwaudit.cli import main
from fwaudit.reports.dossier import REPORT_FORMATS
from fwaudit.reports.schemas import NAMES

from .conftest import verify_document


@pytest.fixture(autouse=True)
def here(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in the release."""
    monkeypatch.chdir(release)
    monkeypatch.setenv("NO_COLOR", "1")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments])


def test_report_writes_every_format_in_one_run(tmp_path: Path) -> None:
    out = tmp_path / "out"
    formats = [f"--format={name}={out / name}" for name in REPORT_FORMATS]
    result = run("report", *formats)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == sorted(REPORT_FORMATS)
    document = json.loads((out / "json").read_text("utf-8"))
    assert document["scan"]["schema"] == "fwaudit.scan/1"
    assert document["stale"] == []
    assert "Signing" not in result.output


def test_report_takes_what_lies_in_the_folder(release: Path) -> None:
    (release / ".fwaudit").mkdir()
    path = release / ".fwaudit" / "verify-1.json"
    path.write_text(json.dumps(verify_document(release)), "utf-8")
    document = json.loads(run("report", "--format", "json").stdout)
    assert [a["answer"] for a in document["answers"]][:2] == ["Yes", "AMD EPYC (CPU)"]


def test_links_lead_from_the_report_to_the_source(release: Path) -> None:
    run("report", "--output", "reports/dossier.html")
    assert 'href="../train.py#L' in (release / "reports" / "dossier.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["report", "--format", "htm"], 'did you mean "html"?'),
        (["report", "--format", "json", "--format", "html"], "only one format can go"),
        (["report", "--format", "json=a", "--output", "b"], "--output takes one format"),
        (["report", "nowhere"], "no such folder"),
        (["report", "--verify", "README.md"], "not complete JSON"),
        (["report", "--card", "none.md", "--format", "model-card"], "No such file"),
        (["report", "--templates", "none"], "no such folder"),
        (["gate", "--policy", "none.yaml"], "fwaudit init"),
        (["schema", "scna"], 'did you mean "scan"?'),
    ],
)
def test_what_a_person_does_wrong_is_one_line(arguments: list[str], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("name", NAMES)
def test_schemas_are_printed(name: str) -> None:
    assert json.loads(run("schema", name).stdout)["title"] == f"fwaudit.{name}/1"


def test_from_scan_to_gate(release: Path) -> None:
    assert run("init").exit_code == 0
    assert "kept as it is" in run("init").stdout
    policy = read_policy(release / "fwaudit-policy.yaml")
    assert policy.reruns[0].verdict == "deterministic"
    asked = {
        "schema": "fwaudit.policy/1",
        "scan": {"fail-on": "never"},
        "verify": [{"runs": 3}],
        "fields": ["licence"],
    }
    (release / "fwaudit-policy.yaml").write_text(yaml.safe_dump(asked), "utf-8")
    assert run("gate").exit_code == 3
    assert run("scan", "--exit-zero", "--format", "json=.fwaudit/scan.json").exit_code == 0
    path = release / ".fwaudit" / "verify-1.json"
    path.write_text(json.dumps(verify_document(release)), "utf-8")
    result = run("gate")
    assert (result.exit_code, result.stdout[:4]) == (0, "PASS"), result.output
    (release / "train.py").write_text("print('changed')\n", "utf-8")
    assert run("gate").exit_code == 3


def test_a_scan_with_fewer_rules_passes_no_gate(release: Path) -> None:
    asked = {"schema": "fwaudit.policy/1", "scan": {"fail-on": "never"}}
    (release / "fwaudit-policy.yaml").write_text(yaml.safe_dump(asked), "utf-8")
    run("scan", "--exit-zero", "--select", "META", "--format", "json=.fwaudit/scan.json")
    result = run("gate", "--format", "json")
    assert result.exit_code == 3
    open_ones = [c for c in json.loads(result.stdout)["conditions"] if c["outcome"] != "ok"]
    assert [c["id"] for c in open_ones] == ["coverage"]


def test_pre_commit_lines_are_a_configuration(release: Path) -> None:
    run("init")
    found = yaml.safe_load((release / ".pre-commit-config.yaml").read_text("utf-8"))
    hook = found["repos"][0]["hooks"][0]
    assert hook["entry"].startswith("fwaudit scan --force-exclude")
    assert set(hook["types_or"]) == {"python", "jupyter", "text"}


@pytest.mark.parametrize("same", [True, False])
def test_streams_diff_and_baseline_hold_to_their_schemas(same: bool, tmp_path: Path) -> None:
    from fwaudit.reports.schemas import schema

    np = pytest.importorskip("numpy", reason="needs numpy to write arrays")
    np.save(tmp_path / "a.npy", np.zeros(3))
    np.save(tmp_path / "b.npy", np.zeros(3) if same else np.ones(3))
    outputs = {
        "streams": run("streams", "--format", "json").stdout,
        "diff": run(
            "diff", str(tmp_path / "a.npy"), str(tmp_path / "b.npy"), "--format", "json"
        ).stdout,
    }
    run("baseline", "-o", str(tmp_path / "base.json"))
    outputs["baseline"] = (tmp_path / "base.json").read_text("utf-8")
    for name, text in outputs.items():
        Draft202012Validator(json.loads(schema(name))).validate(json.loads(text))
    assert json.loads(outputs["diff"])["same"] is same
