"""Where a value stands in the text of a file whose parser gives no lines."""

from __future__ import annotations

import re

from ..document import Document
from ..place import Place


class Finder:
    """Finds quoted or bare values in a document, by default below a table header."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._start = 1

    def section(self, header: str) -> None:
        """Begin at a line such as `[project]`, or at the first line when there is none."""
        self._start = next(
            (
                number
                for number, line in enumerate(self.document.lines, 1)
                if line.strip().split("#", 1)[0].strip() == header
            ),
            1,
        )

    def place(self, text: str) -> Place:
        """Return the line that holds `text`; the section's first line when none does."""
        lines = self.document.lines
        quoted = (f'"{text}"', f"'{text}'")
        for number in range(self._start, len(lines) + 1):
            if any(form in lines[number - 1] for form in quoted):
                return self.document.place(number)
        return self.key(text)

    def key(self, name: str) -> Place:
        """Return the line that begins with `name =`."""
        pattern = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*[=:]")
        lines = self.document.lines
        for number in range(self._start, len(lines) + 1):
            if pattern.match(lines[number - 1]):
                return self.document.place(number)
        return self.document.place(self._start)
