"""A seekable, read-only file over a view, without copying it."""

from __future__ import annotations

import io
from typing import Any


class ViewFile(io.RawIOBase):
    """What `zipfile` and h5py need of a file."""

    def __init__(self, data: memoryview) -> None:
        self._data = data.cast("B") if data.nbytes else data
        self._position = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Moves, never before the start."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._data.nbytes}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        """Where the next read starts."""
        return self._position

    def readinto(self, buffer: Any, /) -> int:
        """Fills the buffer as far as bytes are left."""
        target = memoryview(buffer).cast("B")
        block = self._data[self._position : self._position + target.nbytes]
        target[: block.nbytes] = block
        self._position += block.nbytes
        return block.nbytes
