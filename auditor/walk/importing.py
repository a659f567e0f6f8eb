"""Modules of the project: imported once for all walks, in an interpreter of their own.

What an import does depends on the project alone, not on the program that imports. So a module body
is walked once, in a fresh state, and kept as an `Imported`: its namespace, the events on the way,
the changes that it made to values of other modules, and the modules that it imports in turn. A walk
that imports the module makes the changes and emits the events where it stands.

Modules that import each other are one group: whichever of them is imported, the group is, in the
order in which it was met first.
"""

from __future__ import annotations

import ast
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..source import Source
from .abstract import Known, Made, Value
from .events import Condition, Event, Guard, Process
from .journal import Append, Change, Journal, Put, containers
from .space import Entered, Here, Space

if TYPE_CHECKING:
    from ..file import File
    from .walker import Walker

#: Statements and calls that the body of one module may take.
_MODULE_STEPS = 20_000


class OutOfSteps(Exception):
    """The walk has gone as far as it may."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An iteration that was made ready and has not been seen: a loader handed to a trainer."""

    made: Made
    file: File
    node: ast.AST
    here: Here


@dataclass(frozen=True, slots=True)
class Marker:
    """Another module is imported here; without a path: a call that cannot be followed."""

    here: Here
    path: str | None = None


Noted = Event | Marker | Prepared


@dataclass(slots=True, eq=False)
class Imported:
    """What the import of a module does. `leader`: the module that brings its whole group."""

    path: str
    space: Space
    leader: str = ""
    noted: list[Noted] = field(default_factory=list[Noted])
    changes: list[Change | str] = field(default_factory=list["Change | str"])
    steps: int = 0
    complete: bool = True


@dataclass(slots=True, eq=False)
class Frame:
    """A module that is being imported for the first time."""

    imported: Imported
    #: How much of the journal is in `imported.changes` already.
    mark: int
    #: The outermost unfinished module that it imports: its position among the frames.
    low: int
    members: list[Imported] = field(default_factory=list[Imported])
    seen: set[str] = field(default_factory=set[str])


class Imports:
    """The modules that the walks of a project share, and the state that their bodies change."""

    def __init__(self) -> None:
        self._modules: dict[frozenset[str], dict[str, Imported]] = {}
        #: absl and TensorFlow flags, by name. Empty between two walks, like the other two.
        self.flags: dict[str, Value] = {}
        self.options: dict[str, Value] = {}
        self.settings: dict[str, str] = {}
        #: What the configuration files hold that a walk has read; nothing changes it.
        self.configurations: dict[str, Mapping[Any, Any] | None] = {}
        self.steps = 0
        #: The containers that the modules have made; see `Journal`.
        self.shared: set[int] = {id(self.flags), id(self.options), id(self.settings)}

    def modules(self, inside: frozenset[str]) -> dict[str, Imported]:
        """Return the modules as seen by programs that are part of these frameworks."""
        return self._modules.setdefault(inside, {})


def import_module(
    walker: Walker, path: str, node: ast.AST | None = None, space: Space | None = None
) -> Space:
    """Return the namespace of a module, importing it the first time."""
    if not walker.frames and (found := walker.spaces.get(path)) is not None:
        return found
    known = walker.modules.get(path)
    if known is not None and known.leader != path:
        import_module(walker, known.leader, node, space)
    here = walker.here
    if node is not None and space is not None:
        here = replace(here, way=(*here.way, (space.file, node)))
    if walker.frames:
        return _import_in_frame(walker, path, known, replace(here, definition=""))
    if path not in walker.spaces:
        if known is None:
            with _fresh_interpreter(walker):
                _record(walker, path)
        apply(walker, path)
    emit_imported(walker, path, replace(here, importing=True, definition=""))
    return walker.spaces[path]


def _import_in_frame(walker: Walker, path: str, known: Imported | None, here: Here) -> Space:
    frame = walker.frames[-1]
    if path in frame.seen:
        return walker.spaces[path]
    frame.seen.add(path)
    frame.imported.changes += walker.journal.changes[frame.mark :]
    frame.imported.changes.append(path)
    frame.imported.noted.append(Marker(here, path))
    if path in walker.spaces:
        for position, other in enumerate(walker.frames):
            if other.imported.path == path:
                frame.low = min(frame.low, position)
    elif known is not None:
        apply(walker, path)
    else:
        _record(walker, path)
    frame.mark = len(walker.journal.changes)
    return walker.spaces[path]


@contextmanager
def _fresh_interpreter(walker: Walker) -> Generator[None]:
    """Let modules be imported as if nothing had run before; then go on where the walk was."""
    undone = walker.journal.undo()
    before = (
        walker.journal, walker.spaces, walker.here, walker.depth, walker.stack, walker.entered,
        walker.variants, walker.pending, walker.steps, walker.limit,
    )  # fmt: skip
    walker.journal, walker.spaces = Journal(walker.imports.shared), {}
    try:
        yield
    finally:
        walker.journal.undo()
        (
            walker.journal, walker.spaces, walker.here, walker.depth, walker.stack, walker.entered,
            walker.variants, walker.pending, walker.steps, walker.limit,
        ) = before  # fmt: skip
        walker.journal.redo(undone)
        walker.frames.clear()


def _record(walker: Walker, path: str) -> None:
    """Walk the body of a module and keep what it does."""
    from .statements import run_block

    file = walker.project.file(path)
    space = open_module(walker, path, file or _no_file(walker, path))
    imported = Imported(path, space)
    frame = Frame(imported, len(walker.journal.changes), len(walker.frames))
    before = (
        walker.here, walker.depth, walker.stack, walker.entered, walker.variants, walker.pending,
        walker.steps, walker.limit,
    )  # fmt: skip
    walker.here, walker.depth, walker.stack = Here(importing=True), 0, []
    entered: dict[object, Entered] = {}
    walker.entered, walker.variants, walker.pending = entered, {}, {}
    walker.steps, walker.limit = 0, _MODULE_STEPS
    walker.frames.append(frame)
    try:
        run_block(walker, space.file.tree.body, space)
    except OutOfSteps:
        imported.complete = False
    except RecursionError:
        # Not at the bottom of the stack: there is no room to go on there.
        if len(walker.frames) > 1:
            raise
        imported.complete = False
    finally:
        imported.steps = walker.steps
        walker.imports.steps += walker.steps
        imported.noted += walker.pending.values()
        (
            walker.here, walker.depth, walker.stack, walker.entered, walker.variants,
            walker.pending, walker.steps, walker.limit,
        ) = before  # fmt: skip
    _finish(walker, frame)


def _finish(walker: Walker, frame: Frame) -> None:
    imported = frame.imported
    imported.changes += walker.journal.changes[frame.mark :]
    del walker.frames[walker.frames.index(frame) :]
    if frame.low < len(walker.frames):
        parent = walker.frames[-1]
        parent.low = min(parent.low, frame.low)
        parent.members += [*frame.members, imported]
        return
    for each in (*frame.members, imported):
        each.leader = imported.path
        walker.modules[each.path] = each
        made = [change.value for change in each.changes if isinstance(change, Put | Append)]
        containers([each.space, *made], walker.imports.shared)


def apply(walker: Walker, path: str) -> None:
    """Open a module that was imported before, and make the changes of its body."""
    if path in walker.spaces or (imported := walker.modules.get(path)) is None:
        return
    walker.spaces[path] = imported.space
    for change in imported.changes:
        if isinstance(change, str):
            apply(walker, change)
        else:
            walker.journal.again(change)


def emit_imported(walker: Walker, path: str, here: Here) -> None:
    """Emit what happened when a module was imported, as seen from `here`, once."""
    if path in walker.heard or (imported := walker.modules.get(path)) is None:
        return
    walker.heard.add(path)
    if not imported.complete:
        walker.result.complete = False
    for noted in imported.noted:
        match noted:
            case Marker(path=str(inner)):
                emit_imported(walker, inner, together(here, noted.here))
            case Marker():
                if max(here.guard, noted.here.guard) is not Guard.NOT_MET:
                    walker.opaque()
            case Prepared():
                there = together(here, noted.here)
                walker.pending[id(noted.made)] = replace(noted, here=there)
            case Event():
                walker.result.events.append(_seen_from(here, noted))


def together(outer: Here, inner: Here) -> Here:
    """Return the circumstances of a place whose surroundings stand in others."""
    child = inner.process is not Process.MAIN
    return Here(
        guard=max(outer.guard, inner.guard),
        conditions=_joined(outer.conditions, inner.conditions),
        way=(*outer.way, *inner.way),
        process=inner.process if child else outer.process,
        started=inner.started if child else outer.started,
        importing=inner.importing,
        loops=outer.loops + inner.loops,
        definition=inner.definition,
    )


def _joined(outer: tuple[Condition, ...], inner: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return (*outer, *inner) if inner else outer


def _seen_from(here: Here, event: Event) -> Event:
    child = event.process is not Process.MAIN
    started = here.started[0].place(here.started[1]) if here.started else None
    return replace(
        event,
        guard=max(here.guard, event.guard),
        conditions=_joined(here.conditions, event.conditions),
        way=(*[file.place(call) for file, call in here.way], *event.way),
        process=event.process if child else here.process,
        started=event.started if child else started,
        loops=here.loops + event.loops,
    )


def open_module(walker: Walker, path: str, file: File, dunder_name: str = "") -> Space:
    """Make the namespace of a module without running it."""
    space = Space("module", file, "")
    space.names["__name__"] = Known(dunder_name or file.module)
    space.names["__file__"] = Known(path)
    walker.spaces[path] = space
    return space


def _no_file(walker: Walker, path: str) -> File:
    from ..file import File

    return File(Source(path, ""), ast.Module([], []), "", walker.project.versions)
