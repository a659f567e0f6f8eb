"""Expressions that are compiled late are right all the same."""

import pkgutil
import re
from importlib import import_module

import fwaudit.auditor
import fwaudit.checks
from fwaudit.auditor.regex import _Regex, regex


def test_every_expression_of_every_module_compiles() -> None:
    compiled = 0
    for package in (fwaudit.auditor, fwaudit.checks):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".tracer" in found.name:
                continue
            for value in vars(import_module(found.name)).values():
                if isinstance(value, _Regex):
                    assert value.pattern
                    compiled += 1
    assert compiled > 100


def test_it_works_like_a_compiled_one() -> None:
    word = regex(r"(\w+)!", re.I)
    assert word.findall("Oh! ah!") == ["Oh", "ah"]
    assert word.sub(r"\1.", "Oh!") == "Oh."
    assert regex(rb"\d").search(b"a1") is not None
