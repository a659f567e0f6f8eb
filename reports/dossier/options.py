"""What a caller tells a renderer of the dossier."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ... import __version__


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How to render a dossier."""

    version: str = __version__
    #: Where links to source lead: an address or a relative path, without a last slash.
    link_base: str = "."
    #: A folder whose templates come before ours.
    templates: Path | None = None
    time: datetime = field(default_factory=_now)
    #: The existing card that `model-card` merges into; None takes the repository's own.
    card: str | None = None
    #: Show lines of source. Without them a report holds places and links only.
    source: bool = True
    #: `neurips` and `checklist` as LaTeX.
    latex: bool = False

    @property
    def made(self) -> str:
        """The time as text, UTC."""
        return self.time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
