"""The linked project: every file that was found, and what they say of each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeVar, cast

from .audit import AuditRequest
from .discover import Discovery, FileState
from .document import Document
from .entrypoints import EntryPoint, find_entry_points
from .environment import Environment
from .examine import read_source
from .file import File
from .link import Links, module_name
from .module import Module
from .source import parse
from .versions import Versions

Made = TypeVar("Made")


class Project:
    """What project rules and document rules see.

    `modules` are the Python files and notebooks; `documents` every other file; both by path.
    """

    def __init__(
        self,
        discovery: Discovery,
        documents: Mapping[str, Document],
        environment: Environment,
        modules: Mapping[str, Module] | None = None,
        profile: str = "research",
        audit: AuditRequest | None = None,
    ) -> None:
        self.discovery = discovery
        self.root: Path = discovery.root
        self.documents = documents
        self.environment = environment
        self.modules: Mapping[str, Module] = modules or {}
        self.profile = profile
        #: Where to look up known vulnerabilities; None when nobody asked.
        self.audit = audit
        #: Whether a folder was scanned; project rules say nothing about lone files.
        self.whole = discovery.whole
        self._files: dict[str, File | None] = {}
        self._made: dict[Callable[[Project], object], object] = {}
        self._states: dict[str, FileState] = {state.path: state for state in discovery.files}

    def once(self, make: Callable[[Project], Made]) -> Made:
        """Return what rules make of this project; made when first asked for, and kept with it."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(Made, self._made[make])

    @property
    def versions(self) -> Versions:
        """The versions of packages that the project declares."""
        return self.environment.versions

    @cached_property
    def links(self) -> Links:
        """Module names to files."""
        return Links(self._states)

    @cached_property
    def entry_points(self) -> Sequence[EntryPoint]:
        """The programs of the project, in the order of paths."""
        return find_entry_points(self)

    def file(self, path: str) -> File | None:
        """Return the parsed file; read on first use. None when it is not Python or not readable."""
        if path not in self._files:
            self._files[path] = self._parse(path)
        return self._files[path]

    def _parse(self, path: str) -> File | None:
        state = self._states.get(path)
        if state is None or not (state.is_python or state.is_notebook):
            return None
        source = read_source(path, state.absolute)
        try:
            tree = parse(source.text)
        except SyntaxError:
            return None
        return File(source, tree, module_name(path), self.versions.near(path))
