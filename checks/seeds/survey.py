"""All entry points of a project with the verdicts on their streams; made once."""

from __future__ import annotations

from dataclasses import dataclass

from ...auditor.entrypoints import EntryPoint
from ...auditor.project import Project
from ...auditor.streams import STREAMS, EntryPointStreams, State, StreamState
from ...auditor.walk import Walk
from ..per_project import per_project
from ..walks import walks_of
from .acts import Act, acts_of
from .shapes import without_counted, without_shapes, without_trials
from .states import Verdict, verdicts_of


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One entry point with its walk, its acts in order, and the verdicts."""

    entry: EntryPoint
    walk: Walk
    acts: tuple[Act, ...]
    verdicts: tuple[Verdict, ...]


@per_project
def survey(project: Project) -> tuple[Surveyed, ...]:
    """Return the entry points with their verdicts, in the order of paths."""
    made: list[Surveyed] = []
    for walk in walks_of(project):
        entry = walk.entry_point
        acts = without_counted(project, acts_of(walk, project.versions))
        acts = without_trials(without_shapes(acts))
        module = project.modules.get(entry.path)
        line = module.main_line if module is not None else None
        verdicts = verdicts_of(walk, acts, line)
        made.append(Surveyed(entry, walk, tuple(acts), tuple(verdicts)))
    return tuple(made)


def stream_table(project: Project) -> tuple[EntryPointStreams, ...]:
    """Return the table entry point × stream of the contract."""
    return tuple(
        EntryPointStreams(
            item.entry.path,
            item.entry.place.cell,
            item.entry.place.line,
            item.entry.name,
            tuple(
                StreamState(
                    verdict.stream,
                    verdict.state,
                    verdict.drawn_at,
                    verdict.seed.event.place
                    if verdict.seed is not None
                    else (verdict.late.event.place if verdict.late is not None else None),
                    verdict.why,
                )
                for verdict in sorted(item.verdicts, key=lambda each: STREAMS.index(each.stream))
            ),
            item.walk.complete,
        )
        for item in survey(project)
    )


__all__ = ["State", "Surveyed", "stream_table", "survey"]
