"""The deliberately bad repository: every family of rules finds something in it."""

import re
from pathlib import Path

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks import RULES

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples" / "leaky-release"
#: Vulnerabilities are looked up only when asked for.
FAMILIES = "DATA DET DOC FAIR HUM KEY LIC META NUM ORDER PII PIN SAFE SEED USE".split()


def _found(current: Path) -> list:
    options = ScanOptions((FOLDER,), RULES, Config(), current=current, jobs=1)
    return scan(options).findings


@pytest.mark.parametrize("family", FAMILIES)
def test_family_is_found(family: str) -> None:
    codes = {finding.code for finding in _found(FOLDER)}
    assert any(re.fullmatch(rf"{family}\d+", code) for code in codes), sorted(codes)


def test_it_is_the_same_project_from_the_repository_s_root() -> None:
    from_inside = {(f.code, f.place.line) for f in _found(FOLDER)}
    from_above = {(f.code, f.place.line) for f in _found(ROOT)}
    assert from_inside == from_above


def test_words_that_no_finding_may_say() -> None:
    for finding in _found(FOLDER):
        said = f"{finding.message} {finding.help}".lower()
        assert not re.search(r"\b(?:non-)?compliant|\bprohibited\b|\bviolat", said), said
