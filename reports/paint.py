"""Colour for the terminal, by rich; without it the text is the same."""

from __future__ import annotations

from functools import cache

STYLES = {
    "error": "bold red",
    "warning": "bold yellow",
    "info": "bold blue",
    "code": "bold",
    "name": "cyan",
    "place": "bold",
    "gutter": "blue",
    "good": "bold green",
    "bad": "bold red",
    "dim": "dim",
}


class Painter:
    """Puts a text in a style of `STYLES`, or leaves it alone."""

    def __init__(self, color: bool) -> None:
        self.color = color

    def __call__(self, style: str, text: str) -> str:
        """Return the text, coloured when colour is wanted."""
        return _painted(style, text) if self.color and text else text


@cache
def _painted(style: str, text: str) -> str:
    from rich.color import ColorSystem
    from rich.style import Style

    return Style.parse(STYLES[style]).render(text, color_system=ColorSystem.STANDARD)
