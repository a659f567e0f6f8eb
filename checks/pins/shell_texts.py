"""All shell text of a project: Dockerfiles, scripts, notebooks, pipelines, Binder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...auditor.document import Document
from ...auditor.documents.dockerfile import is_dockerfile, read_dockerfile
from ...auditor.documents.pipelines import is_workflow, scripts
from ...auditor.documents.roles import is_development_folder, is_development_path
from ...auditor.documents.structured import Unreadable
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.regex import regex
from .hub import is_run_code

#: Larger scripts are generated, or data with a shell on top.
_MAX_SCRIPT_BYTES = 1_000_000
_CHECKING = regex(
    r"(^|[-_./ ])(tests?|testing|lint|linters?|docs?|documentation|release|publish|style|format"
    r"|pages|build|wheels?|stale|codeql|pre-?commit|checks?|ci|quality|typing|coverage|deploy"
    r"|pypi|conda|nightly|unit|integration|mypy|pytest|flake8|black|ruff|python-package)"
    r"([-_./ ]|$)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class ShellText:
    """Shell text in one place: its first line there, and the cell when it stands in a notebook."""

    path: str
    text: str
    line: int
    document: Document | None
    cell: int | None = None

    def place(self, line: int) -> Place:
        """Return the place of a line of the file (of the cell in a notebook)."""
        if self.document is not None:
            return self.document.place(line)
        return Place(self.path, line, cell=self.cell)


def shell_texts(project: Project) -> Iterator[ShellText]:
    """Yield the shell texts that belong to something that is run, in the order of paths."""
    for path, document in sorted(project.documents.items()):
        if document.state.size > _MAX_SCRIPT_BYTES:
            continue
        serves = is_development_folder if is_dockerfile(path) else is_development_path
        if serves(path) and not is_workflow(path):
            continue
        yield from _of_document(document, project)
    for path, module in project.modules.items():
        if path.endswith(".ipynb") and is_run_code(path):
            for item in module.shell:
                text = _with_constants(item.text, path, project)
                yield ShellText(path, text, item.place.line, None, item.place.cell)


def _with_constants(text: str, path: str, project: Project) -> str:
    """Put in the texts that a notebook assigns once: `!pip install {URL}`."""
    if "{" not in text or (file := project.file(path)) is None:
        return text

    def value(match: re.Match[str]) -> str:
        pattern = rf"^[ \t]*{match[1]}[ \t]*=[ \t]*[\"']([^\"'\n]+)[\"'][ \t]*$"
        found = set(re.findall(pattern, file.source.text, re.M))
        return found.pop() if len(found) == 1 else match[0]

    return re.sub(r"\{([A-Za-z_]\w*)\}", value, text)


def _of_document(document: Document, project: Project) -> Iterator[ShellText]:
    path = document.path
    if is_dockerfile(path):
        for item in read_dockerfile(document).instructions:
            if item.keyword == "RUN":
                yield ShellText(path, item.shell, item.line, document)
    elif (document.name in {"postBuild", "start"} and _is_binder(path)) or path.endswith(
        (".sh", ".bash")
    ):
        yield ShellText(path, document.text, 1, document)
    elif is_workflow(path) and not project.environment.is_library:
        # One file a purpose on GitHub; elsewhere one file holds every job.
        if "workflows/" in path and _CHECKING.search(document.name.rpartition(".")[0]):
            return
        try:
            found = list(scripts(document))
        except Unreadable:
            return
        for script in found:
            if not _CHECKING.search(script.owner):
                # A block's text begins below its key.
                first = script.line + (1 if "\n" in script.text else 0)
                yield ShellText(path, script.text, first, document)


def _is_binder(path: str) -> bool:
    folder = path.rpartition("/")[0].rpartition("/")[2]
    return folder in {"", "binder", ".binder"}
