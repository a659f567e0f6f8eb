"""Where an order starts to matter."""

from __future__ import annotations

import ast
from dataclasses import dataclass

#: What happens to elements whose position becomes a number: labels, a vocabulary.
NUMBERED = "numbered by position"


@dataclass(frozen=True, slots=True)
class Sink:
    """The node at which the order starts to matter, and what happens there."""

    node: ast.AST
    note: str

    @property
    def is_table(self) -> bool:
        """Whether the elements become rows of a table."""
        return self.note.endswith("into a table")
