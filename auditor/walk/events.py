"""What a walk is asked for, and what it brings back."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from ..place import Place
from .abstract import NO_ARGUMENTS, Arguments, Value

if TYPE_CHECKING:
    from ..entrypoints import EntryPoint
    from ..file import File

__all__ = [
    "Arguments",
    "Callback",
    "Condition",
    "Event",
    "Guard",
    "Kind",
    "Process",
    "Vocabulary",
    "Walk",
]


class Guard(IntEnum):
    """Whether a place is reached. The greater one wins when conditions are nested."""

    ALWAYS = 0
    #: Under a condition that the defaults of the options meet.
    MET = 1
    #: Under a condition that cannot be decided.
    UNKNOWN = 2
    #: Under a condition that the defaults do not meet.
    NOT_MET = 3


class Process(StrEnum):
    """Where a place runs, relative to the program that was started."""

    MAIN = "main"
    #: A forked child: it begins with a copy of the parent's state.
    FORKED = "forked"
    #: A fresh interpreter: modules are imported anew, no other state is inherited.
    SPAWNED = "spawned"
    #: A worker of a data loader.
    WORKER = "worker"


class Kind(StrEnum):
    """What happened."""

    CALL = "call"
    #: An assignment to an attribute or item of something outside (`torch.backends.x = True`).
    SET = "set"
    IMPORT = "import"
    #: Something made outside is iterated over (`for batch in loader`).
    ITERATE = "iterate"
    #: The end of a `with` block whose context was in the vocabulary.
    EXIT = "exit"
    #: A child process starts; what follows with that process runs in it.
    START = "start"


@dataclass(frozen=True, slots=True)
class Condition:
    """A test on the way, as written; `reason` says why the defaults (do not) meet it."""

    text: str
    place: Place
    guard: Guard
    reason: str = ""
    #: Not met because an option has another value than this branch is for (`--data celeb`).
    other_mode: bool = False
    #: An exception is handled.
    handles: bool = False


@dataclass(slots=True, eq=False)
class Event:
    """Something of the vocabulary happened. `way` holds the calls that lead here, outermost first.

    For a `SET`, `name` is the dotted name (for an item: of its holder, with `key`) and `value` what
    was assigned. `receiver` is the object whose method is called, if it is not a plain name.
    """

    kind: Kind
    name: str
    place: Place
    node: ast.AST
    file: File
    way: tuple[Place, ...]
    guard: Guard
    conditions: tuple[Condition, ...]
    process: Process
    #: Where the process of this event was started; None in the main process.
    started: Place | None
    importing: bool
    #: How many loops of the program stand around this place, over all functions of the way.
    loops: int
    #: The qualified name of the function in which it stands; empty at module level.
    definition: str
    arguments: Arguments = NO_ARGUMENTS
    receiver: Value | None = None
    key: str | None = None
    value: Value | None = None
    #: The value that the call gives.
    result: Value | None = None
    #: For a loader's worker: the process that iterates over the loader, and where it was started.
    host: Process = Process.MAIN
    host_started: Place | None = None

    @property
    def method(self) -> str:
        """The last part of the name."""
        return self.name.rsplit(".", 1)[-1]

    @property
    def is_fallback(self) -> bool:
        """Whether it happens only while an exception is handled."""
        return any(condition.handles for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class Callback:
    """How something outside calls back what it is given.

    `argument`: its position and keywords. `methods`: what is called when it is an object (empty:
    the value itself is called). `iterated`: only when the result is iterated over. `workers`: the
    (position, keyword) of the number of processes; none: `process` holds always. `passes`: the
    position of the argument that holds the arguments of the call.
    """

    position: int | None
    keywords: tuple[str, ...]
    methods: tuple[str, ...] = ()
    process: Process = Process.MAIN
    iterated: bool = False
    workers: tuple[int | None, str] | None = None
    passes: tuple[int | None, str] | None = None
    #: Leading arguments that the caller adds, such as the rank.
    adds: int = 0


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is worth an event, and how the world outside calls back. Given by the checks."""

    names: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    #: Last names of methods whose receiver is made outside or not known.
    methods: frozenset[str] = frozenset()
    #: Assigned names (or prefixes ending in a dot) that are worth a `SET`.
    assigned: tuple[str, ...] = ()
    #: Imported modules that are worth an `IMPORT`.
    imports: frozenset[str] = frozenset()
    #: (prefix, replacement): one spelling for names that have several.
    renames: tuple[tuple[str, str], ...] = ()
    callbacks: Mapping[str, tuple[Callback, ...]] = field(
        default_factory=dict[str, tuple[Callback, ...]]
    )
    #: Base class outside -> methods that the framework calls on an object handed to it.
    hooks: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    #: Calls whose result stands for their first argument (`jax.jit`, `DataParallel`, `tqdm`).
    transparent: frozenset[str] = frozenset()
    #: Packages taken as outside even where the project holds them, unless the program is in them.
    frameworks: frozenset[str] = frozenset()
    #: Methods that return the object they are called on (`model.to(device)`).
    fluent: frozenset[str] = frozenset()
    #: Classes whose objects hold what they are given, and call it when they are called.
    holders: frozenset[str] = frozenset()
    #: Calls that give a number from 0 up to, but not including, 1.
    fractions: frozenset[str] = frozenset()
    #: A pattern: constants of such names are settings that a person edits, as options are.
    settings: str = ""

    def canonical(self, name: str) -> str:
        """Return the one spelling of a dotted name."""
        for prefix, replacement in self.renames:
            if name.startswith(prefix):
                return replacement + name[len(prefix) :]
        return name

    def wants(self, name: str) -> bool:
        """Whether a canonical name is in the vocabulary."""
        return name in self.names or name.startswith(self.prefixes)

    def union(self, other: Vocabulary) -> Vocabulary:
        """Return both together."""
        return Vocabulary(
            self.names | other.names,
            self.prefixes + other.prefixes,
            self.methods | other.methods,
            self.assigned + other.assigned,
            self.imports | other.imports,
            self.renames + tuple(item for item in other.renames if item not in self.renames),
            {**self.callbacks, **other.callbacks},
            {**self.hooks, **other.hooks},
            self.transparent | other.transparent,
            self.frameworks | other.frameworks,
            self.fluent | other.fluent,
            self.holders | other.holders,
            self.fractions | other.fractions,
            "|".join(filter(None, (self.settings, other.settings))),
        )


@dataclass(slots=True)
class Walk:
    """The events of one entry point in execution order."""

    entry_point: EntryPoint
    events: list[Event] = field(default_factory=list[Event])
    #: Options that the program declares: name -> its default, when the walk met the declaration.
    options: dict[str, Value] = field(default_factory=dict[str, Value])
    #: False when the walk ran out of steps, or cells of the notebook could not be parsed.
    complete: bool = True
    #: Statements and calls that the walk took.
    steps: int = 0
    #: How many events came before the first call that cannot be followed (a class named in a
    #: configuration file); None when there was none.
    opaque_from: int | None = None
    #: Project files that the walk went through.
    paths: tuple[str, ...] = ()
