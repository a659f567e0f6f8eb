"""What `verify` is doing, on standard error: the plan always, the runs on a terminal."""

from __future__ import annotations

import sys


class RunProgress:
    """An observer of a verification."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()

    def plan(self, words: str) -> None:
        """What will be run and what it may cost."""
        sys.stderr.write(f"plan: {words}\n")
        sys.stderr.flush()

    def begin(self, name: str, why: str) -> None:
        """A run starts."""
        if self._terminal:
            sys.stderr.write(f"\r\x1b[K{name}: {why} …")
            sys.stderr.flush()

    def end(self, name: str, status: str, seconds: float) -> None:
        """A run is over."""
        if self._terminal:
            sys.stderr.write("\r\x1b[K")
        if status != "ok":
            sys.stderr.write(f"{name}: {status} after {seconds:.1f} s\n")
        sys.stderr.flush()
