"""What the linearity analysis knows at one point of one way through a function."""

from __future__ import annotations

import ast
import itertools
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

_numbers = itertools.count(1)


class Kind(Enum):
    """How a key was used."""

    SAMPLE = auto()
    SPLIT = auto()
    FOLD = auto()
    #: Given to something that is known to draw from it.
    CONSUMER = auto()
    #: Given to something whose code is not seen.
    UNKNOWN = auto()

    @property
    def is_certain(self) -> bool:
        """Whether the key is gone after such a use."""
        return self in {Kind.SAMPLE, Kind.SPLIT}


@dataclass(slots=True, eq=False)
class Function:
    """A function that the analysis can step into, and how it was wrapped on the way."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None
    is_mapped: bool = False
    is_replicated: bool = False
    #: Arguments bound by `functools.partial`.
    positional: tuple[Value, ...] = ()
    keywords: dict[str, Value] = field(default_factory=dict[str, "Value"])
    axes: ast.expr | None = None
    #: The name of a library function (`jax.random.normal`), when it is one.
    library: str | None = None


@dataclass(slots=True, eq=False)
class Value:
    """A value with an identity; two names for one key hold the same `Value`."""

    name: str = ""
    node: ast.AST | None = None
    #: Known to be a key, or an array of keys, because JAX made it.
    is_key: bool = False
    is_array: bool = False
    #: The array or key that this one is an element of.
    array: Value | None = None
    parts: list[Value] | None = None
    table: dict[Any, Value] | None = None
    function: Function | None = None
    constant: Any = None
    has_constant: bool = False
    #: The source text of the number that a constructor was given.
    seed: str | None = None
    id: int = field(default_factory=lambda: next(_numbers))


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a key: where, how, and in which turn of which loops."""

    node: ast.AST
    kind: Kind
    turns: tuple[tuple[int, int], ...]
    name: str


@dataclass(slots=True)
class State:
    """One way through the code, up to here."""

    values: dict[str, Value] = field(default_factory=dict[str, Value])
    #: The uses of each key, by identity; folds apart, since they do not consume.
    uses: dict[int, Use] = field(default_factory=dict[int, Use])
    folds: dict[int, Use] = field(default_factory=dict[int, Use])
    #: What the branches taken say: normalised test -> outcome.
    facts: dict[str, bool] = field(default_factory=dict[str, bool])
    #: Keys that are equal by construction: elements of arrays, folds of the same number.
    derived: dict[tuple[Any, ...], Value] = field(default_factory=dict[tuple[Any, ...], Value])
    returned: Value | None = None
    #: Access path -> those below it that were ever given a value, on any way; shared by all ways.
    below: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    def copy(self) -> State:
        """Return an independent copy; values themselves are shared."""
        return State(
            dict(self.values),
            dict(self.uses),
            dict(self.folds),
            dict(self.facts),
            dict(self.derived),
            self.returned,
            self.below,
        )

    def drawn(self, key: int) -> Use | None:
        """Return where a key, or one that was split from it, was drawn from."""
        use = self.uses.get(key)
        if use is not None and use.kind is Kind.SAMPLE:
            return use
        below = (
            self.drawn(child.id)
            for place, child in self.derived.items()
            if place[0] in {"split", "element"} and place[1] == key
        )
        return next((found for found in below if found is not None), None)

    def same(self, other: State) -> bool:
        """Whether nothing that concerns keys differs."""
        return self.uses == other.uses and self.values == other.values and self.folds == other.folds

    def bind(self, path: str, value: Value) -> None:
        """Give a name or access path a value; what was below it is forgotten."""
        self.forget(path)
        self.know(path, value)
        base = path.split(".", 1)[0].split("[", 1)[0]
        stale = [text for text in self.facts if base in text]
        for text in stale:
            del self.facts[text]

    def know(self, path: str, value: Value) -> None:
        """Give an access path a value that it has not had so far."""
        self.values[path] = value
        above = path
        while (at := max(above.rfind("."), above.rfind("["))) > 0:
            above = above[:at]
            known = self.below.setdefault(above, set())
            if path in known:
                return
            known.add(path)

    def forget(self, path: str) -> None:
        """Forget what is known below an access path."""
        for known in self.below.get(path, ()):
            self.values.pop(known, None)


def path_of(node: ast.expr) -> str | None:
    """Return the access path of a name, attribute or constant subscript: `self.rng`, `keys[0]`."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=base, attr=attr):
            below = path_of(base)
            return None if below is None else f"{below}.{attr}"
        case ast.Subscript(value=base, slice=ast.Constant(value=index)):
            below = path_of(base)
            return None if below is None else f"{below}[{index!r}]"
        case _:
            return None
