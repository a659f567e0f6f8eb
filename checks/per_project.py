"""Work that several rules share, done once a project; and where the scanned part begins."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TypeVar

from ..auditor.document import Document
from ..auditor.project import Project

Result = TypeVar("Result")


def per_project(function: Callable[[Project], Result]) -> Callable[[Project], Result]:
    """Let a function work once a project: its answer is kept with the project."""

    @wraps(function)
    def remembering(project: Project) -> Result:
        return project.once(function)

    return remembering


@per_project
def top(project: Project) -> str:
    """Return the folder that was scanned, below the root: empty, or with a slash at its end.

    Who scans `examples/net` from the repository's root means `examples/net` as the project: then
    files lie in the root that were not looked at.
    """
    folders = {state.path.rpartition("/")[0] for state in project.discovery.files}
    if not folders or "" in folders or not _has_files(project.root):
        return ""
    return f"{posixpath.commonpath(folders)}/".removeprefix("/")


def _has_files(folder: Path) -> bool:
    try:
        return any(entry.is_file() and entry.name[0] != "." for entry in folder.iterdir())
    except OSError:
        return False


def below_top(project: Project, path: str) -> str:
    """Return a path as seen from the scanned folder."""
    return path.removeprefix(top(project))


def document_at(project: Project, path: str) -> Document | None:
    """Return a document by its path below the scanned folder."""
    return project.documents.get(top(project) + path)
