"""Namespaces of the walk, and the circumstances under which it stands somewhere."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .abstract import ClassValue, Value
from .events import Condition, Guard, Process

if TYPE_CHECKING:
    from ..file import File


@dataclass(slots=True, eq=False)
class Space:
    """The names of a module, class body or function call."""

    kind: str
    file: File
    qualname: str
    parent: Space | None = None
    names: dict[str, Value] = field(default_factory=dict[str, Value])
    #: Names declared `global` or `nonlocal` -> where they live.
    outer: dict[str, Space] = field(default_factory=dict[str, "Space"])
    #: Modules outside whose names were imported with a star.
    stars: list[str] = field(default_factory=list[str])
    returns: list[Value] = field(default_factory=list[Value])
    yields: list[Value] = field(default_factory=list[Value])
    #: The class in whose method this is, for `super()`.
    owner: ClassValue | None = None
    receiver: Value | None = None
    done: bool = False

    def find(self, name: str) -> Value | None:
        """Return the value that a read of `name` sees; class bodies are not seen from below."""
        space: Space | None = self
        while space is not None:
            if space.kind != "class" or space is self:
                if name in space.outer:
                    return space.outer[name].names.get(name)
                if (value := space.names.get(name)) is not None:
                    return value
            space = space.parent
        return None

    def module(self) -> Space:
        """Return the namespace of the module around."""
        space = self
        while space.parent is not None:
            space = space.parent
        return space


@dataclass(frozen=True, slots=True)
class Here:
    """The circumstances: guard, way, process."""

    guard: Guard = Guard.ALWAYS
    conditions: tuple[Condition, ...] = ()
    #: (file, node) of the calls that lead here.
    way: tuple[tuple[File, ast.AST], ...] = ()
    process: Process = Process.MAIN
    started: tuple[File, ast.AST] | None = None
    #: The process around a loader's worker.
    host: Process = Process.MAIN
    host_started: tuple[File, ast.AST] | None = None
    importing: bool = False
    loops: int = 0
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """A function that was walked: under which conditions, at what cost, with what result."""

    conditions: frozenset[Condition]
    cost: int
    result: Value
    times: int
