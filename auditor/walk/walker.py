"""The state of one walk: where it stands, what it has entered, what it emits."""

from __future__ import annotations

import ast
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from ..entrypoints import EntryPoint
from ..place import Place
from .abstract import (
    NO_ARGUMENTS,
    UNKNOWN,
    Arguments,
    FunctionValue,
    Known,
    Made,
    ModuleValue,
    Value,
)
from .events import Condition, Event, Guard, Kind, Process, Vocabulary, Walk
from .expressions import evaluate
from .space import Entered, Here, Space
from .statements import run_block

if TYPE_CHECKING:
    from ..file import File
    from ..project import Project


class OutOfSteps(Exception):
    """The walk has gone as far as it may."""


class Walker:
    """Walks one entry point. The functions of this package work on it."""

    def __init__(
        self, project: Project, entry_point: EntryPoint, vocabulary: Vocabulary, steps: int
    ) -> None:
        self.project = project
        self.entry_point = entry_point
        self.vocabulary = vocabulary
        self.result = Walk(entry_point)
        self.here: Here = Here()
        self.spaces: dict[str, Space] = {}
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
        #: absl and TensorFlow flags, by name.
        self.flags: dict[str, Value] = {}
        self.start_method: str | None = None
        #: Iterations that were made ready and have not been seen: loaders handed to trainers.
        self.pending: dict[int, tuple[Made, File, ast.AST, Here]] = {}

    def step(self, count: int = 1) -> None:
        """Count a step of the walk.

        Raises:
            OutOfSteps: there were too many.
        """
        self.steps += count
        if self.steps > self.limit:
            raise OutOfSteps

    def opaque(self) -> None:
        """Note that something is called here that cannot be followed."""
        if self.result.opaque_from is None and self.here.guard is not Guard.NOT_MET:
            self.result.opaque_from = len(self.result.events)

    def path_of(self, dotted: str, importer: str) -> str | None:
        """Return the path of a module of the project; frameworks are outside for other programs."""
        top, _, rest = dotted.partition(".")
        outside = top in self.vocabulary.frameworks and (
            f"/{top}/" not in f"/{self.entry_point.path}"
        )
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
            here = replace(here, process=process, started=here.way[-1] if here.way else None)
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
        )
        self.result.events.append(event)
        return event

    def module(self, path: str, node: ast.AST | None = None, space: Space | None = None) -> Space:
        """Return the namespace of a module, running its body the first time."""
        found = self.spaces.get(path)
        if found is not None:
            return found
        file = self.project.file(path)
        if file is None:
            empty = Space("module", _no_file(self, path), "")
            self.spaces[path] = empty
            return empty
        created = self.open(path, file, "")
        call = (space.file, node) if node is not None and space is not None else None
        with self.at(call=call, importing=True, definition=""):
            self.depth += 1
            try:
                if self.depth < MAX_DEPTH:
                    run_block(self, file.tree.body, created)
            finally:
                self.depth -= 1
        created.done = True
        return created

    def open(self, path: str, file: File, dunder_name: str) -> Space:
        """Make the namespace of a module without running it."""
        space = Space("module", file, "")
        space.names["__name__"] = Known(dunder_name or file.module)
        space.names["__file__"] = Known(path)
        self.spaces[path] = space
        return space

    def module_attribute(self, module: ModuleValue, name: str, space: Space) -> Value | None:
        """Return what a module of the project holds under a name; submodules count."""
        inner = self.module(module.path)
        if (value := inner.find(name)) is not None:
            return value
        sub = self.project.links.path_of(f"{inner.file.module}.{name}", "")
        if sub is not None and sub != module.path:
            return ModuleValue(sub, f"{module.name}.{name}")
        return None

    def place(self, space: Space, node: ast.AST) -> Place:
        """Return the place of a node."""
        return space.file.place(node)


MAX_DEPTH = 40


def _no_file(walker: Walker, path: str) -> File:
    from ..file import File
    from ..source import Source

    return File(Source(path, ""), ast.Module([], []), "", walker.project.versions)


__all__ = ["MAX_DEPTH", "UNKNOWN", "OutOfSteps", "Walker"]
