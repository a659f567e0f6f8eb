"""PIN006: packages that scripts, images, pipelines and notebooks install without a version."""

from __future__ import annotations

import ast
import shlex
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from ...auditor.documents.installs import Install, installs
from ...auditor.documents.requirement import Requirement
from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.rule import ProjectRule
from .experiments import is_experiment, listing
from .hub import is_run_code
from .shell_texts import shell_texts


class UnpinnedInstall(ProjectRule):
    """A script, image, pipeline or notebook installs packages without a version.

    ## What it does
    Reports `pip install`, `uv pip install` and `conda install` commands in Dockerfiles, shell
    scripts, notebooks (`!pip`, `%pip`, `os.system`), Binder's `postBuild`, the programs and the
    pipelines of experiments that name packages without an exact version, one finding a file.
    Requirements files, local folders and the installers themselves are not reported; nor are
    pipelines that test, check or publish.

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
    calls = frozenset(
        f"{module}.{name}"
        for module, names in (("os", "system"), ("subprocess", "run call check_call check_output"))
        for name in names.split()
    )
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
        Example(
            "import subprocess as sp\nimport sys\n\n"
            'sp.check_call([sys.executable, "-m", "pip", "install", "einops"])  # <-\n',
            path="train.py",
            title="from Python",
        ),
    )
    good = (
        Example(
            "FROM scratch\nRUN pip install --upgrade pip && pip install -r requirements.txt \\\n"
            "    && pip install -e . --no-deps\n",
            path="Dockerfile",
        ),
        Example(
            "import subprocess\nimport sys\n\n\ndef install(name):\n"
            '    subprocess.run([sys.executable, "-m", "pip", "install", name])\n'
            '    subprocess.run(["pip", "install", "einops==0.8.0"])\n',
            path="train.py",
        ),
        Example("#!/bin/sh\npip install torch==2.1.0 'numpy==1.26.4'\n", path="install.sh"),
        Example(
            "on: push\njobs:\n  test:\n    steps:\n      - run: pip install pytest\n",
            path=".github/workflows/tests.yml",
        ),
    )

    def collect(self, site: Site) -> Iterator[Any]:
        """Yield (place, command) of install commands that Python code hands to a shell."""
        node = site.call.args[0] if site.call.args else None
        if node is None or not is_run_code(site.file.path):
            return
        if isinstance(node, (ast.List, ast.Tuple)):
            words = [_word(site, item) for item in node.elts]
            text = " ".join(map(shlex.quote, words))
        else:
            text = _word(site, node)
        if "install" in text:
            yield (site.place, text)

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        by_file: dict[str, list[Install]] = {}
        for text in shell_texts(project):
            for install in installs(text.text, text.place, text.line):
                if loose_requirements(install):
                    by_file.setdefault(text.path, []).append(install)
        for place, command in facts:
            if _runs_programs(place.path, project):
                for install in installs(command, partial(_at, place)):
                    if loose_requirements(install):
                        by_file.setdefault(place.path, []).append(install)
        for path, unsorted in by_file.items():
            found = sorted(unsorted, key=lambda item: (item.place.cell or 0, item.place.line))
            loose = [item for install in found for item in loose_requirements(install)]
            names = list({item.text: item for item in loose}.values())
            yield self.finding(
                found[0].place,
                f"{path} installs without a version: {listing(names)}",
                help="name versions (name==version), or install from a lock with -r",
                confidence=Confidence.HIGH,
                evidence=[Evidence(item.place, item.command) for item in found[1:20]],
            )


def _word(site: Site, node: ast.expr) -> str:
    """Return a word of a command; a variable, which names nothing, when it is not known."""
    if site.dotted(node) == "sys.executable":
        return "python"
    known = site.constant(node)
    return known.value if known is not None and isinstance(known.value, str) else "$unknown"


def _at(place: Place, line: int) -> Place:
    return place


def _runs_programs(path: str, project: Project) -> bool:
    """Whether a Python file is run as it stands; a package may offer to install an extra."""
    return path.endswith(".ipynb") or is_experiment(path) or not project.environment.is_library


def loose_requirements(install: Install) -> list[Requirement]:
    """Return the packages whose version an install leaves open; addresses are PIN007's."""
    return [item for item in install.unpinned if not item.url and item.name != "python"]
