"""What the project declares about the environment it runs in."""

from __future__ import annotations

from dataclasses import dataclass, field

from .versions import Versions


@dataclass(frozen=True, slots=True)
class Environment:
    """The declared packages, and whether the project is a library."""

    versions: Versions = field(default_factory=Versions)
    #: A build backend and a `[project]` table, or an equivalent.
    is_library: bool = False
    #: Console scripts: (name, `package.module:function`).
    scripts: tuple[tuple[str, str], ...] = ()
