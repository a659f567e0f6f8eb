"""What an artefact holds, in one shape for all formats: tensors, values, texts, blobs, groups."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from .artifact_error import ArtifactError as ArtifactError
from .dtypes import item_size

MAX_ELEMENTS = 1 << 33
"""Elements of one tensor; a larger shape is a forged one."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """Elements in C order, little-endian; the data may be a view of a mapped file."""

    dtype: str
    shape: tuple[int, ...]
    data: memoryview

    def __post_init__(self) -> None:
        if any(extent < 0 for extent in self.shape) or math.prod(self.shape) > MAX_ELEMENTS:
            raise ArtifactError(f"a tensor of a forged shape {self.shape[:8]}")
        expected = math.prod(self.shape) * item_size(self.dtype)
        if self.data.nbytes != expected:
            raise ArtifactError(
                f"a {self.dtype} tensor of shape {list(self.shape)} needs {expected} bytes, "
                f"the file has {self.data.nbytes}"
            )

    @property
    def elements(self) -> int:
        """How many elements the shape holds."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class Value:
    """A number, string, flag or None."""

    value: bool | int | float | complex | str | bytes | None

    def same_as(self, other: Value) -> bool:
        """Equal type and value; NaN equals NaN, 0.0 differs from -0.0."""
        mine, its = self.value, other.value
        if type(mine) is not type(its):
            return False
        if isinstance(mine, float | complex):
            return repr(mine) == repr(its)
        return mine == its

    def __str__(self) -> str:
        return shorten(repr(self.value))


@dataclass(frozen=True, slots=True)
class Text:
    """A text, compared line by line."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that no reader understands, compared as they are; `note` says why."""

    data: memoryview
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Named members, or numbered ones; `label` is what they are (`dict`, `module.Class`)."""

    label: str
    members: Mapping[str, Node]
    volatile: dict[str, str] = field(default_factory=dict[str, str])
    """What was left out because it differs each time it is written: name, and why."""


Node = Tensor | Value | Text | Blob | Group


def shorten(text: str, limit: int = 80) -> str:
    """The text, cut in the middle to `limit` characters."""
    if len(text) <= limit:
        return text
    half = (limit - 3) // 2
    return f"{text[:half]}...{text[-half:]}"
