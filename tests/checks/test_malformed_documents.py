"""Cards, licences, citations and Croissant files that are broken: one line at most, no traceback."""

import time
from pathlib import Path

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.discover import FileState
from fwaudit.auditor.document import Document
from fwaudit.auditor.documents.cards import read_card
from fwaudit.auditor.documents.citation import citation_faults
from fwaudit.auditor.documents.croissant import read_croissant
from fwaudit.auditor.documents.licence_text import recognise
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks import RULES

MIT = (
    "Permission is hereby granted, free of charge, to any person obtaining a copy of this "
    "software. The above copyright notice and this permission notice shall be included."
)


def _document(folder: Path, name: str, data: bytes) -> Document:
    path = folder / name
    path.write_bytes(data)
    return Document(FileState(name, str(path), len(data), 0))


@pytest.mark.parametrize(
    "front",
    [
        "license: [mit",
        "license: mit\n  bad: - indent",
        "a: &x [*x]",
        "a: &x {b: *x}",
        "? [complex, key]\n: value",
        "\t- tab",
        "- a list\n- no table",
        "just a text",
        "a: " + "[" * 2000,
        "license: !!python/object/apply:os.system ['true']",
    ],
    ids=range(10),
)
def test_front_matter_that_is_broken(front: str, tmp_path: Path) -> None:
    card = read_card(_document(tmp_path, "README.md", f"---\n{front}\n---\n# T\n".encode()))
    assert card is not None
    assert card.values("license") in ([], ["True"], card.values("license"))
    scan(ScanOptions((tmp_path,), RULES, Config(), current=tmp_path, jobs=1))


def test_recursive_front_matter_has_a_problem(tmp_path: Path) -> None:
    card = read_card(_document(tmp_path, "README.md", b"---\na: &x [*x]\n---\n"))
    assert card is not None
    assert card.problem is not None
    assert "\n" not in card.problem


def test_the_last_of_duplicate_keys_counts(tmp_path: Path) -> None:
    text = b"---\nlicense: mit\nlicense: apache-2.0\n---\n"
    card = read_card(_document(tmp_path, "README.md", text))
    assert card is not None
    assert card.value("license") == "apache-2.0"
    assert card.place(card.metadata["license"]).line == 3


def test_twenty_megabytes_of_readme(tmp_path: Path) -> None:
    body = (
        b"---\nlicense: mit\nlibrary_name: timm\n---\n" + b"# Heading\nword word word\n" * 800_000
    )
    assert len(body) > 20_000_000
    started = time.process_time()
    card = read_card(_document(tmp_path, "README.md", body))
    assert card is not None
    assert card.value("license") == "mit"
    assert len(card.text) == 2_000_000
    assert time.process_time() - started < 60, "quadratic in the number of headings"


def test_front_matter_without_an_end_is_text(tmp_path: Path) -> None:
    card = read_card(_document(tmp_path, "README.md", b"---\nlicense: mit\n# T\n"))
    assert card is not None
    assert not card.has_metadata


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-8-sig"])
def test_licences_in_other_encodings(encoding: str, tmp_path: Path) -> None:
    data = f"© 2026 Çelik\n{MIT}".encode(encoding)
    assert recognise(_document(tmp_path, "LICENSE", data).text) == ("mit",)


def test_a_licence_that_is_only_named_is_not_recognised() -> None:
    assert recognise("Released under the MIT License, see below.") == ()


@pytest.mark.parametrize(
    "text", ["", "- a", "a: &x [*x]", "authors: [[[", "cff-version: 1.2.0\nauthors: Nora Ibsen\n"]
)
def test_citations_that_are_broken_are_told(text: str, tmp_path: Path) -> None:
    faults = list(citation_faults(_document(tmp_path, "CITATION.cff", text.encode())))
    assert faults
    assert all("\n" not in fault and line >= 1 for line, fault in faults)


@pytest.mark.parametrize(
    "text",
    [
        '{"croissant": ',
        "[" * 100_000 + "croissant",
        '{"@context": 3, "@type": "Dataset"}',
        '"croissant"',
    ],
    ids=range(4),
)
def test_croissants_that_are_broken_are_none(text: str, tmp_path: Path) -> None:
    assert read_croissant(_document(tmp_path, "croissant.json", text.encode())) is None


def test_misplaced_terms_are_seen_through_the_context(tmp_path: Path) -> None:
    text = (
        '{"@context": {"cr": "http://mlcommons.org/croissant/", "dataBiases": "cr:dataBiases",'
        ' "rai": "http://mlcommons.org/croissant/RAI/", "@vocab": "https://schema.org/"},'
        ' "@type": "Dataset", "dataBiases": "none", "rai:dataUseCases": "training"}'
    )
    croissant = read_croissant(_document(tmp_path, "croissant.json", text.encode()))
    assert croissant is not None
    assert not croissant.has_rai("dataBiases")
    assert croissant.has_rai("dataUseCases")
