"""Who made it, how to reach them, how to cite it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..place import Place
from ..regex import regex
from .fact import Fact, State, Support
from .repository import Repository
from .view import Teller, View

_COPYRIGHT = regex(r"copyright\s*(?:\(c\)|©)?\s*\d{4}[-–, \d]*\s*(\S.{1,80})", re.I)
_PEOPLE = Teller("People and history")


def people(view: View) -> Iterator[Fact]:
    """Yield who made it, how to reach them, how to cite it."""
    repository = view.repository
    yield _developers(view)
    paths = repository.matching("citation.cff", most=1)
    bib = [
        Support(Place(card.path, found[0]), note=found[1][0][:80])
        for card in repository.cards
        if (found := card.find(r"@(?:article|inproceedings|misc|software|techreport)\s*\{[^,]*"))
    ]
    support = (*repository.support(*paths), *bib)
    state = State.DECLARED if support else State.NOT_FOUND
    yield _PEOPLE.fact(
        "citation", "Citation", state, "given" if support else "", support,
        "" if support else "add CITATION.cff",
    )  # fmt: skip
    yield _contact(view)
    changes = repository.matching("changelog*", "changes*", "history.md", "release*notes*", most=2)
    yield _PEOPLE.evidence(
        "changes", "History of changes", ", ".join(changes), repository.support(*changes),
        "no change log",
    )  # fmt: skip
    paper = [
        Support(Place(card.path, found[0]), note=found[1][0][:100])
        for card in repository.cards
        if (
            found := card.find(
                r"https?://(?:www\.)?(?:arxiv\.org|doi\.org|openreview\.net)/[^\s)\]]+"
            )
        )
    ]
    state = State.DECLARED if paper else State.NOT_FOUND
    yield _PEOPLE.fact("paper", "Paper", state, paper[0].note if paper else "", tuple(paper[:3]))


def _developers(view: View) -> Fact:
    title = "Developers"
    found = [*_packaging(view.repository), *_copyright(view.repository)]
    if found:
        return _PEOPLE.fact("developers", title, State.DECLARED, found[0].note, tuple(found[:2]))
    words = r"authors?|developers?|maintainers?|credits"
    return next(_PEOPLE.from_card(view, "developers", title, "", words))


def _copyright(repository: Repository) -> Iterator[Support]:
    """Yield the line of the licence that says whose work it is."""
    for path in repository.matching("licen[sc]e*", "copying*", "readme.md", most=4):
        if path.count("/") > 1:
            continue
        for number, line in enumerate(repository.text(path).split("\n")[:400], 1):
            match = re.search(
                r"copyright\s*(?:\(c\)|©)?\s*(?:\d{4}[-–, \d]*)\s*(.{2,80})", line, re.I
            )
            if match is not None:
                yield Support(Place(path, number), note=match[1].strip())
                return


def _contact(view: View) -> Fact:
    for card in view.repository.cards:
        found = card.find(
            r"[\w.+-]+(?:@|\s*\[at\]\s*)[\w-]+\.[\w.-]+|open an issue|issues? page|contact us"
        )
        if found is not None:
            support = (Support(Place(card.path, found[0])),)
            return _PEOPLE.fact("contact", "Contact", State.DECLARED, "in the README", support)
    paths = view.repository.matching("security.md", "contributing.md", "code_of_conduct.md", most=2)
    return _PEOPLE.evidence(
        "contact",
        "Contact",
        ", ".join(paths),
        view.repository.support(*paths),
        "say how to reach you",
    )


def _packaging(repository: Repository) -> Iterator[Support]:
    """Yield the author that packaging or citation metadata names."""
    for path in repository.matching("pyproject.toml", "setup.py", "setup.cfg", most=3):
        is_python = repository.states[path].is_python
        text = repository.source(path).text if is_python else repository.text(path)
        lines = text.split("\n")
        for number, line in enumerate(lines, 1):
            if not re.match(r"\s*authors?\s*=", line):
                continue
            rest = " ".join([line.partition("=")[2], *lines[number : number + 2]])
            match = re.search(r"name\s*=\s*[\"']([^\"']+)|[\"']([^\"'<]+)", rest)
            value = (match[1] or match[2]).strip() if match else line.partition("=")[2].strip()
            if value:
                yield Support(Place(path, number), note=value[:120])
                return
