"""Standard input, read once, so that every run gets the same."""

from __future__ import annotations

import os
import select
import stat
import sys

_PATIENCE = 0.2


def waiting_input() -> bytes | None:
    """What a file or pipe holds for us; None on a terminal, or when nobody writes into the pipe."""
    try:
        number = sys.stdin.fileno()
        mode = os.fstat(number).st_mode
    except (OSError, ValueError, AttributeError):
        return None
    if stat.S_ISREG(mode):
        return sys.stdin.buffer.read()
    if not stat.S_ISFIFO(mode):
        return None
    ready, _, _ = select.select([number], [], [], _PATIENCE)
    if not ready:
        return None
    return sys.stdin.buffer.read()
