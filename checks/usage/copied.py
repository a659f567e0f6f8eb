"""Other people's projects that a repository holds a copy of."""

from __future__ import annotations

import re

from ...auditor.project import Project
from ...auditor.regex import regex
from ..per_project import per_project

_LICENCE = regex(r"^(.+)/(licen[cs]e|copying)(\.\w+)?$", re.I)


@per_project
def _licensed_folders(project: Project) -> tuple[str, ...]:
    """Return the folders with a licence of their own, where programs stand outside of them too.

    Where every program has one beside it, the repository is a collection of its owner's.
    """
    paths = (*project.documents, *(state.path for state in project.discovery.files))
    folders = tuple({f"{found[1]}/" for path in paths if (found := _LICENCE.match(path))})
    is_mixed = any(not entry.path.startswith(folders) for entry in project.entry_points)
    return folders if is_mixed else ()


def is_copied(project: Project, path: str) -> bool:
    """Whether a file belongs to another project, which keeps its own licence below the root."""
    return path.startswith(_licensed_folders(project))
