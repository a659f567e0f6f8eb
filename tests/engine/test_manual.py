"""The manual pages are those of the rules as they are."""

from pathlib import Path

import pytest

from fwaudit.auditor.manual import index_page, manual_page
from fwaudit.checks import RULES

PAGES = Path(__file__).resolve().parents[2] / "docs" / "rules"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_page_is_not_stale(rule):
    page = PAGES / f"{rule.name}.md"
    assert page.exists() and page.read_text("utf-8") == manual_page(rule), "run: make docs"


def test_index_is_not_stale_and_no_page_is_left_over():
    assert (PAGES / "README.md").read_text("utf-8") == index_page(RULES), "run: make docs"
    assert {page.stem for page in PAGES.glob("*.md")} == {rule.name for rule in RULES} | {"README"}
