"""The walks of a project, made once for all families that read them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from weakref import WeakKeyDictionary

from ..auditor.project import Project
from ..auditor.walk import Imports, Vocabulary, Walk, walk
from .seeds.vocabulary import stream_vocabulary

#: A family that reads events adds the function that gives its vocabulary.
VOCABULARIES: tuple[Callable[[], Vocabulary], ...] = (stream_vocabulary,)
#: Steps of all walks of a project together; each walk gets a fair part of what is left.
_PROJECT_STEPS = 400_000
_WALK_STEPS = 60_000
_WALKS: WeakKeyDictionary[Project, tuple[Walk, ...]] = WeakKeyDictionary()


_MANY = 200


def _is_inside_package(project: Project, path: str) -> bool:
    folder = path.rsplit("/", 1)[0] if "/" in path else ""
    return f"{folder}/__init__.py".lstrip("/") in project.modules


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabularies of all families as one."""
    together = VOCABULARIES[0]()
    for each in VOCABULARIES[1:]:
        together = together.union(each())
    return together


def walks_of(project: Project) -> tuple[Walk, ...]:
    """Return the walk of each entry point, in their order; cached for the project."""
    found = _WALKS.get(project)
    if found is None:
        entries = list(project.entry_points)
        left = _PROJECT_STEPS
        imports = Imports()
        walks: list[Walk] = []
        for number, entry in enumerate(entries):
            if len(entries) > _MANY and _is_inside_package(project, entry.path):
                # A huge package: its modules are no programs that somebody runs one by one.
                walks.append(Walk(entry, complete=False))
                continue
            share = max(left // (len(entries) - number), 2_000)
            made = walk(
                project, entry, vocabulary(), min(_WALK_STEPS, max(share, 4 * share)), imports
            )
            left = max(left - made.steps, 0)
            walks.append(made)
        found = _WALKS[project] = tuple(walks)
    return found
