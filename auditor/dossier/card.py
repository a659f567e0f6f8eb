"""A card: the YAML front matter and the sections of a README or model card."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import yaml

from ..document import Document
from ..place import Place
from ..regex import regex

_OWN = regex(r"<!-- fwaudit: begin (\S+) -->.*?<!-- fwaudit: end \1 -->", re.S)
#: Nobody says more than this in a line or a section; patterns are not run over the rest.
_READ_LINE, _READ_SECTION = 2_000, 20_000
_FENCE = regex(r"^\s*(```|~~~)")
_HEADING = regex(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_EMPTY = regex(
    r"\[?more information needed\]?|\bTODO\b|\bTBD\b|<!--.*?-->|^[-*]\s*\*\*[^*]+\*\*:?\s*$"
    r"|^[-\s*_|]*$",
    re.I | re.S | re.M,
)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the text beneath it up to the next heading; lines count from 1."""

    title: str
    level: int
    line: int
    text: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said here, or only a placeholder."""
        return not _EMPTY.sub("", self.text).strip()


class Card:
    """A Markdown document with or without front matter. Nothing in it is executed.

    What fwaudit itself wrote between its marks is blank here: it is no declaration of a person.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = _OWN.sub(lambda match: "\n" * match[0].count("\n"), text)
        self.lines = self.text.split("\n")

    @classmethod
    def of(cls, document: Document) -> Card:
        """Read a document as a card."""
        return cls(document.path, document.text)

    @cached_property
    def front_end(self) -> int:
        """The number of lines of the front matter with both fences; 0 when there is none."""
        if not self.lines or self.lines[0].strip() != "---":
            return 0
        for number, line in enumerate(self.lines[1:], 2):
            if line.rstrip() == "---":
                return number
        return 0

    @cached_property
    def metadata(self) -> Mapping[str, Any]:
        """The front matter; empty when there is none or it is no YAML mapping."""
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            found: Any = yaml.load("\n".join(self.lines[1 : self.front_end - 1]), Loader=loader)
        except (yaml.YAMLError, ValueError, RecursionError):
            return {}
        return cast("Mapping[str, Any]", found) if isinstance(found, dict) else {}

    def key_place(self, key: str) -> Place:
        """Return where a key of the front matter stands."""
        for number, line in enumerate(self.lines[: self.front_end], 1):
            if line.startswith(f"{key}:"):
                return Place(self.path, number)
        return Place(self.path, 1)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The sections in order."""
        return tuple(self._sections())

    def _sections(self) -> Iterator[Section]:
        heads: list[tuple[str, int, int]] = []
        fenced = False
        for number, text in enumerate(self.lines, 1):
            if number <= self.front_end:
                continue
            if _FENCE.match(text):
                fenced = not fenced
            elif not fenced and (match := _HEADING.match(text[:_READ_LINE])):
                heads.append((match[2], len(match[1]), number))
        for index, (title, level, line) in enumerate(heads):
            end = heads[index + 1][2] - 1 if index + 1 < len(heads) else len(self.lines)
            text = "\n".join(self.lines[line:end])[:_READ_SECTION]
            yield Section(title, level, line, text.strip())

    def section(self, *patterns: str) -> Section | None:
        """Return the first section that says something and whose title matches a pattern."""
        for pattern in patterns:
            for index, section in enumerate(self.sections):
                if not re.search(pattern, section.title, re.I):
                    continue
                if not section.is_empty:
                    return section
                for below in self.sections[index + 1 :]:
                    if below.level <= section.level:
                        break
                    if not below.is_empty:
                        return below
        return None

    def find(self, pattern: str) -> tuple[int, re.Match[str]] | None:
        """Return the first line (from 1) and match of a pattern in the text."""
        compiled = re.compile(pattern, re.I)
        for number, line in enumerate(self.lines, 1):
            if match := compiled.search(line[:_READ_LINE]):
                return number, match
        return None
