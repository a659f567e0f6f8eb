"""A rule that raises costs its own findings and nobody else's, and the scan says so."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.document import Document
from fwaudit.auditor.file import Site
from fwaudit.auditor.finding import Finding
from fwaudit.auditor.project import Project
from fwaudit.auditor.rule import DocumentRule, ProjectRule, RuleClass, SiteRule
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks.meta import UnreadableFile
from fwaudit.checks.seeds.generators import UnseededGenerator
from fwaudit.reports.summary import remarks


class _Site(SiteRule):
    """Raises at a call."""

    code, name, calls = "TEST001", "test-site", frozenset({"numpy.random.default_rng"})

    def check(self, site: Site) -> Iterator[Finding]:
        raise AttributeError("no such thing\nsecond line")


class _Document(DocumentRule):
    """Raises at a document."""

    code, name, patterns = "TEST002", "test-document", ("*.toml",)

    def check(self, document: Document, project: Project) -> Iterator[Finding]:
        raise KeyError("x")


class _Project(ProjectRule):
    """Raises at a project."""

    code, name = "TEST003", "test-project"

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        raise RecursionError("too deep")


@pytest.mark.parametrize(
    ("rule", "place", "said"),
    [
        (_Site, "train.py:2", "TEST001 could not finish, by a fault of fwaudit (AttributeError: "),
        (_Document, "pyproject.toml:1", "TEST002 could not finish, by a fault of fwaudit (KeyErr"),
        (_Project, ".:1", "TEST003 could not finish, by a fault of fwaudit (RecursionError: too"),
    ],
)
def test_a_rule_that_raises(
    rule: RuleClass, place: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FWAUDIT_DEBUG")
    (tmp_path / "train.py").write_text("import numpy as np\nrng = np.random.default_rng()\n")
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'a'\nversion = '0'\n")
    rules = (rule, UnseededGenerator, UnreadableFile)
    result = scan(ScanOptions((tmp_path,), rules, Config(), current=tmp_path, jobs=1))
    assert {finding.code for finding in result.findings} == {"SEED007", "META003"}
    (told,) = (finding for finding in result.findings if finding.code == "META003")
    assert str(told.place) == place
    assert told.message.startswith(said)
    assert "\n" not in told.message
    assert result.is_incomplete
    assert result.unread == []
    assert "The scan is incomplete by a fault of fwaudit (META003)." in remarks(result)
