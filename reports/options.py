"""What a caller tells a renderer beside the result."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from .. import __version__


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How to render a scan. Plain text without colour is the default."""

    color: bool = False
    #: Add the table of findings and seconds by rule.
    statistics: bool = False
    #: Rows as in the JSON contract; None takes those of the result.
    entry_points: Sequence[Mapping[str, Any]] | None = None
    version: str = __version__
    #: What binds the output to the tree that was scanned; see `auditor.dossier.binding`.
    provenance: Mapping[str, Any] | None = None
    title: str = ""
    #: From the current folder to the scan's root, as "repo/"; empty where they are one, or apart.
    below: str = ""
    #: Where links to source lead: an address or a relative path, without a last slash.
    link_base: str = "."


def wants_color(stream: TextIO) -> bool:
    """Whether to colour what goes to a stream: NO_COLOR, then FORCE_COLOR, then a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") not in {None, "", "0"}:
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"
