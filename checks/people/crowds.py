"""HUM001: the people who did the work."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Evidence, Finding, Severity
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import ProjectRule
from ..cards.reading import project_cards, project_names

_OF_CROWDS = regex(r"turk|crowd", re.I)


def _is_tool(project: Project) -> bool:
    """Whether the README or the package is named for crowd work itself."""
    readme = project_cards(project).readme
    title = readme.sections[0].title if readme is not None and readme.sections else ""
    return any(_OF_CROWDS.search(name) for name in (title, *project_names(project)))


_CROWD = frozenset(
    {"boto3.client", "boto3.session.Session.client", "boto.mturk.connection.MTurkConnection"}
)
_REVIEWED = regex(
    r"\bIRB\b|institutional review|ethics (?:review|board|committee|approval)|ethical approval"
    r"|minimum wage|paid (?:at|per)|compensat",
    re.I,
)


class NoReviewStatement(ProjectRule):
    """Crowd workers are hired, and no document says who reviewed it and how they are paid.

    ## What it does
    Reports programs that open a client of Mechanical Turk, when no README or card mentions an
    ethics review or the pay. In a tool or guide for crowd work, named so in the title of its
    README, it is information.

    ## Why is this bad?
    The workers are people in a study. Venues ask for the review and the pay (NeurIPS items 14, 15).

    ## References
    - https://neurips.cc/public/guides/PaperChecklist
    """

    code = "HUM001"
    name = "no-review-statement"
    calls = _CROWD
    words = frozenset({"mturk"})
    bad = (
        Example("import boto3 as aws\nclient = aws.client('mturk')  # <-\n"),
        Example(
            "from boto.mturk.connection import MTurkConnection as Turk\n"
            "turk = Turk(host='mechanicalturk.amazonaws.com')  # <-\n",
            files=(("README.md", "# Captions\nCollected online.\n"),),
        ),
    )
    good = (
        Example(
            "import boto3\nclient = boto3.client('mturk')\n",
            files=(("README.md", "# Captions\nApproved by our IRB; paid per hour.\n"),),
        ),
        Example("import boto3\nclient = boto3.client('s3')\nbucket = 'mturk-results'\n"),
    )

    def collect(self, site: Site) -> Iterator[Any]:
        if is_test_path(site.file.path):
            return
        if site.last == "client":
            service = site.constant(site.argument(0, "service_name"))
            if service is None or service.value != "mturk":
                return
        yield site.place

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        if facts and project_cards(project).says(_REVIEWED) is None:
            yield self.finding(
                facts[0],
                "crowd workers are hired here, and no document names an ethics review or the pay",
                help="say who reviewed the study, what the workers were told, and what they earn",
                severity=Severity.INFO if _is_tool(project) else None,
                evidence=[Evidence(place, "again") for place in facts[1:]],
            )
