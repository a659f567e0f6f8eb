"""What the project's documents declare together: versions, library or experiment, scripts."""

from __future__ import annotations

from collections.abc import Mapping

from ..discover import Discovery
from ..document import Document
from ..environment import Environment


def read_environment(documents: Mapping[str, Document], discovery: Discovery) -> Environment:
    """Read the environment files among the documents."""
    return Environment()
