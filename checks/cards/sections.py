"""DOC002, DOC004, DOC007: cards that are empty, or silent on cost and contact."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.documents.cards import Card, Section
from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.finding import Evidence, Finding, Severity
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import ProjectRule
from ..data.tables import date_of, section_titles, table
from ..per_project import document_at
from .reading import Cards, project_cards

_RELEASE = ("hub-release", "neurips", "eu-documentation")


class EmptyCardSection(ProjectRule):
    """A card has sections that say nothing: the template's own words, or no words.

    ## What it does
    Reports sections of a model or data card that hold only a placeholder ("[More Information
    Needed]", TODO: a warning) or nothing at all (information), one finding a card, with every
    section as evidence. Sections that only hold further sections are not reported, nor are sections
    that the template marks as optional.

    ## Why is this bad?
    The heading promises what is not there; an automatic check that looks for headings is fooled.

    ## Use instead
    Say it, or say that it is not known, or remove the heading.
    """

    code = "DOC002"
    name = "empty-card-section"
    bad = (
        Example(
            "---\nlicense: mit\nlibrary_name: timm\n---\n# Net\n"
            "## Limitations  # <-\n[More Information Needed]\n## Uses\nSorting mushrooms.\n",
            path="README.md",
        ),
        Example(
            "# Model card\n## Uses\nSorting.\n\n## Bias, Risks, and Limitations  # <-\n\n"
            "## Evaluation\n\n### Metrics\n\nF1 is 0.9.\n",
            path="docs_of_model/MODEL_CARD.md",
        ),
    )
    good = (
        Example(
            "---\nlicense: mit\nlibrary_name: timm\n---\n# Net\n## Limitations\nNot for eating.\n",
            path="README.md",
        ),
        Example(
            "# Notes\n## Limitations\nTODO\n", path="README.md", title="a README that is no card"
        ),
        Example(
            "# Model card\n### **Version:** 1.0\n### **Author:** A. Person\n"
            "## Limitations\nNot for eating.\n",
            path="MODEL_CARD.md",
            title="headings that say it themselves",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        for card in project_cards(project).all:
            if card.kind in {"readme", "space"}:
                continue
            empty = [section for section in card.sections if _is_empty(section)]
            if not empty:
                continue
            named = ", ".join(section.title for section in empty[:5])
            more = f" and {len(empty) - 5} more" if len(empty) > 5 else ""
            filled_in = any(section.prose.strip() for section in empty)
            yield self.finding(
                card.document.place(empty[0].line),
                f"{len(empty)} of {len(card.sections)} sections say nothing: {named}{more}",
                help="fill them, or say what is not known, or remove the headings",
                severity=None if filled_in else Severity.INFO,
                evidence=[
                    Evidence(card.document.place(section.line), section.title)
                    for section in empty[1:40]
                ],
            )


#: A heading such as `Author: A. Person` says it in itself.
_SAYS_ITSELF = regex(r":[*_\s]*\w")


def _is_empty(section: Section) -> bool:
    if (
        section.level == 1
        or "optional" in section.title.lower()
        or _SAYS_ITSELF.search(section.title)
    ):
        return False
    has_parts = re.search(r"^#{1,6}\s", section.text, re.M) is not None
    prose = section.prose.strip(" \n.*_-")
    if not prose:
        return not has_parts
    lines = [line.strip(" .*_-:") for line in prose.split("\n")]
    placeholders = frozenset(table("standards")["placeholders"])
    return all(line.lower() in placeholders for line in lines if line) and not has_parts


class NoComputeDisclosure(ProjectRule):
    """A model card does not say on what hardware, and for how long, the model was trained.

    ## What it does
    Looks for a section on compute or environmental impact, `co2_eq_emissions` in the front matter,
    or the file `emissions.csv` that codecarbon writes. Information; profiles `neurips`,
    `hub-release` and `eu-documentation`.

    ## Why is this bad?
    Others cannot plan a rerun, and the checklist of the venue asks (item 8).

    ## References
    - https://neurips.cc/public/guides/PaperChecklist
    """

    code = "DOC004"
    name = "no-compute-disclosure"
    severity = Severity.INFO
    profiles = _RELEASE
    bad = (
        Example(
            "---\nlicense: mit\nlibrary_name: timm\n---\n# Net  # <-\n",
            path="README.md",
            profile="hub-release",
        ),
        Example("# Model card  # <-\n", path="MODEL_CARD.md", profile="neurips"),
    )
    good = (
        Example(
            "# Model card\n## Hardware\nEight A100 for 31 hours.\n",
            path="MODEL_CARD.md",
            profile="neurips",
        ),
        Example(
            "# Model card\n",
            path="MODEL_CARD.md",
            files=(("emissions.csv", "timestamp,duration,emissions\n2026,3,0.1\n"),),
            profile="hub-release",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        if any(
            path.rpartition("/")[2] == "emissions.csv" and not is_test_path(path)
            for path in project.documents
        ):
            return
        for card in project_cards(project).models:
            section = card.section(section_titles("compute"))
            if "co2_eq_emissions" in card.metadata or (section and section.prose):
                continue
            if card.kind == "hub" and not card.values("pipeline_tag"):
                continue
            yield self.finding(
                _top(card),
                "the card does not say on what hardware and for how long the model was trained",
                help="a section Compute: hardware, hours, region; codecarbon writes emissions.csv",
            )


class NoContact(ProjectRule):
    """A released model or data set has no contact.

    ## What it does
    Looks for a section such as Contact, Authors or Maintainers, an address for mail, or an issue
    tracker in the card or the packaging metadata. Information; profiles `hub-release`, `neurips`
    and `eu-documentation`.

    ## Why is this bad?
    Who finds a harm or wants to be taken out of the data has nobody to write to.
    """

    code = "DOC007"
    name = "no-contact"
    severity = Severity.INFO
    profiles = _RELEASE
    bad = (
        Example(
            "---\nlicense: mit\nlibrary_name: timm\n---\n# Net  # <-\n",
            path="README.md",
            profile="hub-release",
        ),
        Example("# Data card  # <-\n", path="DATASET_CARD.md", profile="eu-documentation"),
    )
    good = (
        Example(
            "# Model card\n## Contact\nmushrooms@example.org\n",
            path="MODEL_CARD.md",
            profile="hub-release",
        ),
        Example(
            "# Model card\nIssues: https://github.com/us/net/issues\n",
            path="MODEL_CARD.md",
            profile="neurips",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        cards = project_cards(project)
        released = [card for card in cards.all if card.kind not in {"readme", "space"}]
        if not released or _has_contact(project, cards):
            return
        duty = ""
        if project.profile == "eu-documentation":
            duty = f"; AI Act Annex IV(1) asks for the provider ({date_of('eu-annex-iii')})"
        yield self.finding(
            _top(released[0]),
            f"no contact: no section, no address, no issue tracker{duty}",
            help="a section Contact with an address or the issue tracker",
        )


_ADDRESS = regex(
    r"[\w.+-]+@[\w-]+\.[\w.]+|github\.com/[\w.-]+/[\w.-]+/issues|/discussions\b|discord\.gg", re.I
)


def _has_contact(project: Project, cards: Cards) -> bool:
    if cards.section("contact") is not None or cards.says(_ADDRESS) is not None:
        return True
    if any(
        (section := card.section(section_titles("contact"))) and section.prose for card in cards.all
    ):
        return True
    document = document_at(project, "pyproject.toml")
    return document is not None and bool(_ADDRESS.search(document.text))


def _top(card: Card) -> Any:
    return card.document.place(card.sections[0].line if card.sections else 1)
