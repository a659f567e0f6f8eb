"""Formats of the dossier for people: hostile text, cards, checklists, templates of one's own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fwaudit.auditor.dossier.dossier import Dossier, build
from fwaudit.auditor.dossier.present import exhibit_of
from fwaudit.auditor.errors import UserError
from fwaudit.reports.dossier import REPORT_FORMATS, ReportOptions, render_report
from fwaudit.reports.dossier.card_rules import card_problems
from fwaudit.reports.dossier.model_card import merge
from fwaudit.reports.dossier.proposals import proposals, standards

from .conftest import CARD, HOSTILE_MESSAGE, scan_document, verify_document

MakeDossier = Callable[..., Dossier]
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
BIG = "x" * 2_000_000


@pytest.fixture
def hostile_dossier(release: Path) -> Dossier:
    """A release whose names, card, licence and evidence try to act on their reader."""
    message = HOSTILE_MESSAGE.replace("\n", " ")
    quoted = json.dumps(message)
    (release / "README.md").write_text(
        f"---\nlicense: {quoted}\npipeline_tag: {quoted}\ndatasets:\n- {quoted}\n"
        f"base_model: {quoted}\n---\n# {message}\n\n## Limitations\n\n{message}\n{BIG}\n"
        f"## Uses {message}\n\npython {message}/train.py\n",
        "utf-8",
        "surrogateescape",
    )
    (release / "Dockerfile<script>alert(1)</script>".replace("/", "_")).write_text("FROM x\n")
    scan = scan_document(release)
    scan["findings"][0] |= {"message": message + BIG, "help": BIG, "path": f"a{message}.py"}
    scan["entry_points"][0]["streams"][0]["why"] = message
    verified = verify_document(release, "nondeterministic", command=["python", message, BIG])
    verified["first_divergence"] |= {
        "op": message, "tensor": message, "remedy": message, "evidence": [message, BIG],
        "path": message,
    }  # fmt: skip
    verified["variations"][0]["name"] = message
    verified["environment"]["torch"] = message
    return build(
        release,
        exhibit_of(scan, f"{message}.json", "scan"),
        [exhibit_of(verified, "v.json", "verify")],
        name=message,
    )


@pytest.mark.parametrize("latex", [False, True])
@pytest.mark.parametrize("format", REPORT_FORMATS)
def test_hostile_text_is_harmless(format: str, latex: bool, hostile_dossier: Dossier) -> None:
    text = render_report(format, hostile_dossier, ReportOptions(latex=latex))
    text.encode("utf-8")
    machine = format in {"json", "sarif", "cyclonedx", "spdx", "in-toto"}
    # The card is the person's own text and is kept; what we add to it is escaped.
    own = format == "model-card"
    if own:
        text = "".join(re.findall(r"<!-- fwaudit: begin .*?<!-- fwaudit: end", text, re.S))
    assert not RAW.search(text)
    assert len(text) < 600_000
    if machine:
        assert text.isascii()
        for line in text.splitlines() if format == "in-toto" else [text]:
            json.loads(line)
    else:
        # LaTeX knows no such tags.
        assert "<script>alert" not in text or text.startswith("%")
        assert "<img src=x" not in text or text.startswith("%")
        assert "@everyone" not in text or text.startswith("%") or format == "html"
    assert not any(line.startswith("::") for line in text.split("\n"))


def test_hostile_text_reaches_no_latex_command(hostile_dossier: Dossier) -> None:
    text = render_report("neurips", hostile_dossier, ReportOptions(latex=True))
    commands = set(re.findall(r"\\([a-zA-Z]+)", text))
    assert commands <= {
        "section", "begin", "end", "item", "bf", "answerYes", "answerNo", "answerNA", "answerTODO",
        "texttt", "textbackslash", "textasciicircum", "textasciitilde",
    }  # fmt: skip


def test_card_keeps_what_a_person_wrote(make_dossier: MakeDossier) -> None:
    merged = merge(CARD, make_dossier("deterministic"))
    kept = re.sub(
        r"\n*(?:## [^\n]*\n+)?<!-- fwaudit: begin (\S+) -->.*?<!-- fwaudit: end \1 -->\n*",
        "",
        merged,
        flags=re.S,
    )
    for line in CARD.splitlines():
        assert line in merged
    positions = [merged.index(line) for line in CARD.splitlines() if line.startswith(("##", "lic"))]
    assert positions == sorted(positions)
    assert "## Limitations" in kept or "## Limitations" in merged
    assert "[More Information Needed]" in merged


def test_merging_again_changes_nothing(make_dossier: MakeDossier, release: Path) -> None:
    first = merge(CARD, make_dossier("deterministic"))
    assert merge(first, make_dossier("deterministic")) == first
    # Our own text is no declaration: a dossier of the merged card says the same.
    (release / "README.md").write_text(first, "utf-8")
    states = {f.id: f.state for f in make_dossier("deterministic").facts}
    (release / "README.md").write_text(CARD, "utf-8")
    assert states == {f.id: f.state for f in make_dossier("deterministic").facts}


def test_a_card_is_made_where_there_is_none(make_dossier: MakeDossier) -> None:
    card = merge("", make_dossier())
    assert card.startswith("---\nlicense: mit\nbase_model: microsoft/resnet-18\n")
    assert card_problems(card) == []
    assert "## Reproducibility" in card


def test_metadata_is_never_replaced(make_dossier: MakeDossier) -> None:
    card = merge("---\nlicense: other\nlicense_name: mine\n---\n# x\n", make_dossier())
    assert card.startswith("---\nlicense: other\nlicense_name: mine\nbase_model:")


@pytest.mark.parametrize(
    ("front", "problem"),
    [
        ("license: {name: mit}", "`license` must be text or a list"),
        ("license: MIT", "not 'MIT'"),
        ("license: other", "needs `license_name`"),
        ("license: other\nlicense_name: a\nlicense_link: my terms", "`license_link` is"),
        ("license: mit\nlicense: mit", "`license` is given twice"),
        ("language: English", "an ISO 639 code, not 'English'"),
        ("tags: vision", "`tags` must be a list"),
        ("datasets: [https://example.org/data]", "`datasets` holds a name on the Hub"),
        ("base_model: ./weights", "`base_model` holds a name on the Hub"),
        ("co2_eq_emissions: {source: code carbon}", "`co2_eq_emissions` needs a number"),
        (
            "model-index: [{name: x, results: [{task: {type: t}, dataset: {type: d, name: d},"
            " metrics: [{type: acc, value: 1}], source: {name: s}}]}]",
            "a source needs a url",
        ),
        ("base_model_relation: copy", "`base_model_relation` is one of"),
        ("model-index: {}", "`model-index` must be a list"),
        ("model-index: [{name: x, results: [{task: {type: t}}]}]", "needs dataset.type"),
        ("a: [", "not a YAML mapping"),
    ],
)
def test_card_rules(front: str, problem: str) -> None:
    found = card_problems(
        f"---\n{front}\nx: 1\n---\n" if front[-1] != "[" else f"---\n{front}\n---\n"
    )
    assert any(problem in line for line in found), found


def test_a_full_front_matter_is_in_order() -> None:
    front = """
language: [en, zh-Hant, code]
license: other
license_name: coqui-public-model-license
license_link: https://coqui.ai/cpml
library_name: keras
tags: [audio]
datasets: [stanfordnlp/imdb, squad]
buckets: [org/bucket]
metrics: [wer]
base_model: [a/b, c/d.e-1]
base_model_relation: merge
new_version: a/b2
co2_eq_emissions: {emissions: 12.5, source: mlco2}
model-index:
- name: m
  results:
  - task: {type: text-generation}
    dataset: {type: ai2_arc, name: ARC}
    metrics: [{type: acc, value: 64.6}]
    source: {url: https://example.org}
"""
    assert card_problems(f"---{front}---\n# M\n") == []


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_merging_only_inserts_lines(make_dossier: MakeDossier, ending: str) -> None:
    card = CARD.replace("\n", ending)
    merged = merge(card, make_dossier("deterministic"))
    left = iter(merged.split(ending))
    assert all(line in left for line in card.rstrip().split(ending)), "a line is gone or moved"
    assert ending == "\n" or "\n" not in merged.replace(ending, "")


def test_all_items_of_each_checklist(make_dossier: MakeDossier) -> None:
    dossier = make_dossier("deterministic")
    counts = {"neurips": 16, "ml-reproducibility": 21, "code-completeness": 5, "annex-iv": 9}
    assert {name: len(proposals(name, dossier)) for name in standards()} == counts
    by_number = {p.number: p for p in proposals("neurips", dossier)}
    assert [n for n, p in by_number.items() if p.answer == "TODO"] == "1 2 3 7 9 10 14 15".split()
    assert by_number["6"].answer == "No"  # the split is not visible
    assert by_number["11"].answer == by_number["16"].answer == "NA"
    assert by_number["12"].answer == "No"
    assert "uoft-cs/cifar10" in by_number["12"].reason


def test_annex_iv_says_that_it_is_a_draft(make_dossier: MakeDossier) -> None:
    text = render_report("annex-iv", make_dossier(), ReportOptions())
    assert "Draft for a person to finish" in text.split("\n##")[0]
    assert "compliant" not in text


def test_a_template_of_ones_own(make_dossier: MakeDossier, tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "report.md.j2").write_text("{{ name | md }}: {{ filled }}")
    dossier = make_dossier()
    text = render_report("markdown", dossier, ReportOptions(templates=folder))
    assert text == f"small-classifier: {dossier.filled()[0]}"
    (folder / "report.md.j2").write_text("{{ name.__class__.__mro__ }}")
    with pytest.raises(UserError, match=r"template report\.md\.j2: .*unsafe"):
        render_report("markdown", dossier, ReportOptions(templates=folder))


def test_a_template_of_the_repository_is_not_used(
    make_dossier: MakeDossier, release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (release, release / "templates"):
        folder.mkdir(exist_ok=True)
        for name in ("report.md.j2", "report.html.j2", "base.html.j2"):
            (folder / name).write_text("taken over")
    monkeypatch.chdir(release)
    for format in ("markdown", "html"):
        assert "taken over" not in render_report(format, make_dossier(), ReportOptions())
