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
#: Beginnings of notes: what chance does with elements, by their order.
_RANDOM = ("shuffled", "sampled", "drawn", "split", "given random numbers")
#: Beginnings of notes: which elements are taken, and in which order they meet random numbers.
_CHOICES = (*_RANDOM, "cut", "trained on")
#: What leaves this file, or is read by position: chance may arrange it where it is used.
_USED_ELSEWHERE = ("read by position", "returned")
#: Beginnings of notes that, in five lots of code, were mostly about what makes no difference: a
#: sample to look at, a measure over all, names.
_DOUBTED = ("cut by position", "joined into a tensor")
#: What happens in a dataset or a stream of batches: it matters where a training reads it.
_IN_TRAINING = ("read by position", "shuffled")


@dataclass(frozen=True, slots=True)
class Sink:
    """The node at which the order starts to matter, and what happens there."""

    node: ast.AST
    note: str
    #: Of a shuffle: whether the same function then cuts, splits or writes what it shuffled.
    is_divided: bool = False

    @property
    def is_shuffle(self) -> bool:
        """Whether the elements are shuffled."""
        return self.note.startswith("shuffled")

    @property
    def is_draw(self) -> bool:
        """Whether elements are drawn at random."""
        return self.note.startswith("drawn")

    @property
    def is_random(self) -> bool:
        """Whether chance decides what becomes of the elements, by their order."""
        return self.note.startswith(_RANDOM)

    @property
    def is_given_numbers(self) -> bool:
        """Whether each element meets the next random number."""
        return self.note.startswith("given random numbers")

    @property
    def is_used_elsewhere(self) -> bool:
        """Whether what is done to the elements in the end is done elsewhere."""
        return self.note.startswith(_USED_ELSEWHERE)

    @property
    def divides(self) -> bool:
        """Whether the elements are divided by position, or kept for good in their order."""
        return self.note.startswith(("cut", "split", "written"))

    @property
    def is_doubted(self) -> bool:
        """Whether it is mostly done where the order makes no difference."""
        return self.note.startswith(_DOUBTED)

    @property
    def needs_training(self) -> bool:
        """Whether it matters only where a training uses the code around it."""
        return self.note.startswith(_IN_TRAINING) and not self.is_divided

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
