"""Where output goes: the screen or a file; progress on a terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ..auditor.errors import UserError


def write(text: str, target: Path | None) -> None:
    """Write to a file, or to the screen when there is none.

    Raises:
        UserError: the file cannot be written.
    """
    if target is None:
        data = text.encode("utf-8", "surrogateescape")
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8", errors="surrogateescape")
    except OSError as error:
        raise UserError(f"{target}: not written: {error.strerror}") from None


def progress() -> Any:
    """Return what shows how far a scan is, as a context."""
    from ..reports.progress import progress as shown

    return shown()
