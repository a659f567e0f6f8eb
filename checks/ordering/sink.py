"""Where an order starts to matter."""

from __future__ import annotations

import ast
from dataclasses import dataclass

#: What happens to elements whose position becomes a number: labels, a vocabulary.
NUMBERED = "numbered by position"
#: What happens to elements that end in files called by their position.
NUMBERED_FILES = "written to files that are numbered by position"

#: Beginnings of notes about what is mostly done to examples.
_OF_ITEMS = (
    "read by",
    "made into a dataset",
    "split",
    "given random",
    "drawn",
    "sampled",
    "trained",
)
#: Beginnings of notes: which elements are taken, and in which order they meet random numbers.
_CHOICES = ("shuffled", "sampled", "drawn", "split", "cut", "given random numbers", "trained on")


@dataclass(frozen=True, slots=True)
class Sink:
    """The node at which the order starts to matter, and what happens there."""

    node: ast.AST
    note: str

    @property
    def is_table(self) -> bool:
        """Whether the elements become rows of a table."""
        return self.note.endswith("into a table")

    @property
    def chooses_labels(self) -> bool:
        """Whether a position becomes what an element is called."""
        return self.note in {NUMBERED, NUMBERED_FILES}

    @property
    def chooses_elements(self) -> bool:
        """Whether the order decides which elements are taken, or what is drawn for them."""
        return self.note.startswith(_CHOICES)

    @property
    def is_unseen(self) -> bool:
        """Whether what becomes of the order afterwards is not seen."""
        return self.is_table or self.note.startswith("returned")

    @property
    def is_about_items(self) -> bool:
        """Whether what happens to the elements says by itself that they are examples."""
        return self.note.startswith(_OF_ITEMS)
