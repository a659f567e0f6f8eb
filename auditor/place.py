"""Where something stands: lines and columns count from 1, in characters, ends exclusive."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A span in a file, or in one cell of a notebook.

    `path` is relative to the root, with `/`. `cell` is the 0-based index over all cells of a
    notebook; then `line` counts within that cell.
    """

    path: str
    line: int = 1
    column: int = 1
    end_line: int = 0
    end_column: int = 0
    cell: int | None = None

    def __post_init__(self) -> None:
        if self.end_line == 0:
            object.__setattr__(self, "end_line", self.line)
            object.__setattr__(self, "end_column", self.column)

    def __str__(self) -> str:
        cell = "" if self.cell is None else f"[{self.cell}]"
        return f"{self.path}{cell}:{self.line}"


#: A finding about something absent stands here.
NOWHERE = Place(".", 1, 1, 1, 1)
