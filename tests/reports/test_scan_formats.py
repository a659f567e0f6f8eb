"""Every format of `scan`: whole outputs, official schemas, hostile text."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft4Validator, Draft202012Validator

from fwaudit.auditor.finding import Evidence
from fwaudit.auditor.place import Place
from fwaudit.auditor.scan import ScanResult
from fwaudit.reports import SCAN_FORMATS, RenderOptions, render
from fwaudit.reports.options import wants_color
from fwaudit.reports.schemas import NAMES, schema

from .conftest import MissingLock, UnseededStream, make_result

OFFICIAL = Path(__file__).parent.parent / "schemas"
OPTIONS = RenderOptions(version="0.0.0")
PROVENANCE = {
    "tree": "sha256:" + "0" * 64,
    "files": 3,
    "time": "2026-11-24T20:00:00Z",
    "command": ["fwaudit", "scan"],
    "device": "cpu",
}


@pytest.mark.parametrize("format", [name for name in SCAN_FORMATS if name != "html"])
def test_whole_output(format: str, small: ScanResult, snapshot: Callable[[str, str], None]) -> None:
    snapshot(f"scan-{format}.txt", render(format, small, OPTIONS))


def test_statistics(small: ScanResult) -> None:
    text = render("text", small, RenderOptions(statistics=True))
    assert re.search(r"^SEED003 +seed-after-use +1 +0 +0\.0$", text, re.M)


def test_colour_changes_nothing_but_colour(small: ScanResult) -> None:
    coloured = render("text", small, RenderOptions(color=True))
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render("text", small, RenderOptions())


def test_colour_is_a_choice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as stream:
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setenv("FORCE_COLOR", "1")
        assert wants_color(stream)
        monkeypatch.setenv("NO_COLOR", "1")
        assert not wants_color(stream)
        monkeypatch.delenv("NO_COLOR")
        monkeypatch.delenv("FORCE_COLOR")
        assert not wants_color(stream)


@pytest.mark.parametrize("name", NAMES)
def test_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(json.loads(schema(name)))


@pytest.mark.parametrize("provenance", [None, PROVENANCE])
def test_json_holds_to_its_schema(small: ScanResult, provenance: dict[str, object] | None) -> None:
    text = render("json", small, RenderOptions(provenance=provenance))
    document = json.loads(text)
    Draft202012Validator(json.loads(schema("scan"))).validate(document)
    assert document["summary"]["suppressed"] == 1
    assert document["entry_points"][0]["streams"][0]["state"] == "unseeded"


def test_json_schema_refuses_what_the_contract_does_not_name(small: ScanResult) -> None:
    document = json.loads(render("json", small, OPTIONS))
    document["findings"][0]["severity"] = "fatal"
    assert list(Draft202012Validator(json.loads(schema("scan"))).iter_errors(document))


@pytest.mark.parametrize("name", ["small", "hostile"])
def test_sarif_is_valid(name: str, request: pytest.FixtureRequest) -> None:
    result: ScanResult = request.getfixturevalue(name)
    log = json.loads(render("sarif", result, RenderOptions(provenance=PROVENANCE)))
    official = json.loads((OFFICIAL / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
    Draft4Validator(official, format_checker=Draft4Validator.FORMAT_CHECKER).validate(log)


def test_official_schemas_are_unchanged() -> None:
    rows = re.findall(
        r"^\| `(\S+)` .*`([0-9a-f]{64})` \|$", (OFFICIAL / "README.md").read_text(), re.M
    )
    assert rows
    for name, digest in rows:
        assert hashlib.sha256((OFFICIAL / name).read_bytes()).hexdigest() == digest


def test_sarif_says_what_was_answered(small: ScanResult) -> None:
    results = json.loads(render("sarif", small, OPTIONS))["runs"][0]["results"]
    assert [r.get("baselineState") for r in results].count("unchanged") == 1
    answered = [r for r in results if "suppressions" in r]
    assert answered[0]["suppressions"][0]["justification"] == "a demo; nothing is kept"


def test_junit_counts(small: ScanResult) -> None:
    top = ElementTree.fromstring(render("junit", small, OPTIONS))
    assert (top.get("failures"), top.get("errors")) == ("2", "1")
    assert len(top.findall(".//failure")) == 2
    assert len(top.findall(".//testcase")) == int(top.get("tests", "0"))


# A lone escape, a C1 control, an override, or a newline that begins a workflow command.
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.mark.parametrize("format", SCAN_FORMATS)
def test_hostile_text_is_harmless(format: str, hostile: ScanResult) -> None:
    text = render(format, hostile, OPTIONS)
    text.encode("utf-8")
    assert not RAW.search(text)
    assert len(text) < 200_000
    assert "::error::owned" not in [line.strip()[:14] for line in text.split("\n")]
    if format in {"markdown", "html", "junit"}:
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    if format in {"json", "sarif", "gitlab"}:
        assert text.isascii()
        json.loads(text)
    if format == "junit":
        ElementTree.fromstring(text)


def test_workflow_commands_stay_one_line_each(hostile: ScanResult) -> None:
    lines = render("github", hostile, OPTIONS).splitlines()
    assert len(lines) == len(hostile.findings) + 1
    assert all(re.match(r"::warning file=[^,:]+,title=[^,:]+,line=1", line) for line in lines[:-1])


def test_an_empty_scan(tmp_path: Path) -> None:
    from fwaudit.auditor.scan import ScanOptions, scan

    result = scan(ScanOptions(paths=(tmp_path,), rules=()))
    for format in SCAN_FORMATS:
        assert render(format, result, OPTIONS)
    assert render("text", result, OPTIONS).splitlines()[-1] == "There was nothing to look at."


def test_a_way_is_one_line_and_nothing_is_said_twice(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import numpy as np\nmain()\n", "utf-8")
    (tmp_path / "draw.py").write_text("x = np.random.rand()\n", "utf-8")
    finding = UnseededStream().finding(
        Place("draw.py", 1, 5, 1, 21),
        "nothing seeds it",
        evidence=[
            Evidence(Place("train.py", 1), "entry point train.py"),
            Evidence(Place("train.py", 2), "calls"),
            Evidence(Place("train.py", 1), "seeds torch"),
            Evidence(Place("draw.py", 1), "np.random.rand"),
        ],
    )
    text = render("text", make_result(tmp_path, [finding]), OPTIONS)
    assert (
        "    = way: train.py:1 → train.py:2 → draw.py:1\n    = seen: train.py:1: seeds torch\n"
        in text
    )
    assert text.count("np.random.rand") == 1


def test_a_magic_is_shown_as_written(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# A\n"]},
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None,
         "source": ["import torch\n", "!pip install torch"]},
    ]  # fmt: skip
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "demo.ipynb").write_text(json.dumps(notebook), "utf-8")
    finding = MissingLock().finding(Place("demo.ipynb", 2, 1, 2, 19, cell=1), "no version")
    text = render("text", make_result(tmp_path, [finding]), OPTIONS)
    assert "  2 | !pip install torch\n    | ^^^^^^^^^^^^^^^^^^\n" in text
