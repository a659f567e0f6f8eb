"""Fixes as transformations of a call: what is not touched stays as written."""

import pytest

from fwaudit.auditor.file import File, sites
from fwaudit.auditor.rewrite import with_keyword, wrapped
from fwaudit.auditor.source import Source, parse
from fwaudit.auditor.versions import Versions


def edited(text: str, make) -> str | None:
    file = File(Source("a.py", text), parse(text), "a", Versions())
    (site,) = (site for site in sites(file, file.scouted.seen) if site.last == "load")
    fix = make(site)
    return fix.edits[0].text if fix is not None else None


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("t.load('a')", "t.load('a', weights_only=True)"),
        ("t.load('a', weights_only=False)", "t.load('a', weights_only=True)"),
        ("t.load('a', weights_only = 0)", "t.load('a', weights_only = True)"),
        ("t.load('a', b, )", "t.load('a', b, weights_only=True, )"),
        ("if x:\n  y = t.load()", "t.load(weights_only=True)"),
        ("def f():\n    t.load(\n        'a',  # why\n        b,\n    )",
         "t.load(\n        'a',  # why\n        b,\n        weights_only=True,\n    )"),
        ("t.load(*a)", None),
        ("t.load(**a)", None),
    ],
)  # fmt: skip
def test_keyword(text, result):
    assert edited(text, lambda s: with_keyword(s, "weights_only", "True", "", safe=True)) == result


def test_wrapped():
    text = "def f():\n    for x in o.load(\n        'a'\n    ):\n        pass\n"
    result = edited(text, lambda site: wrapped(site, "sorted", "", safe=True))
    assert result == "sorted(o.load(\n        'a'\n    ))"
