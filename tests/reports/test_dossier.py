"""The evidence model: states, answers, tree digests, evidence files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fwaudit.auditor.dossier.binding import content_digest, sealed
from fwaudit.auditor.dossier.card import Card
from fwaudit.auditor.dossier.dossier import Dossier, build
from fwaudit.auditor.dossier.exhibit import Unusable, read_exhibit
from fwaudit.auditor.dossier.fact import State
from fwaudit.auditor.dossier.present import exhibit_of, fitted
from fwaudit.auditor.dossier.tree import tree_digest

from .conftest import scan_document, verify_document

MakeDossier = Callable[..., Dossier]


def test_what_was_not_run_says_so(make_dossier: MakeDossier) -> None:
    dossier = make_dossier()
    for id in ("verified", "divergence", "device", "variations", "recorded", "vulnerabilities"):
        fact = dossier.fact(id)
        assert fact.state is State.NOT_FOUND
        assert fact.note.startswith("not run")
    assert dossier.answers[0].short == "Probably not"
    assert ("No program was rerun.", "fwaudit verify -- python train.py") in dossier.unchecked


def test_a_good_verification(make_dossier: MakeDossier) -> None:
    dossier = make_dossier("deterministic")
    short = ["Yes", "AMD EPYC (CPU)", "2 places in the code", "Mend 2 places"]
    assert [answer.short for answer in dossier.answers] == short
    assert dossier.fact("divergence").state is State.NOT_APPLICABLE
    assert dossier.fact("verified").state is State.EVIDENCE
    support = dossier.fact("verified").support[0]
    assert support.run == "python train.py"
    assert support.digest.startswith("sha256:")


def test_a_bad_verification_outweighs_a_good_one(make_dossier: MakeDossier) -> None:
    dossier = make_dossier("deterministic", "nondeterministic")
    repeated, _, way, to_do = dossier.answers
    assert repeated.short == "Not all of it"
    assert "4 runs of train.py differ, first at step 1" in repeated.long
    assert way.short == "NumPy's global stream is drawn from without a seed"
    assert way.long == "seen in the reruns at train.py:6; 1 more place in the code"
    assert to_do.long == "np.random.seed(seed) before the loader is built"
    assert to_do.command == "fwaudit verify -- python train.py"


def test_one_program_that_differs_is_a_no(make_dossier: MakeDossier) -> None:
    assert make_dossier("nondeterministic").answers[0].short == "No"


def test_reruns_of_one_program_say_nothing_of_the_others(
    release: Path,
) -> None:
    document = scan_document(release)
    row = document["entry_points"][0]
    document["entry_points"].append({**row, "path": "finetune.py", "name": "finetune.py"})
    verified = exhibit_of(verify_document(release), "v", "verify")
    dossier = build(release, exhibit_of(document, "s", "scan"), [verified])
    assert dossier.answers[0].short == "Yes, as far as rerun"
    assert dossier.answers[0].long.endswith("; 1 other program was not rerun")


def test_what_to_do_when_runs_are_equal_and_nothing_is_found(
    make_dossier: MakeDossier, release: Path
) -> None:
    dossier = make_dossier("deterministic", findings=[])
    assert dossier.answers[3].short == "Nothing more here"
    assert dossier.answers[3].command == "fwaudit gate"
    unvaried = verify_document(release, variations=[])
    scan = exhibit_of(scan_document(release, findings=[]), "s", "scan")
    dossier = build(release, scan, [exhibit_of(unvaried, "v", "verify")])
    assert dossier.answers[3].command == "fwaudit verify --vary all -- python train.py"


def test_an_inconclusive_rerun_is_no_answer(make_dossier: MakeDossier) -> None:
    dossier = make_dossier("inconclusive")
    assert dossier.answers[0].short == "Not known"
    assert dossier.answers[3].short == "Rerun it"


def test_states_of_a_small_release(make_dossier: MakeDossier) -> None:
    dossier = make_dossier("deterministic")
    expected = {
        "licence": State.DECLARED,
        "intended-use": State.DECLARED,
        "limitations": State.NOT_FOUND,  # the section holds a placeholder only
        "datasets": State.DECLARED,
        "weights": State.EVIDENCE,
        "dependencies": State.EVIDENCE,
        "citation": State.DECLARED,
        "commands": State.DECLARED,
        "streams": State.DERIVED,
        "broader-impact": State.HUMAN_NEEDED,
        "frameworks": State.DECLARED,
    }
    assert {id: dossier.fact(id).state for id in expected} == expected
    filled, applicable = dossier.filled()
    assert 0 < filled < applicable < len(dossier.facts)


def test_every_support_exists(make_dossier: MakeDossier, release: Path) -> None:
    for fact in make_dossier("nondeterministic").facts:
        assert not (fact.is_filled and fact.state is not State.DERIVED and not fact.support), fact
        for support in fact.support:
            if support.place is not None:
                lines = (release / support.place.path).read_bytes().count(b"\n") + 1
                assert 1 <= support.place.line <= lines, fact


def test_tree_digest_depends_on_names_and_content_only(release: Path, tmp_path: Path) -> None:
    before = tree_digest([release])
    (release / ".fwaudit").mkdir()
    (release / ".fwaudit" / "scan.json").write_text("{}")
    (release / "result.json").write_text(json.dumps(scan_document(release)))
    (release / "report.html").write_text("<!doctype html>\n<!-- fwaudit.report/1 -->\n")
    (release / "out.sarif").write_text("{}")
    (release / "model.safetensors").write_bytes(b"other weights")
    assert tree_digest([release]) == before
    release.rename(tmp_path / "moved")
    assert tree_digest([tmp_path / "moved"]) == before
    (tmp_path / "moved" / "train.py").rename(tmp_path / "moved" / "trains.py")
    assert tree_digest([tmp_path / "moved"]) != before


@pytest.mark.parametrize(
    "name", ["evil.py", "scan.json.py", "config.yaml", "conf.json", "notebook.ipynb"]
)
def test_nothing_that_runs_hides_from_the_digest(release: Path, name: str) -> None:
    before = tree_digest([release])
    head = '{"schema": "fwaudit.scan/1"}' if name != "conf.json" else '{"lr": 1}'
    (release / name).write_text(head)
    assert tree_digest([release]) != before


def test_sealed_content_shows_edits(release: Path) -> None:
    document = verify_document(release)
    assert document["provenance"]["content"] == content_digest(document)
    assert content_digest({**document, "verdict": "x"}) != content_digest(document)
    again = sealed({"a": 1}, {"tree": "t"})
    assert sealed({"a": 1}, {"tree": "t"}) == again


def test_an_edited_file_is_no_evidence(release: Path, tmp_path: Path) -> None:
    path = tmp_path / "verify.json"
    path.write_text(json.dumps({**verify_document(release), "level": "op"}))
    with pytest.raises(Unusable, match="edited"):
        read_exhibit(path, "verify")


def test_a_scan_from_the_folder_above_fits(release: Path) -> None:
    document = scan_document(release)
    for finding in document["findings"]:
        finding["path"] = f"release/{finding['path']}"
    document["provenance"]["folder"] = "release"
    exhibit = fitted(exhibit_of({**document, "provenance": document["provenance"]}, "s", "scan"))
    assert {f["path"] for f in exhibit.document["findings"]} == {"train.py"}
    assert build(release, exhibit).obstacles[0]["path"] == "train.py"


def test_a_card_reads_sections_and_metadata() -> None:
    text = "---\nlicense: mit\nx: [a, b]\n---\n# T\n## Uses\n\n[More Information Needed]\n### Direct\nyes\n"
    card = Card("README.md", text)
    assert card.metadata["license"] == "mit"
    assert card.key_place("license").line == 2
    found = card.section("uses")
    assert found is not None
    assert (found.title, found.line) == ("Direct", 9)


@pytest.mark.parametrize(
    "text", ["---\na: &a [*a]\n---\n", "---\n: [\n---\n", "---\n- 1\n---\n", "---"]
)
def test_a_broken_front_matter_is_empty(text: str) -> None:
    assert Card("README.md", text).metadata.get("license") is None
