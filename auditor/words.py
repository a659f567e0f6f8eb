"""The words of which a name is made."""

from __future__ import annotations

from .regex import regex

_HUMPS = regex(r"(?<=[a-z0-9])(?=[A-Z])")


def words_of(name: str) -> list[str]:
    """Return the words of a name, never none: `runInference_v2` -> run, inference, v2."""
    spaced = _HUMPS.sub("_", name).lower()
    return [word for word in spaced.replace("-", "_").split("_") if word] or [spaced]
