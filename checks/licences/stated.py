"""LIC001, LIC006, LIC007: licences that are missing, disagree, or name nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.documents.cards import Card
from ...auditor.example import Example
from ...auditor.finding import Evidence, Finding, Severity
from ...auditor.project import Project
from ...auditor.rule import ProjectRule
from ..cards.reading import project_cards, shipped_weights
from ..data.tables import section_titles
from ..per_project import below_top, document_at
from .declared import (
    LICENCE_FILE,
    Declaration,
    declarations,
    has_licence_above,
    nested_licences,
)

_MIT = (
    "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\n"
    "of this software, to deal in it without restriction, subject to the conditions:\n\n"
    "The above copyright notice and this permission notice shall be included in all copies.\n"
)
_APACHE = "Apache License\nVersion 2.0, January 2004\n\n3. Grant of Patent License. Subject to\n"


class NoLicence(ProjectRule):
    """A repository that is meant for others says nowhere under which licence.

    ## What it does
    Reports a repository with a README and no licence: no licence file at the root (or above it, up
    to the repository's top), none in the packaging metadata, none in a card. A warning where it is
    released (packaging metadata, shipped weights, a hub card), else information.

    ## Why is this bad?
    Without a licence nobody but the author may copy, change or publish the work: a result that may
    not be rerun cannot be reproduced.

    ## Use instead
    A `LICENSE` file with the text of the licence.

    ## References
    - https://choosealicense.com/no-permission/
    """

    code = "LIC001"
    name = "no-licence"
    bad = (
        Example("# Fast attention\nCode of our paper.\n", path="README.md", absent=True),
        Example(
            "---\nlibrary_name: transformers\npipeline_tag: text-generation\n---\n# Tuned model\n",
            path="README.md",
            absent=True,
            title="a hub card without a licence",
        ),
    )
    good = (
        Example("# Fast attention\n", path="README.md", files=(("LICENSE", _MIT),)),
        Example(
            "# Fast attention\n",
            path="README.md",
            files=(("pyproject.toml", '[project]\nname = "fast"\nlicense = "MIT"\n'),),
        ),
        Example("print('a lone script')\n"),
        Example(
            "# Loans\n",
            path="README.md",
            files=(
                (
                    "pyproject.toml",
                    '[project]\nclassifiers = ["License :: OSI Approved :: MIT License"]\n',
                ),
            ),
            title="a classifier",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        cards = project_cards(project)
        root = [c for c in cards.all if "/" not in below_top(project, c.path)]
        declared = [item for item in declarations(project) if item.kind != "readme"]
        if not root or declared or has_licence_above(project):
            return
        released = (
            project.environment.is_library
            or bool(shipped_weights(project))
            or any(card.has_metadata for card in root)
        )
        if _is_private(project):
            return
        named = next((card for card in root if card.section(section_titles("licence"))), None)
        only = f"; only a section of {named.path} speaks of one" if named is not None else ""
        yield self.absent(
            f"no licence file, and no licence in the packaging metadata or a card{only}",
            help="add a LICENSE file; without a licence nobody else may run or change this",
            severity=Severity.WARNING if released and not only else Severity.INFO,
        )


def _is_private(project: Project) -> bool:
    """Whether the packaging metadata say that the project is not for others."""
    for name in ("pyproject.toml", "setup.cfg", "setup.py"):
        document = document_at(project, name)
        if document is not None and "Private ::" in document.text:
            return True
    return False


class LicencesDisagree(ProjectRule):
    """Two places of one repository name different licences.

    ## What it does
    Compares the licence file (recognised by its text), the packaging metadata with its classifiers,
    the card at the root and CITATION.cff. A card against the licence file beside it is an error;
    the others are warnings; so is a folder with the text of a non-commercial licence below an open
    one, when no README names the folder. A licence file that is not recognised, or that holds
    several licences of which one fits, is not compared.

    ## Why is this bad?
    Whoever reads only one of them relies on terms that the other takes back.

    ## Use instead
    One licence, or a sentence that says which one covers the code and which the weights.
    """

    code = "LIC006"
    name = "licences-disagree"
    bad = (
        Example(
            "---\nlicense: apache-2.0  # <-\nlibrary_name: timm\n---\n# Net\n",
            path="README.md",
            files=(("LICENSE", _MIT),),
        ),
        Example(
            '[project]\nname = "net"\nlicense = {text = "MIT"}  # <-\n',
            path="pyproject.toml",
            files=(("LICENSE", _APACHE),),
        ),
        Example(
            "from setuptools import setup\n"
            "setup(name='net', classifiers=['License :: OSI Approved :: MIT License'])  # <-\n",
            path="setup.py",
            files=(("LICENSE", _APACHE),),
            title="a classifier",
        ),
    )
    good = (
        Example(
            "---\nlicense: mit\nlibrary_name: timm\n---\n# Net\n",
            path="README.md",
            files=(("LICENSE", _MIT),),
        ),
        Example(
            '[project]\nname = "net"\nlicense = "MIT OR Apache-2.0"\n',
            path="pyproject.toml",
            files=(("LICENSE-MIT", _MIT), ("LICENSE-APACHE", _APACHE)),
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        declared = [item for item in declarations(project) if item.kind != "readme"]
        yield from self._parts(project)
        files = [item for item in declared if item.kind == "file"]
        if not files or not all(item.licences for item in files):
            return
        in_files = {licence.id: licence for item in files for licence in item.licences}
        for item in declared:
            if item.kind == "file" or not item.licences or item.licences[0].family:
                continue
            if item.kind == "card" and "/" in below_top(project, item.place.path):
                continue
            if any(licence.id in in_files for licence in item.licences):
                continue
            yield self._disagreement(item, files, project)

    def _parts(self, project: Project) -> Iterator[Finding]:
        """Report parts under terms that exclude commercial use, below an open licence."""
        whole = [
            item
            for item in declarations(project)
            if item.licence is not None
            and item.licence.is_open
            and "/" not in below_top(project, item.place.path)
        ]
        if not whole:
            return
        for part in nested_licences(project):
            closed = [licence for licence in part.licences if licence.is_closed]
            folder = part.place.path.rpartition("/")[0]
            if not closed or project_cards(project).says(re.compile(re.escape(folder))):
                continue
            yield self.finding(
                part.place,
                f"{folder} is under the {closed[0].name} ({closed[0].kind}); "
                f"{whole[0].place.path} says {whole[0].text} for the whole",
                help="name the part and its terms beside the licence of the whole",
                severity=Severity.WARNING,
                evidence=[Evidence(whole[0].place, whole[0].text)],
            )

    def _disagreement(
        self, item: Declaration, files: list[Declaration], project: Project
    ) -> Finding:
        file = files[0]
        named = ", ".join(licence.id for licence in file.licences)
        is_card = item.kind == "card"
        explained = is_card and _explains(project_cards(project).all, item)
        return self.finding(
            item.place,
            f"{item.label} says {item.text}; {file.place.path} holds the text of {named}",
            help="make them one, or say which covers the code and which the weights",
            severity=Severity.WARNING if not is_card or explained else Severity.ERROR,
            evidence=[Evidence(file.place, f"the text of {named}")],
        )


def _explains(cards: Sequence[Card], item: Declaration) -> bool:
    """Whether the card itself tells code from weights."""
    text = next((card.text.lower() for card in cards if card.path == item.place.path), "")
    return "weights" in text and ("code" in text) and ("licen" in text)


class LicenceUnspecified(ProjectRule):
    """A card says `license: other` and does not say which.

    ## What it does
    Reports `license: other` (or `unknown`) without `license_name`, or with a name but neither
    `license_link` nor a licence file beside the card.

    ## Why is this bad?
    "Other" grants nothing that a reader could rely on.

    ## Use instead
    `license_name` and `license_link`.

    ## References
    - https://huggingface.co/docs/hub/repositories-licenses
    """

    code = "LIC007"
    name = "licence-unspecified"
    bad = (
        Example("---\nlicense: other  # <-\npipeline_tag: image-to-image\n---\n", path="README.md"),
        Example(
            "---\nlicense: other  # <-\nlicense_name: house-terms\n---\n# Net\n",
            path="model/README.md",
        ),
    )
    good = (
        Example(
            "---\nlicense: other\nlicense_name: house-terms\nlicense_link: LICENSE\n---\n",
            path="README.md",
        ),
        Example(
            "---\nlicense: other\nlicense_name: house-terms\n---\n",
            path="README.md",
            files=(("LICENSE", "House terms: ask us.\n"),),
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        for card in project_cards(project).hub:
            value = card.value("license").lower()
            if value not in {"other", "unknown"}:
                continue
            folder = card.path.rpartition("/")[0]
            beside = any(
                LICENCE_FILE.match(path.rpartition("/")[2])
                for path in project.documents
                if path.rpartition("/")[0] == folder
            )
            missing: list[str] = []
            if not card.value("license_name") and not beside:
                missing.append("license_name")
            if not card.value("license_link") and not beside:
                missing.append("license_link or a LICENSE file")
            if missing:
                yield self.finding(
                    card.place(card.metadata["license"], "license"),
                    f"license: {value}, without {' and '.join(missing)}",
                    help="name the licence and link its text",
                )
