"""Which lines of a file hold a word that some rule wants."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence


def lines_at(text: str, positions: Iterable[int]) -> list[int]:
    """Return the line of each position in a text, in rising order; one pass over the text."""
    lines: list[int] = []
    line, before = 1, 0
    for at in sorted(positions):
        line += text.count("\n", before, at)
        before = at
        lines.append(line)
    return lines


class Interest:
    """The lines of a file that hold a word some rule wants."""

    def __init__(self, text: str, words: Sequence[str], lines: Sequence[int]) -> None:
        self._text = text
        self._lines = sorted({*lines, *self._lines_of(words)})

    def _lines_of(self, words: Sequence[str]) -> list[int]:
        text = self._text
        positions: list[int] = []
        for word in words:
            at = text.find(word)
            while at >= 0:
                positions.append(at)
                at = text.find(word, at + 1)
        return lines_at(text, positions)

    def add(self, name: str) -> None:
        """Take an interest in calls of a further name too."""
        self._lines = sorted({*self._lines, *self._lines_of([f"{name}("])})

    def in_lines(self, first: int, last: int) -> bool:
        """Whether any line from `first` to `last` holds such a word."""
        at = bisect_left(self._lines, first)
        return at < len(self._lines) and self._lines[at] <= last
