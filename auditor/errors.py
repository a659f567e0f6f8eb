"""What a person did or has that stops the work: one line, and what to do."""

from __future__ import annotations

from collections.abc import Iterable


class UserError(Exception):
    """Caught once, by the command line; exit code 2."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `did you mean "x"?` for the nearest known word, or an empty string."""
    import difflib  # most runs need none

    match = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f'did you mean "{match[0]}"?' if match else ""
