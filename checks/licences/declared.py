"""What licences a project declares, and where."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...auditor.discover import FileState
from ...auditor.document import Document
from ...auditor.documents.cards import Card
from ...auditor.documents.citation import citation_faults
from ...auditor.documents.licence_text import recognise
from ...auditor.documents.structured import Unreadable, read_table, table, text
from ...auditor.documents.text_search import Finder
from ...auditor.entrypoints import is_test_path
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.regex import regex
from ..cards.reading import project_cards
from ..data.tables import Licence, licence_of, section_titles
from ..per_project import below_top, per_project, top

LICENCE_FILE = regex(r"^(?:un)?(?:licen[cs]e|copying)(?:[-_.][\w.-]*)?$", re.I)
_OF_OTHERS = regex(r"third|notice|header|template|3rd|bundled|dependenc|data|model|weight", re.I)


@dataclass(frozen=True, slots=True)
class Declaration:
    """One place that names a licence.

    `kind`: `file`, `package`, `classifier`, `card`, `citation`, `readme`.
    """

    kind: str
    place: Place
    text: str
    licences: tuple[Licence, ...]

    @property
    def licence(self) -> Licence | None:
        """The licence, when the declaration names exactly one that is known."""
        return self.licences[0] if len(self.licences) == 1 else None

    @property
    def label(self) -> str:
        """How to name it in a message."""
        names = {"file": "the licence file", "package": "the package metadata"}
        return names.get(self.kind, f"the {self.kind}")


@per_project
def declarations(project: Project) -> tuple[Declaration, ...]:
    """Return what the licence file, the package, the cards and the citation declare."""
    found: list[Declaration] = []
    for path, document in project.documents.items():
        name = below_top(project, path)
        if is_licence_file(name):
            found.append(licence_file(document))
        elif name == "pyproject.toml":
            found += [*_pyproject(document), *_classifier(document.lines, document.place)]
        elif name == "setup.cfg":
            found += _pattern(document, r"^license\s*=\s*(.+)$")
            found += _classifier(document.lines, document.place)
        elif name == "CITATION.cff" and not _broken(document):
            found += _pattern(document, r"^license\s*:\s*[\"']?([\w.+-]+)[\"']?\s*$", "citation")
    for state in project.discovery.files:
        if below_top(project, state.path) == "setup.py":
            found += _setup(project, state)
    found += _readme(project)
    for card in project_cards(project).hub:
        value = card.metadata.get("license")
        names = card.values("license")
        if not names:
            said = template_licence(card)
            found += [said] if said is not None else []
            continue
        known = [licence for name in names if (licence := card_licence(card.metadata, name))]
        place = card.place(value if isinstance(value, str) else None, "license")
        complete = tuple(known) if len(known) == len(names) else ()
        found.append(Declaration("card", place, ", ".join(names), complete))
    return tuple(found)


#: The line of the hub's template in which a card without a `license` entry names one.
_TEMPLATE_LINE = regex(
    r"^[-*]\s+\*\*Licen[cs]e(?:\s*\[optional\])?:\*\*[ \t]*([\w.+ -]{2,40}?)[ \t]*$", re.M
)


def template_licence(card: Card) -> Declaration | None:
    """Return what the licence line of the template says, when it names licences that are known."""
    match = _TEMPLATE_LINE.search(card.text)
    licences = _expression(match[1]) if match is not None else ()
    if match is None or not licences:
        return None
    line = card.text.count("\n", 0, match.start()) + 1
    return Declaration("card", card.document.place(line), match[1], licences)


_IN_README = {
    "mit": regex(r"\bMIT\b"),
    "apache-2.0": regex(r"\bApache(?: License)?,?(?: Version)?[ -]2(?:\.0)?\b", re.I),
    "bsd-3-clause": regex(r"\bBSD 3-Clause\b", re.I),
    "gpl-3.0": regex(r"\bGPL[- ]?v?3\b", re.I),
}


def _readme(project: Project) -> Iterator[Declaration]:
    """Yield what the licence section of the root's README names, when that is one licence."""
    readme = project_cards(project).readme
    section = readme.section(section_titles("licence")) if readme is not None else None
    if readme is None or section is None or readme.has_metadata:
        return
    named = [name for name, pattern in _IN_README.items() if pattern.search(section.text)]
    licence = licence_of(named[0]) if len(named) == 1 else None
    if licence is not None:
        place = readme.document.place(section.line)
        yield Declaration("readme", place, licence.id, (licence,))


def nested_licences(project: Project) -> Iterator[Declaration]:
    """Yield the licence files of folders that hold code, tests and documentation left out."""
    for path, document in project.documents.items():
        name = path.rpartition("/")[2]
        inner = below_top(project, path)
        small = document.state.size < 200_000 and not is_test_path(path)
        if "/" in inner and small and LICENCE_FILE.match(name) and not is_licence_file(inner):
            yield licence_file(document)


def card_licence(metadata: Any, name: str) -> Licence | None:
    """Return the licence that a card means: `other` is looked up by its `license_name`."""
    if name.lower() == "other":
        own = metadata.get("license_name")
        return licence_of(own) if isinstance(own, str) else None
    return licence_of(name)


def is_licence_file(path: str) -> bool:
    """Whether a path is the licence file of the root, not one of parts, data or weights."""
    folder, _, name = path.rpartition("/")
    if folder.upper() == "LICENSES":
        return True
    return not folder and bool(LICENCE_FILE.match(name)) and not _OF_OTHERS.search(name)


def licence_file(document: Document) -> Declaration:
    """Read a licence file."""
    ids = recognise(document.text)
    known = tuple(licence for name in ids if (licence := licence_of(name)))
    return Declaration("file", document.place(1), ", ".join(ids) or "not recognised", known)


def has_licence_above(project: Project) -> bool:
    """Whether a licence file stands in the root, or above it up to the repository's top."""
    folders = [project.root / top(project)]
    while not (folders[-1] / ".git").exists() and folders[-1].parent != folders[-1]:
        folders.append(folders[-1].parent)
    if not (folders[-1] / ".git").exists():
        folders = folders[:1]
    return any(_holds_licence(folder) for folder in folders)


def _holds_licence(folder: Path) -> bool:
    try:
        names = [entry.name for entry in folder.iterdir()]
    except OSError:
        return False
    return any(LICENCE_FILE.match(name) or name.upper() == "LICENSES" for name in names)


def _broken(document: Document) -> bool:
    return any("not YAML" in fault for _, fault in citation_faults(document))


def _pyproject(document: Document) -> Iterator[Declaration]:
    try:
        value = read_table(document)
    except Unreadable:
        return
    project = table(value.get("project"))
    entry = project.get("license") or table(table(value.get("tool")).get("poetry")).get("license")
    name = text(entry) or text(table(entry).get("text"))
    if name and "\n" not in name.strip():
        place = Finder(document).key("license")
        yield Declaration("package", place, name.strip(), _expression(name))


def _pattern(document: Document, pattern: str, kind: str = "package") -> Iterator[Declaration]:
    expression = re.compile(pattern)
    for number, line in enumerate(document.lines, 1):
        if (match := expression.match(line)) is not None:
            name = match[1].strip()
            if not name.startswith("file:"):
                yield Declaration(kind, document.place(number), name, _expression(name))
            return


_CLASSIFIER = regex(r"\bLicense :: (?:OSI Approved :: )?([^\"'\n#]+)")
#: Classifiers that mean one licence; the others, as `BSD License`, stand for several.
_CLASSIFIED = {
    "MIT License": "mit",
    "Apache Software License": "apache-2.0",
    "GNU General Public License v2 (GPLv2)": "gpl-2.0",
    "GNU General Public License v3 (GPLv3)": "gpl-3.0",
    "GNU General Public License v3 or later (GPLv3+)": "gpl-3.0",
    "GNU Affero General Public License v3": "agpl-3.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "mpl-2.0",
}


def _classifier(
    lines: Sequence[str], place: Callable[[int, int, int], Place]
) -> Iterator[Declaration]:
    """Yield the first licence classifier of packaging metadata."""
    for number, line in enumerate(lines, 1):
        match = _CLASSIFIER.search(line)
        if match is None or line.lstrip().startswith("#"):
            continue
        name = match[1].strip()
        known = licence_of(_CLASSIFIED.get(name, ""))
        at = place(number, match.start() + 1, match.end() + 1)
        yield Declaration("classifier", at, name, (known,) if known is not None else ())
        return


def _setup(project: Project, state: FileState) -> Iterator[Declaration]:
    file = project.file(state.path)
    if file is None:
        return
    path = state.path
    yield from _classifier(file.lines, lambda line, start, end: Place(path, line, start, line, end))
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and getattr(
            node.func, "id", getattr(node.func, "attr", "")
        ) == ("setup"):
            for keyword in node.keywords:
                if keyword.arg == "license" and isinstance(keyword.value, ast.Constant):
                    name = str(keyword.value.value)
                    if "\n" not in name:
                        place = file.place(keyword.value)
                        yield Declaration("package", place, name, _expression(name))


_LOOSE = {
    "apache": "apache-2.0",
    "apache 2.0": "apache-2.0",
    "apache 2": "apache-2.0",
    "apache2": "apache-2.0",
    "apache2.0": "apache-2.0",
    "apache license": "apache-2.0",
    "apache license 2.0": "apache-2.0",
    "apache 2.0 license": "apache-2.0",
    "apache license, version 2.0": "apache-2.0",
    "apache software license": "apache-2.0",
    "apache software license 2.0": "apache-2.0",
    "mit license": "mit",
    "the mit license": "mit",
    "mit licence": "mit",
    "bsd-3": "bsd-3-clause",
    "bsd 3-clause": "bsd-3-clause",
    "gplv3": "gpl-3.0",
    "gpl v3": "gpl-3.0",
    "agplv3": "agpl-3.0",
    "mpl 2.0": "mpl-2.0",
}


def _expression(name: str) -> tuple[Licence, ...]:
    """Return the licences of `A`, `A OR B`, `A AND B`; empty when one of them is not known."""
    folded = " ".join(name.lower().split())
    if folded in _LOOSE:
        folded = _LOOSE[folded]
    parts = [part.strip(" ()") for part in re.split(r"\s+(?:or|and)\s+|[/,]", folded)]
    parts = [part for part in parts if part]
    known = [found for part in parts if (found := licence_of(_LOOSE.get(part, part)))]
    return tuple(known) if len(known) == len(parts) else ()
