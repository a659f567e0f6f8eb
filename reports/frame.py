"""The lines of source that a finding and its evidence stand on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..auditor.discover import MAX_DOCUMENT_BYTES, FileState
from ..auditor.document import Document
from ..auditor.examine import read_source
from ..auditor.finding import Evidence, Finding
from ..auditor.place import Place
from .plain import clipped, plain, width

_COLUMNS = 110
_BEFORE = 40
_MOST_NOTES = 4


@dataclass(frozen=True, slots=True)
class FrameLine:
    """A line of source; `mark` is (first, count) in terminal columns, or a note beside it."""

    number: int
    text: str
    mark: tuple[int, int] | None = None
    note: str = ""


class Frames:
    """Reads source lines of files, each file once; it never fails."""

    def __init__(self, files: Iterable[FileState]) -> None:
        self._states: dict[str, FileState] = {state.path: state for state in files}
        self._lines: dict[str, dict[int | None, list[str]]] = {}

    def line(self, place: Place) -> str | None:
        """Return the line of source at a place, or None."""
        if place.path not in self._lines:
            self._lines[place.path] = self._read(place.path)
        lines = self._lines[place.path].get(place.cell, [])
        return lines[place.line - 1] if 0 < place.line <= len(lines) else None

    def _read(self, path: str) -> dict[int | None, list[str]]:
        state = self._states.get(path)
        if state is None or state.size > MAX_DOCUMENT_BYTES:
            return {}
        if not (state.is_python or state.is_notebook):
            text = Document(state).text
            return {} if "\0" in text[:4096] else {None: text.split("\n")}
        source = read_source(path, state.absolute)
        lines = source.text.split("\n")
        if not source.cells:
            return {None: lines}
        # As written: what the rules read has `pass` in place of magics.
        written = cell_texts(state.absolute)
        return {
            cell.index: written.get(cell.index)
            or lines[cell.first_line - 1 : cell.first_line - 1 + cell.lines]
            for cell in source.cells
        }

    def frame(self, finding: Finding) -> tuple[list[FrameLine], list[Evidence]]:
        """Return the lines to show, and the evidence that stands elsewhere."""
        place = finding.place
        text = self.line(place)
        if text is None or not text.strip():
            return [], list(finding.evidence)
        shown = {place.line: _marked(place, text)}
        elsewhere: list[Evidence] = []
        for item in finding.evidence:
            other = item.place
            near = (other.path, other.cell) == (place.path, place.cell)
            if near and other.line == place.line and item.note and item.note in text:
                continue
            line = self.line(other) if near and other.line not in shown else None
            if line is None or not line.strip() or len(shown) > _MOST_NOTES:
                elsewhere.append(item)
            else:
                note = "" if item.note in line else plain(item.note, 300)
                shown[other.line] = FrameLine(
                    other.line, clipped(_visible(line.rstrip()), 60), note=note
                )
        return [shown[number] for number in sorted(shown)], elsewhere


def cell_texts(path: str) -> dict[int, list[str]]:
    """Return the lines of each cell of a notebook as they were written; empty when unreadable."""
    try:
        document: Any = json.loads(Path(path).read_bytes())
        sources = [cell["source"] for cell in document["cells"]]
        joined = [item if isinstance(item, str) else "".join(item) for item in sources]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return {index: text.split("\n") for index, text in enumerate(joined)}


def _visible(text: str) -> str:
    return plain(text.replace("\t", "    "), 100_000)


def _marked(place: Place, text: str) -> FrameLine:
    """Return the line with its mark; long lines are cut around the mark."""
    text = text.rstrip()
    start = min(place.column - 1, len(text))
    end = place.end_column - 1 if place.end_line == place.line else len(text)
    end = min(max(end, start + 1), max(len(text), start + 1))
    cut = max(0, start - _BEFORE) if len(text) > _COLUMNS else 0
    before, marked = _visible(text[cut:start]), _visible(text[start : min(end, start + _COLUMNS)])
    after = text[end : cut + _COLUMNS]
    lead = "…" if cut else ""
    tail = "…" if end + len(after) < len(text) else ""
    whole = f"{lead}{before}{marked}{_visible(after)}{tail}"
    return FrameLine(place.line, whole, (width(lead + before), max(width(marked), 1)))
