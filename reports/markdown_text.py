"""Text from a scanned repository inside Markdown: no markup, no mention, no link of its own."""

from __future__ import annotations

import re

from .plain import plain

_ENTITIES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "|": "&#124;",
    "@": "&#64;",
    "#": "&#35;",
    "$": "&#36;",
}
_MARKUP = re.compile(r"[&<>|@#$\\`*_\[\]~!]")


def escaped(text: str, limit: int = 600) -> str:
    """Return the text so that Markdown shows it letter by letter."""
    return _MARKUP.sub(lambda match: _ENTITIES.get(match[0], "\\" + match[0]), plain(text, limit))


def code(text: str, limit: int = 300) -> str:
    """Return the text as inline code, also inside a table."""
    shown = plain(text, limit).replace("|", "¦")
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}" if shown.strip() else ""
