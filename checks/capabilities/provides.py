"""USE010: projects that are a capability themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.example import Example
from ...auditor.finding import Finding, Severity
from ...auditor.project import Project
from ...auditor.rule import ProjectRule
from ..cards.reading import own_packages, project_cards
from .evidence import clause, is_stated, provided, row, titled


class ProvidesCapability(ProjectRule):
    """The project is a package of a capability, and no document says what it is not for.

    ## What it does
    Reports once, by the name in the packaging metadata, a project that *is* face recognition, voice
    cloning or another capability of the table. Its own calls are then not reported again. A project
    with a learning framework whose README is titled so is information. A section on out-of-scope
    use, ethics or misuse, a use policy or a RAIL licence settles it.

    ## Why is this bad?
    Everybody who installs the package gets the capability, and only its authors can say at the
    source what it was not made for.
    """

    code = "USE010"
    name = "provides-capability"
    bad = (
        Example(
            "import setuptools\nsetuptools.setup(name='deepface', version='1')\n",
            path="setup.py",
            files=(("README.md", "# deepface\nLight.\n"),),
            absent=True,
        ),
        Example(
            '[project]\nname = "torchreid"\nversion = "1"\n', path="pyproject.toml", absent=True
        ),
        Example(
            "# Face Recognition with margins  # <-\nTrained on our own pictures.\n",
            path="README.md",
            files=(("net.py", "import torch\nnet = torch.nn.Linear(3, 3)\n"),),
        ),
    )
    good = (
        Example(
            '[project]\nname = "torchreid"\nversion = "1"\n',
            path="pyproject.toml",
            files=(
                (
                    "README.md",
                    "# torchreid\n## Ethics\nDo not follow people who did not agree; ask first.\n",
                ),
            ),
        ),
        Example(
            "# Detecting deepfakes and face swaps\n",
            path="README.md",
            files=(("net.py", "import torch\nnet = torch.nn.Linear(3, 3)\n"),),
        ),
        Example(
            '[project]\nname = "doorbell"\nversion = "1"\ndependencies = ["deepface"]\n',
            path="pyproject.toml",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        found = sorted(provided(project))
        if is_stated(project):
            return
        if not found:
            yield from self._titled(project)
            return
        if own_packages(project) and project_cards(project).readme is None:
            return  # an unpacked wheel: its documents are elsewhere
        titles = "; ".join(f"{row(item)['title']} ({row(item)['code']})" for item in found)
        clauses = " ".join(dict.fromkeys(f"{clause(row(item))}." for item in found[:2]))
        yield self.absent(
            f"this package provides {titles}. {clauses} Missing: a section on what it is not for",
            help="add a section such as Out-of-scope use to the README",
            severity=max(
                (
                    Severity(row(item)["severity"])
                    for item in found
                    if row(item)["severity"] != "error"
                ),
                key=lambda severity: severity.rank,
                default=Severity.WARNING,
            ),
        )

    def _titled(self, project: Project) -> Iterator[Finding]:
        """Tell, as information, what the title of the README says that the project is."""
        for identifier, place in titled(project)[:1]:
            capability = row(identifier)
            yield self.finding(
                place,
                f"by its title this is {capability['title']} ({capability['code']}). "
                f"{clause(capability)}. Missing: a section on what it is not for",
                help="add a section such as Out-of-scope use to the README",
                severity=Severity.INFO,
            )
