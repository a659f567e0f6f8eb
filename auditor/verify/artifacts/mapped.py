"""A file as a read-only view, mapped when it is large."""

from __future__ import annotations

import mmap
from pathlib import Path

from .artifact_error import ArtifactError

_SMALL = 1 << 20


def map_file(path: Path) -> memoryview:
    """The content of a regular file. ArtifactError when it cannot be read."""
    try:
        if not path.is_file():
            raise ArtifactError(f"{path.name} is no regular file")
        with path.open("rb") as file:
            if path.stat().st_size < _SMALL:
                return memoryview(file.read())
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:
        raise ArtifactError(f"cannot be read: {error}") from None
