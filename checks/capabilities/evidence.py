"""What the rules on capabilities share: the row, the uses, the statement that settles it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ...auditor.entrypoints import is_test_path
from ...auditor.file import Site
from ...auditor.finding import Evidence, Finding, Severity
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import ProjectRule
from ..cards.reading import own_packages, project_cards, project_names
from ..data.tables import table
from ..licences.declared import declarations
from ..per_project import per_project

_POLICY = regex(
    r"^(?:(?:use|usage|acceptable[-_ ]use|responsible[-_ ]use)[-_ ]?policy[\w-]*"
    r"|(?:ethic|responsible)[\w-]*)\.(?:mdx?|txt|rst|pdf)$",
    re.I,
)
#: Statements without a heading of their own: a sentence that rules a use out; a quoted or bold line
#: that begins with the word.
_RULED_OUT = regex(
    r"\b(?:do not|don['’]t|must not|may not|should not|not to be|never)\b[^.\n]{0,120}"
    r"\b(?:illegal|unlawful|unethical|harm|malicious|fraud\w*|impersonat\w*|deceiv\w*"
    r"|without (?:their )?consent)\b",
    re.I,
)
_DISCLAIMER = regex(r"^[>\s*_]*(?:legal )?disclaimer\b", re.I | re.M)


@dataclass(frozen=True, slots=True)
class Use:
    """One place that shows a capability. `level`: `called`, `imported` or `declared`."""

    place: Place
    note: str
    level: str


def row(identifier: str) -> Mapping[str, Any]:
    """Return a capability of the table."""
    return next(r for r in table("capabilities")["capabilities"] if r["id"] == identifier)


def clause(capability: Mapping[str, Any]) -> str:
    """Return the clause that would apply, with the as-of date where it names a date."""
    text = capability["clause"]
    dated = "from 2 December" in text
    return f"{text} (as of {table('capabilities')['as_of']})" if dated else text


def group(name: str) -> frozenset[str]:
    """Return a group of import names of the table."""
    return frozenset(table("capabilities")["groups"][name])


@per_project
def imported_roots(project: Project) -> Mapping[str, Place]:
    """Return the first parts of all imported modules with the first place, tests left out."""
    found: dict[str, Place] = {}
    for path, module in project.modules.items():
        if is_test_path(path):
            continue
        for item in module.imports:
            root = item.module.split(".", 1)[0]
            if root and root not in found:
                found[root] = _import_place(project, path, item.line)
    return found


def _import_place(project: Project, path: str, line: int) -> Place:
    if path.endswith(".ipynb"):
        file = project.file(path)
        if file is not None:
            return file.place_of_line(line)
    return Place(path, line)


@per_project
def provided(project: Project) -> frozenset[str]:
    """Return the ids of the capabilities that the project itself is a package of."""
    names, packages = project_names(project), own_packages(project)
    return frozenset(
        r["id"]
        for r in table("capabilities")["capabilities"]
        for package, distributions in r.get("providers", {}).items()
        if names.intersection(distributions) or package in packages
    )


_OTHER_SIDE = regex(r"detect|\banti\b|awesome|survey|papers|defen[cs]e|attack|privacy|dataset")


@per_project
def titled(project: Project) -> tuple[tuple[str, Place], ...]:
    """Return the capabilities that the title of the README names, for a project that trains.

    Capabilities whose packages the project imports are left to the rules on calls.
    """
    readme = project_cards(project).readme
    if readme is None or not group("frameworks") & imported_roots(project).keys():
        return ()
    found: list[tuple[str, Place]] = []
    for section in readme.sections:
        title = " ".join(re.findall(r"[a-z]+", section.title.lower()))
        if section.level != 1 or _OTHER_SIDE.search(title):
            continue
        found += [
            (item["id"], readme.document.place(section.line))
            for item in table("capabilities")["capabilities"]
            if any(f" {name} " in f" {title} " for name in item.get("titles", ()))
            and imported_roots(project)
            .keys()
            .isdisjoint(
                (*item["imports"], *item.get("providers", ()), *item.get("title_quiet", ()))
            )
        ]
    return tuple(found)


def is_local(project: Project, root: str) -> bool:
    """Whether an import name is a module of the project itself."""
    return project.links.path_of(root) is not None


@per_project
def serving_folders(project: Project) -> Mapping[str, str]:
    """Return the folders from which the project serves people, each with what it serves with."""
    found: dict[str, str] = {}
    for card in project_cards(project).all:
        if card.kind == "space":
            found[card.path.rpartition("/")[0]] = f"the Space of {card.path}"
    web = group("serving")
    for path, module in project.modules.items():
        roots = {item.module.split(".", 1)[0] for item in module.imports} & web
        if roots and not is_test_path(path):
            found.setdefault(path.rpartition("/")[0], min(roots))
    return found


def served_by(project: Project, place: Place) -> str | None:
    """Return what serves people from the folder of a place; None when nothing does."""
    return serving_folders(project).get(place.path.rpartition("/")[0])


class CapabilityRule(ProjectRule):
    """One finding a repository, with every place; satisfied by a statement in its documents."""

    capability: ClassVar[str]

    def collect(self, site: Site) -> Iterator[Any]:
        if not is_test_path(site.file.path) and (note := self.called(site)) is not None:
            yield (site.place, note)

    def called(self, site: Site) -> str | None:
        """Return what a call shows of the capability, or None when it shows nothing."""
        return f"{site.name}() is called" if site.name is not None else None

    def uses(self, project: Project, facts: Sequence[Any]) -> list[Use]:
        """Return the places that show the capability, calls first."""
        found = [Use(place, note, "called") for place, note in facts]
        found += self.declared(project)
        roots = imported_roots(project)
        found += [
            Use(roots[root], f"{root} is imported", "imported")
            for root in row(self.capability)["imports"]
            if root in roots and not is_local(project, root)
        ]
        return found

    def declared(self, project: Project) -> list[Use]:
        """Return what cards (tags) and shipped files say."""
        tags = frozenset(row(self.capability).get("tags", ()))
        found: list[Use] = []
        for card in project_cards(project).hub:
            for tag in card.values("tags"):
                if tag.lower() in tags:
                    found.append(Use(card.place(tag, "tags"), f"tag {tag}", "declared"))
        weights = frozenset(row(self.capability).get("weights", ()))
        for path in project.documents:
            if path.rsplit("/", 1)[-1] in weights and not is_test_path(path):
                found.append(Use(Place(path), "these weights are shipped", "called"))
        return found

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        if self.capability in provided(project) or self.is_satisfied(project):
            return
        found = self.uses(project, facts)
        if found:
            yield self.report(project, found)

    def report(self, project: Project, found: Sequence[Use]) -> Finding:
        """Build the finding: what was seen, the clause, the statement that is missing."""
        capability = row(self.capability)
        first = found[0]
        served = served_by(project, first.place)
        serves = f", in something that serves people ({served})" if served else ""
        return self.finding(
            first.place,
            f"{capability['title']}: {first.note}{serves}; {clause(capability)}. "
            f"Missing: {capability['statement']}",
            help="write the statement into the README or card; a use that it rules out stays ruled "
            "out by the law that names it",
            severity=self.severity_of(found, served is not None),
            evidence=[Evidence(use.place, use.note) for use in found[1:40]],
        )

    def severity_of(self, found: Sequence[Use], served: bool) -> Severity:
        """Return the severity by level: imported alone is information."""
        severity = Severity(row(self.capability)["severity"])
        if all(use.level == "imported" for use in found):
            return Severity.INFO
        if served and severity is Severity.INFO:
            return Severity.WARNING
        return severity

    def is_satisfied(self, project: Project) -> bool:
        """Whether a statement, licence, policy or replacement stands in the project."""
        quiet = row(self.capability).get("quiet_imports", ())
        return is_stated(project) or any(root in imported_roots(project) for root in quiet)


def own_left_out(project: Project, facts: Sequence[Any]) -> list[tuple[Place, str]]:
    """Leave out calls into packages of the project itself; facts are (place, `note|root`)."""
    kept: list[tuple[Place, str]] = []
    for place, note in facts:
        text, _, root = note.partition("|")
        if not root or project.links.path_of(root) is None:
            kept.append((place, text))
    return kept


@per_project
def is_stated(project: Project) -> bool:
    """Whether the documents say what the software is not for, or a licence or policy does."""
    if project_cards(project).section("out-of-scope") is not None:
        return True
    if any(_POLICY.match(path.rsplit("/", 1)[-1]) for path in project.documents):
        return True
    readme = project_cards(project).readme
    if readme is not None and (_DISCLAIMER.search(readme.text) or _RULED_OUT.search(readme.text)):
        return True
    return any(
        licence.kind in {"behavioural-use", "vendor-community"}
        for item in declarations(project)
        for licence in item.licences
    )
