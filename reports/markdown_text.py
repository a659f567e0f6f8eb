"""Text from a scanned repository inside Markdown: no markup, no mention, no link of its own."""

from __future__ import annotations

from ..auditor.regex import regex
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
#: What a code span or a table row would not keep to itself.
_IN_CODE = regex(r"[&<>|@`]|^\s|\s$")
_MARKUP = regex(r"[&<>|@#$\\`*_\[\]~!]")


def escaped(text: str, limit: int = 600) -> str:
    """Return the text so that Markdown shows it letter by letter."""
    return _MARKUP.sub(lambda match: _ENTITIES.get(match[0], "\\" + match[0]), plain(text, limit))


def code(text: str, limit: int = 300) -> str:
    """Return the text as inline code, also inside a table."""
    shown = plain(text, limit)
    if not shown.strip():
        return ""
    if _IN_CODE.search(shown):
        return f"<code>{_MARKUP.sub(lambda match: f'&#{ord(match[0])};', shown)}</code>"
    return f"`{shown}`"
