"""LIC008: licence ids that the place where they stand does not know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from ...auditor.document import Document
from ...auditor.documents.cards import Card
from ...auditor.example import Example
from ...auditor.finding import Confidence, Finding
from ...auditor.project import Project
from ...auditor.rule import ProjectRule
from ..cards.reading import project_cards
from ..data.tables import Licence, licence_of, licences
from ..per_project import document_at
from .declared import Declaration, declarations


class UnknownLicenceId(ProjectRule):
    """A licence id that the place where it stands does not know.

    ## What it does
    Checks `license` in cards against the hub's list of ids, `license` in pyproject.toml (a text,
    PEP 639) against SPDX expressions, and names the nearest id.

    ## Why is this bad?
    Tools that filter by licence do not see the model or package, and a reader must guess.

    ## References
    - https://huggingface.co/docs/hub/repositories-licenses
    - https://peps.python.org/pep-0639/
    """

    code = "LIC008"
    name = "unknown-licence-id"
    bad = (
        Example("---\nlicense: apache2  # <-\npipeline_tag: fill-mask\n---\n", path="README.md"),
        Example(
            '[project]\nname = "net"\nlicense = "Apache License 2.0"  # <-\n', path="pyproject.toml"
        ),
    )
    good = (
        Example("---\nlicense: apache-2.0\npipeline_tag: fill-mask\n---\n", path="README.md"),
        Example('[project]\nname = "net"\nlicense = "Apache-2.0 OR MIT"\n', path="pyproject.toml"),
        Example(
            '[project]\nname = "net"\nlicense = {text = "Apache License 2.0"}\n',
            path="pyproject.toml",
            title="free text in the older form",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        for card in project_cards(project).hub:
            yield from self._card(card)
        document = document_at(project, "pyproject.toml")
        if document is not None:
            yield from self._package(document, declarations(project))

    def _card(self, card: Card) -> Iterator[Finding]:
        for name in card.values("license"):
            known = licence_of(name)
            if known is not None and known.hub and name.lower() in {known.id, name.lower()}:
                if name.lower() == known.id:
                    continue
                hint = f"the hub's id is {known.id}"
            elif known is not None:
                hint = f"license: other, with license_name: {known.id}"
            else:
                hint = _nearest(name)
            yield self.finding(
                card.place(card.metadata.get("license"), "license"),
                f'"{name}" is no licence id of the hub',
                help=hint,
            )

    def _package(self, document: Document, declared: Sequence[Declaration]) -> Iterator[Finding]:
        for item in declared:
            if item.place.path != document.path or item.kind != "package":
                continue
            line = document.lines[item.place.line - 1]
            if "{" in line or "=" not in line or _is_expression(item.text):
                continue
            if "[tool.poetry]" in document.text and "[project]" not in document.text:
                continue
            yield self.finding(
                item.place,
                f'"{item.text}" is no SPDX licence expression',
                help=_nearest(item.text, spdx=True),
                confidence=Confidence.HIGH,
            )


@cache
def _spdx() -> Any:
    """Return the SPDX parser; loaded when first needed, it reads 700 licences."""
    return import_module("license_expression").get_spdx_licensing()


def _is_expression(text: str) -> bool:
    if text.startswith("LicenseRef-"):
        return True
    return not _spdx().validate(text).errors


def _nearest(name: str, *, spdx: bool = False) -> str:
    known: dict[str, Licence] = {
        (licence.spdx if spdx else licence.id).lower(): licence
        for licence in licences().values()
        if (licence.spdx if spdx else licence.hub)
    }
    folded = name.lower().replace(" license", "").replace("license ", "").replace(" ", "-")
    import difflib  # most runs need none

    near = difflib.get_close_matches(folded, known, 1, 0.6)
    if not near:
        return "see the list of ids; or other, with a name and a link"
    licence = known[near[0]]
    return f"did you mean {licence.spdx if spdx else licence.id}?"
