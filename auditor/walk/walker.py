"""The state of one walk: where it stands, what it has entered, what it emits."""

from __future__ import annotations

import ast
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from ..entrypoints import EntryPoint
from .abstract import NO_ARGUMENTS, Arguments, FunctionValue, ModuleValue, Value
from .events import Condition, Event, Guard, Kind, Process, Vocabulary, Walk
from .expressions import evaluate
from .importing import Frame, Imports, Marker, OutOfSteps, Prepared, import_module
from .journal import Journal
from .space import Entered, Here, Space

if TYPE_CHECKING:
    from ..file import File
    from ..project import Project


class Walker:
    """Walks one entry point. The functions of this package work on it."""

    def __init__(
        self,
        project: Project,
        entry_point: EntryPoint,
        vocabulary: Vocabulary,
        steps: int,
        imports: Imports,
    ) -> None:
        self.project = project
        self.entry_point = entry_point
        self.vocabulary = vocabulary
        self.result = Walk(entry_point)
        self.here: Here = Here()
        self.spaces: dict[str, Space] = {}
        self.imports = imports
        inside = {top for top in vocabulary.frameworks if f"/{top}/" in f"/{entry_point.path}"}
        self.modules = imports.modules(frozenset(inside))
        self.journal = Journal(imports.shared)
        #: Modules that are being imported for the first time, outermost first.
        self.frames: list[Frame] = []
        #: Modules whose events were emitted.
        self.heard: set[str] = {entry_point.path}
        #: (function, kind of arguments, process) -> what its walk gave; see `calls.enter`.
        self.entered: dict[object, Entered] = {}
        #: Arguments that keys in `entered` name by identity must stay alive.
        self.kept: list[object] = []
        self.variants: dict[ast.AST, int] = {}
        self.depth = 0
        #: (call, function) being walked, outermost first.
        self.stack: list[tuple[ast.AST, FunctionValue]] = []
        self.steps = 0
        self.limit = steps
        self.pending: dict[int, Prepared] = {}
        self._inside = inside

    def step(self, count: int = 1) -> None:
        """Count a step of the walk.

        Raises:
            OutOfSteps: there were too many.
        """
        self.steps += count
        if self.steps > self.limit:
            raise OutOfSteps

    def declare(self, name: str, value: Value) -> None:
        """Note that the program declares an option."""
        if name not in self.imports.options:
            self.journal.put(self.imports.options, name, value)

    def opaque(self) -> None:
        """Note that something is called here that cannot be followed."""
        if self.frames:
            self.frames[-1].imported.noted.append(Marker(self.here))
        elif self.result.opaque_from is None and self.here.guard is not Guard.NOT_MET:
            self.result.opaque_from = len(self.result.events)

    def path_of(self, dotted: str, importer: str) -> str | None:
        """Return the path of a module of the project; frameworks are outside for other programs."""
        top, _, rest = dotted.partition(".")
        outside = top in self.vocabulary.frameworks and top not in self._inside
        found = None if outside else self.project.links.path_of(dotted, importer)
        if found is None and rest and top == self.project.root.name:
            # The checkout is the package: `import optax.examples.datasets` inside `optax/`.
            found = self.project.links.path_of(rest)
        return found

    def value(self, node: ast.expr, space: Space) -> Value:
        """Evaluate an expression."""
        return evaluate(self, node, space)

    @contextmanager
    def at(
        self,
        *,
        condition: Condition | None = None,
        call: tuple[File, ast.AST] | None = None,
        process: Process | None = None,
        importing: bool | None = None,
        loop: bool = False,
        definition: str | None = None,
    ) -> Generator[None]:
        """Stand somewhere else for a while."""
        before = self.here
        here = before
        if condition is not None:
            here = replace(
                here,
                guard=max(here.guard, condition.guard),
                conditions=(*here.conditions, condition),
            )
        if call is not None:
            here = replace(here, way=(*here.way, call))
        if process is not None and process is not Process.MAIN:
            started = here.way[-1] if here.way else None
            if process is Process.WORKER and here.process is not Process.WORKER:
                here = replace(here, host=here.process, host_started=here.started)
            here = replace(here, process=process, started=started)
        if importing is not None:
            here = replace(here, importing=importing)
        if loop:
            here = replace(here, loops=here.loops + 1)
        if definition is not None:
            here = replace(here, definition=definition)
        self.here = here
        try:
            yield
        finally:
            self.here = before

    def emit(
        self,
        kind: Kind,
        name: str,
        node: ast.AST,
        space: Space,
        *,
        arguments: Arguments = NO_ARGUMENTS,
        receiver: Value | None = None,
        key: str | None = None,
        value: Value | None = None,
        result: Value | None = None,
    ) -> Event:
        """Note an event where the walk stands."""
        here = self.here
        event = Event(
            kind=kind,
            name=name,
            place=space.file.place(node),
            node=node,
            file=space.file,
            way=tuple(file.place(call) for file, call in here.way),
            guard=here.guard,
            conditions=here.conditions,
            process=here.process,
            started=here.started[0].place(here.started[1]) if here.started else None,
            importing=here.importing,
            loops=here.loops,
            definition=here.definition,
            arguments=arguments,
            receiver=receiver,
            key=key,
            value=value,
            result=result,
            host=here.host,
            host_started=here.host_started[0].place(here.host_started[1])
            if here.host_started
            else None,
        )
        if self.frames:
            self.frames[-1].imported.noted.append(event)
        else:
            self.result.events.append(event)
        return event

    def module(self, path: str, node: ast.AST | None = None, space: Space | None = None) -> Space:
        """Return the namespace of a module, importing it the first time."""
        return import_module(self, path, node, space)

    def module_attribute(self, module: ModuleValue, name: str, space: Space) -> Value | None:
        """Return what a module of the project holds under a name; submodules count."""
        inner = self.module(module.path)
        if (value := inner.find(name)) is not None:
            return value
        sub = self.project.links.path_of(f"{inner.file.module}.{name}", "")
        if sub is not None and sub != module.path:
            return ModuleValue(sub, f"{module.name}.{name}")
        return None


__all__ = ["OutOfSteps", "Walker"]
