"""Inline script metadata (PEP 723): the environment that a script carries in its comments."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass

from ...auditor.documents.requirement import parse_requirement
from ...auditor.documents.structured import array
from ...auditor.file import File
from ...auditor.place import Place
from ...auditor.regex import regex

_BLOCK = regex(r"^# /// script[ \t]*$\n(?P<content>(?:^#(?:| .*)$\n)+?)^# ///[ \t]*$", re.M)


@dataclass(frozen=True, slots=True)
class Inline:
    """One requirement of a script, as written."""

    text: str
    place: Place


def read_inline(file: File) -> tuple[list[Inline], int]:
    """Return the requirements without an exact version, and how many there are in all."""
    match = _BLOCK.search(file.source.text)
    if match is None:
        return [], 0
    lines = [
        line[2:] if line.startswith("# ") else line[1:] for line in match["content"].split("\n")
    ]
    try:
        content = tomllib.loads("\n".join(lines))
    except ValueError:
        return [], 0
    first = file.source.text.count("\n", 0, match.start("content")) + 1
    loose: list[Inline] = []
    listed = [item for item in array(content.get("dependencies")) if isinstance(item, str)]
    for item in listed:
        offset = next((n for n, line in enumerate(lines) if item in line), 0)
        place = file.place_of_line(first + offset)
        made = parse_requirement(item, place)
        if made is not None and not made.is_pinned and not made.url:
            loose.append(Inline(item, place))
    return loose, len(listed)
