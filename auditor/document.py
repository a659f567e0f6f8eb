"""A file that is not Python, read when a rule asks for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from .discover import FileState
from .place import Place

#: Text documents larger than this are read up to here; the rest cannot change a verdict we give.
MAX_TEXT_BYTES = 32 * 1024 * 1024


@dataclass
class Document:
    """A file below the root. Nothing is read before `data` or `text` is asked for."""

    state: FileState
    #: Set when reading failed; a rule that needs the text then sees an empty one.
    problem: str | None = field(default=None, init=False)

    @property
    def path(self) -> str:
        """The path relative to the root, with `/`."""
        return self.state.path

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.state.name

    @cached_property
    def data(self) -> bytes:
        """The bytes, up to `MAX_TEXT_BYTES`."""
        try:
            with Path(self.state.absolute).open("rb") as file:
                return file.read(MAX_TEXT_BYTES)
        except OSError as error:
            self.problem = error.strerror or "cannot be read"
            return b""

    @cached_property
    def text(self) -> str:
        """The text: UTF-8 (or UTF-16 by its byte-order mark), undecodable bytes replaced."""
        data = self.data
        if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            return data.decode("utf-16", errors="replace").replace("\r\n", "\n")
        return data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text."""
        return self.text.split("\n")

    def place(self, line: int = 1, column: int = 1, end_column: int | None = None) -> Place:
        """Return a place in this document; by default to the end of the line."""
        if end_column is None:
            text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
            end_column = max(len(text.rstrip()) + 1, column)
        return Place(self.path, line, column, line, end_column)
