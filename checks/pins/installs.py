"""PIN006: packages that scripts, images, pipelines and notebooks install without a version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.documents.installs import Install, installs
from ...auditor.documents.requirement import Requirement
from ...auditor.example import Example
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.project import Project
from ...auditor.rule import ProjectRule
from .experiments import listing
from .shell_texts import ShellText, shell_texts


class UnpinnedInstall(ProjectRule):
    """A script, image, pipeline or notebook installs packages without a version.

    ## What it does
    Reports `pip install`, `uv pip install` and `conda install` commands in Dockerfiles, shell
    scripts, notebooks (`!pip`, `%pip`), Binder's `postBuild` and the pipelines of experiments that
    name packages without an exact version, one finding a file. Requirements files, local folders
    and the installers themselves are not reported; nor are pipelines that test, check or publish.

    ## Why is this bad?
    The command takes what is newest on the day it runs, past whatever the lock says, and `pip
    install x` in a notebook can move packages that are already loaded.

    ## Use instead
    `pip install -r requirements.txt` with a lock, or `pip install name==version`.

    ## References
    https://pip.pypa.io/en/stable/topics/repeatable-installs/
    """

    code = "PIN006"
    name = "unpinned-install"
    bad = (
        Example(
            "FROM scratch\nRUN apt-get update && \\\n    pip install torch timm==0.9.2  # <-\n",
            path="Dockerfile",
        ),
        Example(
            "# %%\n!pip install -q transformers datasets==2.14.0  # <-\n# %%\nprint(1)\n",
            path="train.ipynb",
        ),
        Example(
            "#!/bin/sh\npython -m pip install torch==2.1.0\nconda install -y scipy  # <-\n",
            path="install.sh",
            title="through python -m, and conda",
        ),
    )
    good = (
        Example(
            "FROM scratch\nRUN pip install --upgrade pip && pip install -r requirements.txt \\\n"
            "    && pip install -e . --no-deps\n",
            path="Dockerfile",
        ),
        Example("#!/bin/sh\npip install torch==2.1.0 'numpy==1.26.4'\n", path="install.sh"),
        Example(
            "on: push\njobs:\n  test:\n    steps:\n      - run: pip install pytest\n",
            path=".github/workflows/tests.yml",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        by_file: dict[str, list[tuple[Install, ShellText]]] = {}
        for text in shell_texts(project):
            for install in installs(text.text, text.place, text.line):
                if loose_requirements(install):
                    by_file.setdefault(text.path, []).append((install, text))
        for path, found in by_file.items():
            names = list(
                {
                    item.text: item for install, _ in found for item in loose_requirements(install)
                }.values()
            )
            first = found[0][0]
            yield self.finding(
                first.place,
                f"{path} installs without a version: {listing(names)}",
                help="name versions (name==version), or install from a lock with -r",
                confidence=Confidence.HIGH,
                evidence=[Evidence(item.place, item.command) for item, _ in found[1:20]],
            )


def loose_requirements(install: Install) -> list[Requirement]:
    """Return the packages whose version an install leaves open; addresses are PIN007's."""
    return [item for item in install.unpinned if not item.url and item.name != "python"]
