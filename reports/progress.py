"""A progress bar on standard error: only on a terminal, only when the work is long."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

#: Work shorter than this many seconds shows nothing.
_PATIENCE = 0.7
_INTERVAL = 0.1
_WIDTH = 28


@contextmanager
def progress() -> Generator[Callable[[str, int, int], None] | None]:
    """Yield an observer `(stage, done, total)`, or None where nobody looks.

    It draws by itself, without a thread: worker processes are forked while it is open.
    """
    if not sys.stderr.isatty():
        yield None
        return
    started = time.monotonic()
    last = 0.0
    drawn = False

    def observe(stage: str, done: int, total: int) -> None:
        nonlocal last, drawn
        now = time.monotonic()
        if now - started < _PATIENCE or (now - last < _INTERVAL and done < total):
            return
        last = now
        drawn = True
        filled = _WIDTH * done // max(total, 1)
        bar = "=" * filled + " " * (_WIDTH - filled)
        sys.stderr.write(f"\r{stage} [{bar}] {done}/{total}")
        sys.stderr.flush()

    try:
        yield observe
    finally:
        if drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
