"""JSON Schemas of every output, one file a name."""

from __future__ import annotations

from importlib import resources

from ...auditor.errors import UserError, nearest

NAMES = ("scan", "streams", "verify", "compare", "diff", "report", "gate", "baseline")


def schema(name: str) -> str:
    """Return the JSON Schema (2020-12) of an output as text.

    Raises:
        UserError: there is no such output.
    """
    if name not in NAMES:
        raise UserError(f'no schema "{name}"', nearest(name, NAMES) or f"one of {', '.join(NAMES)}")
    return (resources.files(__name__) / f"{name}.json").read_text("utf-8")
