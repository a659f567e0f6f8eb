"""Where a walk begins."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

from ..entrypoints import EntryPoint
from ..project import Project
from .abstract import Arguments, FunctionValue, Value
from .attributes import attribute
from .callbacks import run_pending
from .calls import call
from .events import Vocabulary, Walk
from .importing import Imports, open_module
from .options import defaults_are_options
from .statements import run_block
from .walker import OutOfSteps, Walker

#: Statements and calls that one walk may take. transformers' longest entry point takes 20,000.
DEFAULT_STEPS = 60_000
_MANY_FRAMES = 12_000


def walk(
    project: Project,
    entry_point: EntryPoint,
    vocabulary: Vocabulary,
    steps: int = DEFAULT_STEPS,
    imports: Imports | None = None,
) -> Walk:
    """Walk an entry point in the order in which it runs.

    `imports`: the modules that earlier walks of the project with this vocabulary have imported.
    Never raises for what stands in the project; a walk that ran out of steps, or of a notebook
    of which cells could not be parsed, is not `complete`.
    """
    walker = Walker(project, entry_point, vocabulary, steps, imports or Imports())
    with _deep():
        try:
            _start(walker)
            run_pending(walker)
        except (OutOfSteps, RecursionError):
            walker.result.complete = False
    walker.result.steps = walker.steps
    walker.result.paths = tuple(walker.spaces)
    walker.result.options = dict(walker.imports.options)
    walker.journal.undo()
    return walker.result


@contextmanager
def _deep() -> Generator[None]:
    """Allow for deeply nested programs: a walk takes some ten frames for each of theirs."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _MANY_FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _start(walker: Walker) -> None:
    entry = walker.entry_point
    file = walker.project.file(entry.path)
    if file is None:
        return
    if file.source.problems:
        walker.result.complete = False
    as_main = entry.kind != "console-script"
    space = open_module(walker, entry.path, file, "__main__" if as_main else "")
    with walker.at(importing=not as_main):
        run_block(walker, file.tree.body, space)
    space.done = True
    if entry.kind == "decorated" and _was_entered(walker, entry.functions):
        return
    for name in entry.functions:
        target: Value | None = space.find(name.split(".", 1)[0])
        for part in name.split(".")[1:]:
            if target is not None:
                target = attribute(walker, target, part, file.tree.body[0], space)  # type: ignore
        if target is not None:
            if isinstance(target, FunctionValue):
                for decorator in target.decorators:
                    if decorator.endswith(".command"):
                        defaults_are_options(walker, target)
            node = getattr(target, "node", file.tree)
            call(walker, target, Arguments(), node, space)


def _was_entered(walker: Walker, names: tuple[str, ...]) -> bool:
    return any(
        str(getattr(cast(tuple[Any, ...], key)[0], "name", "")) in names
        for key in walker.entered
        if isinstance(key, tuple)
    )
