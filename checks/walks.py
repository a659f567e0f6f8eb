"""The walks of a project, made once for all families that read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from ..auditor.project import Project
from ..auditor.syntax import without_garbage_collection
from ..auditor.walk import Imports, Vocabulary, Walk, walk
from .per_project import per_project
from .seeds.vocabulary import stream_vocabulary

#: A family that reads events adds the function that gives its vocabulary.
VOCABULARIES: tuple[Callable[[], Vocabulary], ...] = (stream_vocabulary,)
#: Steps of all walks of a project together; each walk gets a fair part of what is left.
_PROJECT_STEPS = 400_000
_WALK_STEPS = 60_000


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabularies of all families as one."""
    together = VOCABULARIES[0]()
    for each in VOCABULARIES[1:]:
        together = together.union(each())
    return together


@per_project
def walks_of(project: Project) -> tuple[Walk, ...]:
    """Return the walk of each entry point, in their order."""
    with without_garbage_collection():
        return tuple(_walk_all(project))


def _walk_all(project: Project) -> Iterator[Walk]:
    entries = list(project.entry_points)
    left = _PROJECT_STEPS
    imports = Imports()
    for number, entry in enumerate(entries):
        share = max(left // (len(entries) - number), 2_000)
        steps = min(_WALK_STEPS, max(share, 4 * share))
        made = walk(project, entry, vocabulary(), steps, imports)
        left = max(left - made.steps, 0)
        yield made
