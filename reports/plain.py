"""Text from a scanned repository made harmless: it may hold anything."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from ..auditor.regex import regex

#: Longer messages are cut; nobody reads on, and some readers refuse the file.
MAX_TEXT = 4000

# Controls, bidirectional overrides, invisible separators, lone surrogates, tag characters. The
# joiners U+200C and U+200D stay: Persian and Indic words need them.
_RISKY = regex(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_SURROGATE = regex("[\ud800-\udfff]")


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def clipped(text: str, limit: int = MAX_TEXT) -> str:
    """Return the text, cut at `limit` characters with a note of how many are left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit:,} more characters)"


def plain(text: str, limit: int = MAX_TEXT) -> str:
    """Return the text on one line with everything that could act on a terminal spelled out."""
    text = clipped(text, limit)
    if text.isascii() and text.isprintable():
        return text
    spaced = text.replace("\r\n", " ").replace("\n", " ").replace("\t", " ")
    return _RISKY.sub(_escaped, spaced)


def encodable(text: str, limit: int = MAX_TEXT) -> str:
    """Return the text with lone surrogates spelled out; for formats that escape the rest."""
    text = clipped(text, limit)
    return text if text.isascii() else _SURROGATE.sub(_escaped, text)


def encodable_tree(value: Any) -> Any:
    """Apply `encodable` to every string of a JSON value, keys included."""
    match value:
        case str():
            return encodable(value)
        case dict():
            return {
                encodable(str(key)): encodable_tree(item)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
                for key, item in value.items()  # pyright: ignore[reportUnknownVariableType]
            }
        case list() | tuple():
            return [encodable_tree(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
        case _:
            return value


def to_json(value: Any) -> str:
    """Return JSON in ASCII (so that no reader's terminal is reached), indented, with a newline."""
    return json.dumps(encodable_tree(value), indent=2, ensure_ascii=True) + "\n"


def width(text: str) -> int:
    """Return how many terminal columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.combining(character)
        else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return `1 file`, `2 files`, `5,000 files`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
