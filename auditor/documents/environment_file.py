"""What one environment file says, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..place import Place
from ..source import Problem
from .requirement import Requirement


class Format(StrEnum):
    """The format of an environment file."""

    REQUIREMENTS = "requirements"
    PYPROJECT = "pyproject"
    SETUP_CFG = "setup.cfg"
    SETUP_PY = "setup.py"
    PIPFILE = "Pipfile"
    CONDA = "conda environment"
    METADATA = "package metadata"
    LOCK = "lock"


class Role(StrEnum):
    """For what the packages of a file are installed."""

    #: For running something: an experiment, a service, a notebook.
    RUN = "run"
    #: Metadata of a library: ranges are right.
    LIBRARY = "library"
    #: For tests, documentation, building, continuous integration.
    DEVELOPMENT = "development"
    #: Bounds what other files install, installs nothing by itself.
    CONSTRAINTS = "constraints"


@dataclass(frozen=True, slots=True)
class Python:
    """Which Python a file asks for: `3.10`, `>=3.8`."""

    text: str
    place: Place

    @property
    def is_pinned(self) -> bool:
        """Whether it names one minor version."""
        text = self.text.strip().lower().removeprefix("python").lstrip("-= ")
        parts = text.removesuffix(".*").lstrip("=~").strip().split(".")
        if self.text.strip().startswith("~=") and len(parts) < 3:
            return False
        return len(parts) >= 2 and all(part[:1].isdigit() for part in parts[:2])


@dataclass(frozen=True, slots=True)
class EnvironmentFile:
    """Everything that one environment file says.

    `includes` are the files that it reads with `-r`, `constrained_by` those with `-c`; both are
    paths below the root. `is_package` says that it makes the folder an installable distribution.
    """

    path: str
    format: Format
    role: Role
    requirements: tuple[Requirement, ...] = ()
    python: Python | None = None
    includes: tuple[str, ...] = ()
    constrained_by: tuple[str, ...] = ()
    is_package: bool = False
    #: Written by a resolver (pip-compile, uv, conda-lock): the whole closure stands in it.
    is_resolved: bool = False
    scripts: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()
    #: What wrote it, as its own header says.
    tool: str = ""

    @property
    def folder(self) -> str:
        """The folder, with no slash at the end; empty for the root."""
        return self.path.rpartition("/")[0]

    @property
    def is_lock(self) -> bool:
        """Whether it lists the whole closure."""
        return self.format is Format.LOCK or self.is_resolved
