"""What the project declares about the environment it runs in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .source import Problem
from .versions import Versions

if TYPE_CHECKING:
    from .documents.environment_file import EnvironmentFile


@dataclass(frozen=True, slots=True)
class Environment:
    """The declared packages, and whether the root is a library (an installable distribution)."""

    versions: Versions = field(default_factory=Versions)
    is_library: bool = False
    #: Console scripts: (name, `package.module:function`).
    scripts: tuple[tuple[str, str], ...] = ()
    #: Every environment file, in the order of paths.
    files: tuple[EnvironmentFile, ...] = ()
    #: Whether the root is a part of a larger checkout, whose environment may stand above it.
    is_part: bool = False
    #: What could not be read, or was not followed.
    problems: tuple[Problem, ...] = ()
