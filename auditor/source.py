"""A Python file or a notebook as one Python text, and the way back from its lines to places."""

from __future__ import annotations

import ast
import bisect
import io
import re
import symtable
import tokenize
from dataclasses import dataclass

from .place import Place
from .regex import regex

#: Larger Python files are skipped and counted: they are generated data, not programs.
MAX_PYTHON_BYTES = 4 * 1024 * 1024
MAX_NOTEBOOK_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something could not be read or examined; one line for a person."""

    place: Place
    message: str
    #: fwaudit failed, not the file.
    is_fault: bool = False


@dataclass(frozen=True, slots=True)
class ShellLine:
    """A line of a notebook that goes to a shell or an installer: `!pip install x`, `%pip …`."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell: its index over all cells, and where it stands in the joined text."""

    index: int
    first_line: int
    lines: int


@dataclass(frozen=True, slots=True)
class Source:
    """The text that is parsed. For a notebook it is the code cells, one after the other."""

    path: str
    text: str
    cells: tuple[Cell, ...] = ()
    shell: tuple[ShellLine, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_notebook(self) -> bool:
        """Whether places carry a cell."""
        return self.path.endswith(".ipynb")

    def place(self, line: int, column: int, end_line: int, end_column: int) -> Place:
        """Translate a span of the joined text (lines and columns from 1) to a place."""
        if not self.cells:
            return Place(self.path, line, column, end_line, end_column)
        cell = self.cell_of(line)
        shift = cell.first_line - 1
        return Place(self.path, line - shift, column, end_line - shift, end_column, cell.index)

    def cell_of(self, line: int) -> Cell:
        """Return the cell in which a line of the joined text stands."""
        at = bisect.bisect_right([cell.first_line for cell in self.cells], line) - 1
        return self.cells[max(at, 0)]


_CODING = regex(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


def decode(data: bytes) -> str:
    """Decode as Python does: byte-order mark, then the coding line, else UTF-8.

    Raises:
        UnicodeDecodeError, SyntaxError: the bytes are not in the encoding that they name.
    """
    if not data.startswith(b"\xef\xbb\xbf") and not any(
        _CODING.match(line) for line in data.split(b"\n", 2)[:2]
    ):
        text = data.decode("utf-8")
    else:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def parse(text: str) -> ast.Module:
    """Parse without letting the parser's own warnings reach the terminal.

    Raises:
        SyntaxError: with the line; deep nesting and null bytes are turned into one as well.
    """
    try:
        return ast.parse(text)
    except (ValueError, RecursionError, MemoryError) as error:
        reason = "too deeply nested to parse" if not isinstance(error, ValueError) else str(error)
        raise SyntaxError(reason, ("", 1, 1, "", 1, 1)) from None


def check_syntax(text: str) -> None:
    """Parse without building a tree: a third cheaper, for files in which no rule has an interest.

    Raises:
        SyntaxError: as `parse`.
    """
    try:
        symtable.symtable(text, "<file>", "exec")
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error) or "too deeply nested", ("", 1, 1, "", 1, 1)) from None


_PYTHON2 = regex(r"^\s*(print\s+[^(=\s]|exec\s+['\"]|raise\s+\w+\s*,\s|except\s+\w[\w.]*\s*,)")


def explain_syntax_error(error: SyntaxError, text: str) -> str:
    """Say in one line why a file could not be parsed."""
    message = error.msg or "invalid syntax"
    lines = text.splitlines()
    line = lines[error.lineno - 1] if error.lineno and 0 < error.lineno <= len(lines) else ""
    if _PYTHON2.match(line) or "Missing parentheses in call" in message:
        return f"not parsed: Python 2 syntax ({message})"
    if re.match(r"^\s*type\s+\w+.*=", line) or re.match(r"^\s*(def|class)\s+\w+\s*\[", line):
        return "not parsed: needs Python ≥ 3.12 to read"
    return f"not parsed: {message}"
