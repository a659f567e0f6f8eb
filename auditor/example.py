"""Examples of rules: small projects in which the lines that must be reported are marked."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from .regex import regex

_MARK = regex(r"[ \t]*(?:#|//|<!--) <-(?: -->)?[ \t]*$", re.M)
_OUTPUT = regex(r"^#> [^\n]*\n", re.M)
_CELL = regex(r"^# %%[^\n]*\n", re.M)


@dataclass(frozen=True, slots=True)
class Example:
    """Code that a rule must (`bad`) or must not (`good`) report.

    Each line that must be reported ends in `# <-` (or `<!-- <- -->`); the mark is removed before
    the scan. `files` holds further files of the small project, by path; `path` names the example's
    own file. A notebook is written as plain text whose cells begin with `# %%`; lines that begin
    with `#> ` are the HTML that a cell put out. `absent`: the
    finding is about something the project lacks, and stands at path `.`. `fixed` is the whole
    text after the fix. `profile` is the profile to scan with.
    """

    source: str
    path: str = "train.py"
    files: tuple[tuple[str, str], ...] = ()
    fixed: str | None = None
    title: str = ""
    absent: bool = False
    profile: str = "research"
    #: OSV records, by file name, for rules that look advisories up.
    advisories: tuple[tuple[str, str], ...] = ()

    @property
    def clean(self) -> str:
        """The source without marks."""
        return without_marks(self.source)

    def all_files(self) -> tuple[tuple[str, str], ...]:
        """The example's own file and the further ones, with marks."""
        return ((self.path, self.source), *self.files)

    def write(self, folder: Path) -> None:
        """Write the small project, without marks."""
        for path, text in self.all_files():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            clean = without_marks(text)
            if path.endswith(".ipynb") and not clean.lstrip().startswith("{"):
                clean = _notebook(clean)
            target.write_text(clean, "utf-8")

    def expected(self) -> set[tuple[str, int | None, int]]:
        """Return (path, cell, line) of every marked line."""
        marked: set[tuple[str, int | None, int]] = set()
        for path, text in self.all_files():
            if path.endswith(".ipynb") and not text.lstrip().startswith("{"):
                for cell, part in enumerate(_cells(text)):
                    marked |= {(path, cell, line) for line in _marked_lines(part)}
            else:
                marked |= {(path, None, line) for line in _marked_lines(text)}
        if self.absent:
            marked.add((".", None, 1))
        return marked


def without_marks(text: str) -> str:
    """Remove the marks at the ends of lines."""
    return _MARK.sub("", text)


def _marked_lines(text: str) -> list[int]:
    return [number for number, line in enumerate(text.split("\n"), 1) if _MARK.search(line)]


def _cells(text: str) -> list[str]:
    parts = _CELL.split(text)
    return parts[1:] if not parts[0].strip() else parts


def _outputs(cell: str) -> list[dict[str, object]]:
    shown = [line[3:] for line in _OUTPUT.findall(cell)]
    if not shown:
        return []
    return [{"output_type": "display_data", "metadata": {}, "data": {"text/html": shown}}]


def _notebook(text: str) -> str:
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": _outputs(part),
            "execution_count": None,
            "source": _OUTPUT.sub("", part).rstrip("\n").splitlines(keepends=True),
        }
        for part in _cells(text)
    ]
    metadata = {"language_info": {"name": "python"}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})
