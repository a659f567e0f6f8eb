"""`# fwaudit: ignore[rule] reason`: which findings a person has answered already."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from .place import Place
from .regex import regex
from .source import Source

_COMMENT = regex(
    r"fwaudit:\s*(?P<scope>ignore-file|ignore)\s*(?:\[(?P<rules>[^\]]*)\])?\s*(?P<reason>.*)"
)


class _PlaceMaker(Protocol):
    def __call__(self, line: int, column: int, end_line: int, end_column: int, /) -> Place: ...


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment. `rules` are codes, names or prefixes as written; empty means it names none.

    It answers findings on its own line, or on the next line that holds code when it stands alone.
    """

    place: Place
    rules: tuple[str, ...]
    reason: str
    whole_file: bool
    alone: bool
    #: The last line that it covers: the next code line when the comment stands alone.
    covers_line: int
    #: What to take away to remove the comment: with the space before it, or the whole line.
    removal: Place

    def covers(self, place: Place) -> bool:
        """Whether a finding at `place` stands where this comment speaks."""
        if place.path != self.place.path:
            return False
        if self.whole_file:
            return True
        if place.cell != self.place.cell:
            return False
        last = max(place.end_line, place.line)
        return place.line <= self.covers_line <= last or place.line <= self.place.line <= last


def python_suppressions(source: Source) -> tuple[Suppression, ...]:
    """Find the comments of a Python source; text inside strings does not count."""
    if "fwaudit:" not in source.text:
        return ()
    found: list[tuple[int, int, str]] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
            if token.type == tokenize.COMMENT and "fwaudit:" in token.string:
                found.append((token.start[0], token.start[1], token.string))
    except (tokenize.TokenError, SyntaxError):
        pass
    lines = source.text.split("\n")
    return tuple(_build(found, lines, source.place))


def text_suppressions(path: str, text: str) -> tuple[Suppression, ...]:
    """Find the comments of a document: `#`, `//` or `<!-- … -->` before `fwaudit:`."""
    if "fwaudit:" not in text:
        return ()
    lines = text.split("\n")
    found: list[tuple[int, int, str]] = []
    for number, line in enumerate(lines, 1):
        at = re.search(r"(#|//|<!--|%|;)\s*fwaudit:", line)
        if at is not None:
            found.append((number, at.start(), line[at.start() :].removesuffix("-->")))

    def place(line: int, column: int, end_line: int, end_column: int) -> Place:
        return Place(path, line, column, end_line, end_column)

    return tuple(_build(found, lines, place))


def _build(
    found: Iterable[tuple[int, int, str]], lines: list[str], place: _PlaceMaker
) -> Iterator[Suppression]:
    for line, column, comment in found:
        match = _COMMENT.search(comment)
        if match is None:
            continue
        alone = not lines[line - 1][:column].strip()
        covered = line
        if alone:
            covered = line + 1
            while covered <= len(lines) and (
                not lines[covered - 1].strip() or lines[covered - 1].lstrip().startswith("#")
            ):
                covered += 1
        here = place(line, column + 1, line, column + 1 + len(comment))
        rules = tuple(part.strip() for part in (match["rules"] or "").split(",") if part.strip())
        reason = match["reason"].strip().lstrip(":-– ").strip()
        whole = match["scope"] == "ignore-file"
        if alone:
            removal = replace(here, column=1, end_line=here.line + 1, end_column=1)
        else:
            kept = len(lines[line - 1][:column].rstrip())
            removal = replace(here, column=kept + 1)
        shift = covered - line
        yield Suppression(here, rules, reason, whole, alone, here.line + shift, removal)
