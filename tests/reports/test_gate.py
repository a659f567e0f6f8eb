"""The gate: one table of every kind of evidence, missing, stale, failing or forged."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from fwaudit.auditor.dossier.binding import sealed
from fwaudit.auditor.dossier.dossier import build
from fwaudit.auditor.dossier.gate import judge
from fwaudit.auditor.dossier.judgement import Judgement
from fwaudit.auditor.dossier.policy import check_rules, read_policy
from fwaudit.auditor.dossier.present import newest, present
from fwaudit.auditor.errors import UserError
from fwaudit.reports.gate_text import render_gate
from fwaudit.reports.schemas import schema

from .conftest import RULES, scan_document, verify_document

REQUIRED = frozenset(rule.code for rule in RULES)
POLICY: dict[str, Any] = {
    "schema": "fwaudit.policy/1",
    "scan": {"fail-on": "error", "block": ["SEED"]},
    "verify": [{"command": "train.py", "device": "epyc", "runs": 3}],
    "freshness": {"max-age-days": 30},
    "documents": ["LICENSE"],
    "fields": ["licence", "commands"],
}


class Case:
    """A release with evidence in `.fwaudit/`, to be spoiled in one way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.policy: dict[str, Any] = json.loads(json.dumps(POLICY))
        self.now = datetime.now(UTC)
        (folder / ".fwaudit").mkdir()
        self.write("scan", scan_document(folder, findings=[]))
        self.write("verify", verify_document(folder))

    def file(self, kind: str) -> Path:
        return self.folder / ".fwaudit" / f"{kind}.json"

    def write(self, kind: str, document: dict[str, Any]) -> None:
        self.file(kind).write_text(json.dumps(document), "utf-8")

    def read(self, kind: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.file(kind).read_text("utf-8"))
        return found

    def remade(self, kind: str, **changes: Any) -> None:
        """Write the evidence again with changes, as if it had been made so."""
        document = self.read(kind)
        made = {k: v for k, v in document.pop("provenance").items() if k != "content"}
        made |= changes.pop("provenance", {})
        for key in changes.pop("without", ()):
            made.pop(key)
        self.write(kind, sealed({**document, **changes}, made))

    def judge(self) -> Judgement:
        path = self.folder.parent / "policy.yaml"
        path.write_text(yaml.safe_dump(self.policy), "utf-8")
        presented = present(self.folder, (), ())
        scans = newest(presented, "scan", "")
        dossier = build(self.folder, scans[-1] if scans else None, newest(presented, "verify", ""))
        return judge(read_policy(path), presented, dossier, REQUIRED, self.now)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _edit(case: Case, kind: str, **changes: Any) -> None:
    case.write(kind, {**case.read(kind), **changes})


def _edit_digest(case: Case, kind: str) -> None:
    document = case.read(kind)
    document["provenance"]["tree"] = "sha256:" + "1" * 64
    case.write(kind, document)


def _findings(case: Case, severity: str = "error", code: str = "SEED003") -> None:
    finding = scan_document(case.folder)["findings"][0]
    name = {rule.code: rule.name for rule in RULES}.get(code, "other")
    case.remade("scan", findings=[{**finding, "severity": severity, "code": code, "name": name}])


def _accept(case: Case, **changes: Any) -> None:
    _findings(case)
    until = (case.now + timedelta(days=9)).date()
    entry = {"rule": "SEED003", "reason": "a demo", "person": "Jo", "expires": until}
    case.policy["accept"] = [{**entry, **changes}]


def _artifact(case: Case, digest: str | None, here: bool = True) -> None:
    from fwaudit.auditor.dossier.tree import file_digest

    case.policy["artifacts"] = ["model.safetensors"]
    weights = case.folder / "model.safetensors"
    if digest == "right":
        digest = f"sha256:{file_digest(weights)}"
    if digest is not None:
        case.remade("verify", provenance={"artifacts": {"model.safetensors": digest}})
    if not here:
        weights.unlink()


def _policy(case: Case, **changes: Any) -> None:
    case.policy |= changes


def _changed_source(case: Case) -> None:
    (case.folder / "train.py").write_text("print('other')\n", "utf-8")


def _old(case: Case) -> None:
    case.now += timedelta(days=31)


def _vary(case: Case, name: str, changed: bool | None) -> None:
    case.policy["verify"][0]["variations"] = [name]
    case.remade("verify", variations=[{"name": "threads", "changed": changed}])


def _nothing(case: Case) -> None:
    pass


PASS, FAIL, INCOMPLETE = 0, 1, 3
TABLE: list[tuple[str, Callable[[Case], Any], int]] = [
    ("all is well", _nothing, PASS),
    # scan
    ("scan missing", lambda c: c.file("scan").unlink(), INCOMPLETE),
    ("scan truncated", lambda c: _cut(c.file("scan")), INCOMPLETE),
    ("scan empty", lambda c: c.file("scan").write_bytes(b""), INCOMPLETE),
    ("scan is a verification", lambda c: c.write("scan", c.read("verify")), INCOMPLETE),
    ("scan is a list", lambda c: c.file("scan").write_text("[]"), INCOMPLETE),
    (
        "scan without provenance",
        lambda c: c.write("scan", {k: v for k, v in c.read("scan").items() if k != "provenance"}),
        INCOMPLETE,
    ),
    (
        "scan without content digest",
        lambda c: c.write(
            "scan", {**c.read("scan"), "provenance": {"tree": c.read("scan")["provenance"]["tree"]}}
        ),
        INCOMPLETE,
    ),
    (
        "scan of another tree",
        lambda c: c.remade("scan", provenance={"tree": "sha256:" + "1" * 64}),
        INCOMPLETE,
    ),
    ("scan forged by an edited digest", lambda c: _edit_digest(c, "scan"), INCOMPLETE),
    (
        "scan forged by a removed finding",
        lambda c: (_findings(c), _edit(c, "scan", findings=[])),
        INCOMPLETE,
    ),
    ("scan with an unknown severity", lambda c: _findings(c, severity="fatal"), INCOMPLETE),
    (
        "scan left a file unread",
        lambda c: c.remade("scan", summary={**c.read("scan")["summary"], "unreadable": 1}),
        INCOMPLETE,
    ),
    (
        "scan hides findings in a baseline",
        lambda c: c.remade("scan", summary={**c.read("scan")["summary"], "baselined": 2}),
        FAIL,
    ),
    (
        "scan left rules out",
        lambda c: c.remade("scan", provenance={"rules": ["SEED001"]}),
        INCOMPLETE,
    ),
    (
        "scan does not say which rules ran",
        lambda c: c.remade("scan", without=["rules"]),
        INCOMPLETE,
    ),
    (
        "scan of changed lines only",
        lambda c: c.remade("scan", provenance={"whole": False}),
        INCOMPLETE,
    ),
    (
        "scan without a time",
        lambda c: c.remade("scan", provenance={"time": "yesterday"}),
        INCOMPLETE,
    ),
    (
        "scan from the future",
        lambda c: c.remade("scan", provenance={"time": "2999-01-01T00:00:00Z"}),
        INCOMPLETE,
    ),
    ("scan finds an error", _findings, FAIL),
    ("scan finds a blocked warning", lambda c: _findings(c, severity="warning"), FAIL),
    ("scan finds a warning that is not blocked", lambda c: _findings(c, "warning", "PIN002"), PASS),
    # verification
    ("verification missing", lambda c: c.file("verify").unlink(), INCOMPLETE),
    ("verification truncated", lambda c: _cut(c.file("verify")), INCOMPLETE),
    (
        "verification of another tree",
        lambda c: c.remade("verify", provenance={"tree": "sha256:" + "1" * 64}),
        INCOMPLETE,
    ),
    ("verification forged by an edited digest", lambda c: _edit_digest(c, "verify"), INCOMPLETE),
    (
        "verification forged by an edited verdict",
        lambda c: (
            c.write("verify", verify_document(c.folder, "nondeterministic")),
            _edit(c, "verify", verdict="deterministic"),
        ),
        INCOMPLETE,
    ),
    (
        "verification with an unknown verdict",
        lambda c: c.remade("verify", verdict="fine"),
        INCOMPLETE,
    ),
    ("verification with a run that is no run", lambda c: c.remade("verify", runs=[1]), INCOMPLETE),
    (
        "verification nondeterministic",
        lambda c: c.write("verify", verify_document(c.folder, "nondeterministic")),
        FAIL,
    ),
    (
        "verification inconclusive",
        lambda c: c.write("verify", verify_document(c.folder, "inconclusive")),
        INCOMPLETE,
    ),
    (
        "a bad verification beside a good one",
        lambda c: c.write("verify-2", verify_document(c.folder, "nondeterministic")),
        FAIL,
    ),
    (
        "a stale verification beside a fresh one",
        lambda c: (
            c.write("verify-2", c.read("verify")),
            c.remade("verify-2", provenance={"tree": "sha256:" + "1" * 64}),
        ),
        PASS,
    ),
    ("another device", lambda c: c.policy["verify"][0].update(device="h200"), INCOMPLETE),
    ("another command", lambda c: c.policy["verify"][0].update(command="eval.py"), INCOMPLETE),
    ("too few runs", lambda c: c.policy["verify"][0].update(runs=5), INCOMPLETE),
    (
        "runs that did not end well",
        lambda c: c.remade("verify", runs=[{"status": "timeout"}] * 3),
        INCOMPLETE,
    ),
    ("variation not run", lambda c: _vary(c, "clock", False), INCOMPLETE),
    ("variation without a result", lambda c: _vary(c, "threads", None), INCOMPLETE),
    ("variation changes the result", lambda c: _vary(c, "threads", True), FAIL),
    ("variation keeps the result", lambda c: _vary(c, "threads", False), PASS),
    # the tree and time
    ("source changed since", _changed_source, INCOMPLETE),
    ("evidence too old", _old, INCOMPLETE),
    (
        "evidence is committed",
        lambda c: (c.folder / "scan.json").write_text(json.dumps(c.read("scan"))),
        PASS,
    ),
    # artefacts
    ("artefact as verified", lambda c: _artifact(c, "right"), PASS),
    ("artefact not recorded", lambda c: _artifact(c, None), INCOMPLETE),
    ("artefact with another digest", lambda c: _artifact(c, "sha256:" + "2" * 64), INCOMPLETE),
    ("artefact missing", lambda c: _artifact(c, "right", here=False), INCOMPLETE),
    # documents and fields
    ("document missing", lambda c: c.policy["documents"].append("CARD.md"), FAIL),
    (
        "document empty",
        lambda c: (
            _policy(c, verify=[], scan={"fail-on": "never"}, documents=["EMPTY.md"]),
            (c.folder / "EMPTY.md").write_text(" \n"),
            c.write("scan", scan_document(c.folder, findings=[])),
        ),
        FAIL,
    ),
    ("field not filled", lambda c: c.policy["fields"].append("error-bars"), FAIL),
    ("field that does not exist", lambda c: c.policy["fields"].append("licencse"), INCOMPLETE),
    # accepted risks
    ("risk accepted", _accept, PASS),
    ("risk accepted by name", lambda c: _accept(c, rule="seed-after-use"), PASS),
    ("risk accepted elsewhere", lambda c: _accept(c, path="other.py"), FAIL),
    ("risk accepted for another finding", lambda c: _accept(c, fingerprint="00"), FAIL),
    (
        "risk accepted until yesterday",
        lambda c: _accept(c, expires=(c.now - timedelta(days=1)).date()),
        FAIL,
    ),
    (
        "an expired risk that nothing meets",
        lambda c: (
            _accept(c, expires=(c.now - timedelta(days=1)).date()),
            c.remade("scan", findings=[]),
        ),
        INCOMPLETE,
    ),
]


@pytest.mark.parametrize(("spoil", "code"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE])
def test_truth_table(release: Path, spoil: Callable[[Case], Any], code: int) -> None:
    case = Case(release)
    spoil(case)
    judgement = case.judge()
    assert judgement.exit_code == code, [c for c in judgement.conditions if c.outcome != "ok"]
    open_ones = [c for c in judgement.conditions if c.outcome != "ok"]
    assert bool(open_ones) == (code != PASS)
    assert all(c.why for c in open_ones)


def test_every_format(release: Path) -> None:
    case = Case(release)
    _accept(case)
    judgement = case.judge()
    presented = present(release, (), ())
    dossier = build(release, newest(presented, "scan", "")[0], ())
    text = render_gate("text", judgement, dossier, policy="policy.yaml")
    assert text.startswith("PASS   7 conditions, all met\n")
    assert "accepted SEED003 (1 finding) by Jo until" in text
    assert render_gate("markdown", judgement, dossier, policy="p").startswith(
        "## Release gate: PASS"
    )
    document = json.loads(render_gate("json", judgement, dossier, policy="policy.yaml"))
    Draft202012Validator(json.loads(schema("gate"))).validate(document)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must be a mapping"),
        ("schema: other/1", "`schema` must be"),
        ("schema: fwaudit.policy/1\nverfy: []", 'unknown key "verfy"'),
        ("schema: fwaudit.policy/1\nscan: {fail-on: fatal}", "`fail-on` is one of"),
        ("schema: fwaudit.policy/1\nscan: []", "`scan` must be a mapping"),
        ("schema: fwaudit.policy/1\nverify: [{runs: 1}]", "must be 2 or more"),
        ("schema: fwaudit.policy/1\nverify: [{runs: true}]", "must be a whole number"),
        ("schema: fwaudit.policy/1\nverify: [{verdict: yes}]", "must be a text"),
        ("schema: fwaudit.policy/1\naccept: [{rule: SEED001}]", "`reason` is needed"),
        ("schema: fwaudit.policy/1\nfields: [1]", "must be a list of texts"),
        ("a: [", "not valid YAML"),
    ],
)
def test_a_broken_policy_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(UserError) as caught:
        read_policy(path)
    assert message in caught.value.message
    assert "\n" not in caught.value.message


def test_a_policy_cannot_block_what_does_not_exist(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text("schema: fwaudit.policy/1\nscan: {block: [SEEDS]}", "utf-8")
    with pytest.raises(UserError, match='no rule "SEEDS"'):
        check_rules(read_policy(path), path, {rule.code: rule.name for rule in RULES})
