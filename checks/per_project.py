"""Work that several rules share, done once a project."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from ..auditor.project import Project

Result = TypeVar("Result")


def per_project(function: Callable[[Project], Result]) -> Callable[[Project], Result]:
    """Remember what a function returns for a project, as long as the project lives."""
    known: WeakKeyDictionary[Project, Any] = WeakKeyDictionary()

    @wraps(function)
    def remembering(project: Project) -> Result:
        if project not in known:
            known[project] = function(project)
        return cast(Result, known[project])

    return remembering
