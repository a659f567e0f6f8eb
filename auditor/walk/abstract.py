"""Abstract values: what the walk knows of an object without having it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..place import Place

if TYPE_CHECKING:
    from ..file import File
    from .space import Space


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a known value comes from when the user may change it.

    `kind`: `option` (command line), `config` (a configuration file), `environment`, `constant` (of
    a name that says that it is there to be edited).
    """

    kind: str
    name: str
    place: Place | None = None

    def says(self, value: Any) -> str:
        """Say which value holds when nobody changes it."""
        return f"{self.name} {'is' if self.kind == 'constant' else 'defaults to'} {value!r}"


class Value:
    """Any abstract value. Values are compared by identity."""

    __slots__ = ()


@dataclass(slots=True, eq=False)
class Unknown(Value):
    """Nothing is known."""


UNKNOWN = Unknown()


@dataclass(slots=True, eq=False)
class Known(Value):
    """A constant. `origin` is set when it is only the default of something that a user sets."""

    value: Any
    origin: Origin | None = None


NONE = Known(None)


@dataclass(slots=True, eq=False)
class External(Value):
    """A name outside the project: `torch.manual_seed`, `builtins.len`."""

    name: str


@dataclass(slots=True, eq=False)
class ModuleValue(Value):
    """A module of the project, under the name by which it was imported."""

    path: str
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Arguments:
    """Arguments of a call. `spreads`: `*args` or `**kwargs` that are not known may hold more."""

    positional: tuple[Value, ...] = ()
    keywords: Mapping[str, Value] = field(default_factory=dict[str, Value])
    spreads: bool = False

    def get(self, position: int | None, *keywords: str) -> Value | None:
        """Return an argument by position (from 0) or any of its keywords; None when not given."""
        for keyword in keywords:
            if keyword in self.keywords:
                return self.keywords[keyword]
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return None

    def values(self) -> tuple[Value, ...]:
        """All argument values."""
        return (*self.positional, *self.keywords.values())


NO_ARGUMENTS = Arguments()


@dataclass(slots=True, eq=False)
class FunctionValue(Value):
    """A function of the project. `options`: defaults that decorators give to its parameters."""

    file: File
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    home: Space
    qualname: str
    owner: ClassValue | None = None
    kind: str = "function"
    defaults: Mapping[str, Value] = field(default_factory=dict[str, Value])
    options: dict[str, Value] = field(default_factory=dict[str, Value])
    decorators: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class BoundMethod(Value):
    """A function with its first argument."""

    function: FunctionValue
    receiver: Value


@dataclass(slots=True, eq=False)
class ClassValue(Value):
    """A class of the project. `bases` are `ClassValue`, `External` or unknown."""

    file: File
    node: ast.ClassDef
    space: Space
    qualname: str
    bases: tuple[Value, ...] = ()
    decorators: tuple[str, ...] = ()

    def line(self) -> list[ClassValue]:
        """Return this class and its bases of the project, depth first, each once."""
        found: list[ClassValue] = []
        stack: list[ClassValue] = [self]
        while stack:
            at = stack.pop()
            if at not in found:
                found.append(at)
                stack.extend(base for base in reversed(at.bases) if isinstance(base, ClassValue))
        return found

    def outside(self) -> list[str]:
        """Return the dotted names of the bases outside the project."""
        return [
            base.name for cls in self.line() for base in cls.bases if isinstance(base, External)
        ]


@dataclass(slots=True, eq=False)
class Instance(Value):
    """An object of a class of the project."""

    cls: ClassValue
    arguments: Arguments = NO_ARGUMENTS
    attributes: dict[str, Value] = field(default_factory=dict[str, Value])


@dataclass(slots=True, eq=False)
class Super(Value):
    """What `super()` gives: an object seen from above one of its classes."""

    instance: Value
    cls: ClassValue


@dataclass(slots=True, eq=False)
class Made(Value):
    """The result of a call outside the project: `numpy.random.default_rng`, with its arguments."""

    name: str
    arguments: Arguments = NO_ARGUMENTS
    receiver: Value | None = None
    place: Place | None = None
    attributes: dict[str, Value] = field(default_factory=dict[str, Value])


@dataclass(slots=True, eq=False)
class MethodOf(Value):
    """An attribute that is not known, of a value that is."""

    receiver: Value
    name: str


@dataclass(slots=True, eq=False)
class Partial(Value):
    """`functools.partial`."""

    function: Value
    arguments: Arguments


@dataclass(slots=True, eq=False)
class Sequence(Value):
    """A list, tuple or set. Not `exact`: there may be more items.

    `conditions`: under how many conditions it was made, where that is known.
    """

    items: list[Value]
    exact: bool = True
    conditions: int | None = None


@dataclass(slots=True, eq=False)
class Table(Value):
    """A dictionary or configuration. Not `exact`: there may be more keys.

    `dotted`: keys may be read as attributes (`argparse.Namespace`, OmegaConf).
    """

    items: dict[Any, Value]
    exact: bool = True
    dotted: bool = False


@dataclass(slots=True, eq=False)
class Parser(Value):
    """A command-line parser; its options by destination, shared with the parsed result."""

    options: dict[str, Value] = field(default_factory=dict[str, Value])
    classes: tuple[Value, ...] = ()
    #: Functions that `set_defaults(func=…)` names.
    exact: bool = True


@dataclass(slots=True, eq=False)
class Computed(Value):
    """The result of an operation on values that are not constants."""

    parts: tuple[Value, ...]


@dataclass(slots=True, eq=False)
class Choice(Value):
    """One of several values, which one is not known."""

    values: tuple[Value, ...]


_MAX_CHOICES = 6


def join(*values: Value) -> Value:
    """Return what is known when any of these may be the value."""
    flat: list[Value] = []
    for value in values:
        for item in value.values if isinstance(value, Choice) else (value,):
            if not any(_same(item, other) for other in flat):
                flat.append(item)
        if len(flat) >= _MAX_CHOICES:
            break
    if len(flat) == 1:
        return flat[0]
    return Choice(tuple(flat[:_MAX_CHOICES])) if flat else UNKNOWN


def _same(one: Value, two: Value) -> bool:
    if one is two:
        return True
    if isinstance(one, Known) and isinstance(two, Known):
        return type(one.value) is type(two.value) and bool(one.value == two.value)
    if isinstance(one, External) and isinstance(two, External):
        return one.name == two.name
    return isinstance(one, Unknown) and isinstance(two, Unknown)


def alternatives(value: Value) -> tuple[Value, ...]:
    """Return the values of a choice, or the value itself."""
    return value.values if isinstance(value, Choice) else (value,)
