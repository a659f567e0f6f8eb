"""How two artefacts differ: a tree, with a leaf for each tensor, value, text or block of bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What differs."""

    CONTENTS = "contents"
    VALUES = "values"
    SHAPE = "shape"
    DTYPE = "dtype"
    TYPE = "type"
    VALUE = "value"
    TEXT = "text"
    BYTES = "bytes"
    ONLY_IN_A = "only-in-a"
    ONLY_IN_B = "only-in-b"
    MORE = "more"


@dataclass(frozen=True, slots=True)
class TensorDelta:
    """Two tensors of one dtype and shape, element by element.

    Two NaNs are equal whatever their payload; 0.0 and -0.0 differ, at distance 0.
    """

    dtype: str
    shape: tuple[int, ...]
    elements: int
    elements_differing: int
    max_ulp: int | None
    """Largest distance in units in the last place; None for integers and where only NaNs differ."""
    max_abs: float | None
    """Largest absolute difference; None where nothing finite differs."""
    nan_mismatches: int
    """Elements that are NaN on one side only."""
    first_index: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: what it is called, what differs, one line, and what it consists of."""

    name: str
    kind: Kind
    message: str
    tensor: TensorDelta | None = None
    children: tuple[Difference, ...] = ()

    def leaves(self) -> Iterator[Difference]:
        """The differences that have no parts, in order, with their full names."""
        if not self.children:
            yield self
        for child in self.children:
            for leaf in child.leaves():
                yield leaf.under(self.name)

    def under(self, prefix: str) -> Difference:
        """The same under a longer name."""
        name = joined(prefix, self.name)
        return Difference(name, self.kind, self.message, self.tensor, self.children)

    def tensors(self) -> Iterator[Difference]:
        """The leaves that compare two tensors of one dtype and shape."""
        return (leaf for leaf in self.leaves() if leaf.tensor is not None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing two artefacts gave."""

    format: str
    difference: Difference | None
    tensors: int
    """Tensors that both sides hold and that were compared."""
    notes: tuple[str, ...] = ()
    """What was left out, could not be read, or differs without being content."""


def joined(prefix: str, name: str) -> str:
    """`model` and `layer1.weight` as `model.layer1.weight`; indices stay in brackets."""
    if not prefix or not name:
        return prefix or name
    return f"{prefix}{name}" if name.startswith("[") else f"{prefix}.{name}"
