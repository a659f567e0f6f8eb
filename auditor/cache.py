"""What is remembered of files that did not change: data only, in the user's cache folder."""

from __future__ import annotations

from .discover import FileState
from .examine import Examined


class Cache:
    """Results by file; a placeholder interface until the store below is opened."""

    def get(self, state: FileState) -> Examined | None:
        """Return what is remembered of a file in this very state."""
        return None

    def put(self, state: FileState, examined: Examined) -> None:
        """Remember a file."""
