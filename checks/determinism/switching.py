"""What a program switches and sets, in the order in which it runs: one walk for all these rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from ...auditor.entrypoints import EntryPoint
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.syntax import without_garbage_collection
from ...auditor.walk import Event, Guard, Imports, Kind, Known, Vocabulary, Walk, walk
from ..per_project import per_project
from .readers import READER_VOCABULARY, READERS, VARIABLES, Reader
from .settings import switches

#: Calls that switch determinism on, for the walk and for the workers.
SWITCH_CALLS = frozenset(
    switch.name
    for switch in switches()
    if switch.kind == "call"
    and ("deterministic" in switch.values.values() or switch.default == "deterministic")
)


@dataclass(slots=True)
class _Walks:
    """The walks of a project so far, by path, name and kind of the program; what they share."""

    imports: Imports = field(default_factory=Imports)
    made: dict[tuple[str, str, str], Walk] = field(default_factory=dict[tuple[str, str, str], Walk])


@per_project
def _walks_of(project: Project) -> _Walks:
    return _Walks()


@cache
def _vocabulary() -> Vocabulary:
    return READER_VOCABULARY.union(Vocabulary(names=SWITCH_CALLS))


def switch_walk(project: Project, entry: EntryPoint) -> Walk:
    """Return the walk of an entry point that reports switches, variables and who reads them."""
    walks = _walks_of(project)
    key = (entry.path, entry.name, entry.kind)
    if key not in walks.made:
        with without_garbage_collection():
            walks.made[key] = walk(project, entry, _vocabulary(), imports=walks.imports)
    return walks.made[key]


@dataclass(frozen=True, slots=True)
class Set:
    """A place that sets a variable; `read` is where the framework had read it before, if it had."""

    variable: str
    place: Place
    reader: Reader
    read: Place | None


def variables_set(project: Project, entry: EntryPoint) -> list[Set]:
    """Walk an entry point and return what it sets, in the order in which it runs."""
    read: dict[Reader, Event] = {}
    found: list[Set] = []
    for event in switch_walk(project, entry).events:
        if event.guard is Guard.NOT_MET:
            continue
        for variable in _set_here(event):
            reader = VARIABLES[variable]
            before = read.get(reader)
            found.append(Set(variable, event.place, reader, before.place if before else None))
        for reader in READERS:
            if reader not in read and event.guard <= Guard.MET and reader.reads(event):
                read[reader] = event
    return found


def _set_here(event: Event) -> Iterator[str]:
    """Yield the variables that an event sets."""
    if event.kind is Kind.SET and event.name == "os.environ":
        if event.key in VARIABLES:
            yield event.key
    elif event.kind is Kind.CALL and event.name in {"os.environ.setdefault", "os.putenv"}:
        given = event.arguments.get(0, "key")
        if isinstance(given, Known) and given.value in VARIABLES:
            yield given.value
