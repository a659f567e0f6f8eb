"""The committed example dossier: valid, filled, and every link leads somewhere."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, Draft202012Validator

from fwaudit.checks import RULES
from fwaudit.reports.schemas import schema

EXAMPLE = Path(__file__).parents[2] / "examples" / "dossier"
BASE = "https://github.com/pytorch/examples/blob/77f55b912142e11fcfdf5b530231fb9c52f181e8/"


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """The report as JSON values."""
    found: dict[str, Any] = json.loads((EXAMPLE / "report.json").read_text("utf-8"))
    return found


def test_it_holds_to_the_schemas(report: dict[str, Any]) -> None:
    Draft202012Validator(json.loads(schema("report"))).validate(report)
    Draft202012Validator(json.loads(schema("scan"))).validate(report["scan"])
    for part in report["verifications"]:
        Draft202012Validator(json.loads(schema("verify"))).validate(part)
    official = EXAMPLE.parents[1] / "tests" / "schemas" / "sarif-2.1.0-rtm.5.json"
    log = json.loads((EXAMPLE / "report.sarif").read_text("utf-8"))
    Draft4Validator(json.loads(official.read_text("utf-8"))).validate(log)


def test_three_fifths_of_what_applies_is_filled(report: dict[str, Any]) -> None:
    applies = [f for f in report["fields"] if f["state"] != "not-applicable"]
    filled = [f for f in applies if f["state"] in {"evidence", "declared", "derived"}]
    assert report["filled"] == {"fields": len(filled), "applicable": len(applies)}
    assert len(filled) >= 0.6 * len(applies)


def test_it_rests_on_real_runs_of_this_tree(report: dict[str, Any]) -> None:
    assert report["stale"] == []
    trees = {item["tree"] for item in report["evidence"]}
    assert trees == {report["subject"]["tree"]}
    assert len(report["verifications"]) >= 2
    assert all(len(part["runs"]) >= 3 for part in report["verifications"])


def test_every_link_leads_somewhere(report: dict[str, Any]) -> None:
    """Inside the page to an element; outside to a place that a finding or a field names."""
    page = (EXAMPLE / "report.html").read_text("utf-8")
    ids = set(re.findall(r'id="([^"]+)"', page))
    known = {f["path"] for f in report["scan"]["findings"]}
    known |= {e["path"] for f in report["scan"]["findings"] for e in f["evidence"]}
    known |= {s["path"] for f in report["fields"] for s in f["support"] if "path" in s}
    for row in report["scan"]["entry_points"]:
        known.add(row["path"])
        for stream in row["streams"]:
            known |= {p["path"] for p in (stream["drawn_at"], stream["seeded_at"]) if p}
    known |= {
        part["first_divergence"]["path"]
        for part in report["verifications"]
        if part["first_divergence"]
    }
    pages = {f"{rule.name}.md" for rule in RULES}
    for link in set(re.findall(r'href="([^"]+)"', page)):
        if link.startswith("#"):
            assert link[1:] in ids, link
        elif link.startswith(BASE):
            assert link.removeprefix(BASE).partition("#")[0] in known, link
        else:
            assert link.startswith("https://github.com/fwaudit/fwaudit/blob/main/docs/rules/")
            assert link.rsplit("/", 1)[-1] in pages, link


def test_machine_formats_are_valid() -> None:
    validation = pytest.importorskip("cyclonedx.validation.json", reason="needs fwaudit[reports]")
    model = pytest.importorskip("spdx_python_model", reason="needs fwaudit[reports]").v3_0_1
    from cyclonedx.schema import SchemaVersion

    text = (EXAMPLE / "bom.cdx.json").read_text("utf-8")
    assert validation.JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    objects = model.SHACLObjectSet()
    model.JSONLDDeserializer().read(io.BytesIO((EXAMPLE / "bom.spdx.json").read_bytes()), objects)
    assert objects.link() == set()


def test_no_source_and_no_path_of_the_machine_that_made_it() -> None:
    for path in EXAMPLE.iterdir():
        text = path.read_text("utf-8")
        assert "<pre" not in text
        assert not re.search(r"/(?:root|home/\w+|work)/", text), path
