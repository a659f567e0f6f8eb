"""Every example of every rule: exactly the marked lines are reported."""

from pathlib import Path

import pytest

from fwaudit.auditor.audit import AuditRequest
from fwaudit.auditor.config import Config
from fwaudit.auditor.fixes import plan_fixes, write_fixes
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks import RULES

CASES = [
    pytest.param(rule, example, id=f"{rule.code}-{kind}-{number}")
    for rule in RULES
    for kind, examples in (("bad", rule.bad), ("good", rule.good))
    for number, example in enumerate(examples)
]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_example(rule, example, tmp_path: Path, tmp_path_factory) -> None:
    example.write(tmp_path)
    # Medium and low confidence are shown as well: an example is about the rule, not its ranking.
    config = Config(pedantic=True, profile=example.profile)
    audit = None
    if example.advisories:
        audit = AuditRequest(advisories=tmp_path_factory.mktemp("advisories"))
        for name, text in example.advisories:
            (audit.advisories / name).write_text(text, "utf-8")
    result = scan(ScanOptions((tmp_path,), RULES, config, current=tmp_path, jobs=1, audit=audit))
    found = {
        (f.place.path, f.place.cell, f.place.line) for f in result.findings if f.code == rule.code
    }
    assert found == example.expected()


FIXED = [
    pytest.param(rule, example, id=f"{rule.code}-{number}")
    for rule in RULES
    for number, example in enumerate(rule.bad)
    if example.fixed is not None
]


@pytest.mark.parametrize(("rule", "example"), FIXED)
def test_fix(rule, example, tmp_path: Path) -> None:
    example.write(tmp_path)
    config = Config(pedantic=True, profile=example.profile)
    options = ScanOptions((tmp_path,), RULES, config, current=tmp_path, jobs=1)
    own = [finding for finding in scan(options).findings if finding.code == rule.code]
    write_fixes(tmp_path, plan_fixes(tmp_path, own, unsafe=True))
    assert (tmp_path / example.path).read_text("utf-8") == example.fixed
    left = [finding for finding in scan(options).findings if finding.code == rule.code]
    assert not left, "a fix that leaves the finding"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_rule_has_what_its_manual_needs(rule) -> None:
    assert len(rule.bad) >= 2, "at least two bad examples, one through an alias"
    assert len(rule.good) >= 2, "at least two good examples: the nearest innocent neighbours"
    assert all(example.expected() for example in rule.bad)
    assert not any(example.expected() for example in rule.good)
    manual = rule.manual()
    assert "## What it does" in manual
    assert "## Why is this bad?" in manual
    assert rule.summary().endswith(".")


def test_codes_and_names_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)
