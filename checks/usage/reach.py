"""Which programs of a project reach a file, and what stands in the files that they reach."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from ...auditor.entrypoints import EntryPoint, is_test_path
from ...auditor.project import Project
from ...auditor.regex import regex
from ..per_project import per_project

_BY_TEXT = regex(
    rb"import_module\(|__import__\(|\.register(_module|_model)?\(|\b_target_\b|build_from_cfg|"
    rb"register_model|getattr\(\s*(models?|datasets?|data)\b|globals\(\)|\beval\(\s*f?[\"']|"
    rb"\.__dict__\[(?![\"'])"
)
#: Files that may say which class or module a program takes.
_SPELLS = regex(r"\.(pyw?|ipynb|ya?ml|json|toml|cfg|ini|gin|sh|md|rst|txt)$|^Makefile$")
_MAX_BYTES = 1_000_000


class Reach:
    """The import graph of a project, and its files' bytes; looked up on demand."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._reached_from: dict[str, list[EntryPoint]] = {}
        self._closures: dict[str, frozenset[str]] = {}

    def texts(self, paths: frozenset[str] | None = None) -> Iterator[tuple[str, bytes]]:
        """Yield the paths and bytes of the project's own Python files, one after the other."""
        for state in self.project.discovery.files:
            if paths is not None and state.path not in paths:
                continue
            if (state.is_python or state.is_notebook) and not is_test_path(state.path):
                try:
                    yield state.path, Path(state.absolute).read_bytes()
                except OSError:
                    continue

    def holds(self, pattern: re.Pattern[bytes], paths: frozenset[str] | None = None) -> bool:
        """Whether any of the files holds a pattern."""
        return any(pattern.search(text) for _, text in self.texts(paths))

    def spells(self, name: str, *, besides: str) -> Iterator[str]:
        """Yield the other files that hold a word: code, configuration, a script of the shell."""
        sought = re.compile(rb"\b" + re.escape(name).encode() + rb"\b")
        for path, text in self.spelling(besides=besides):
            if sought.search(text):
                yield path

    def spelling(self, *, besides: str = "") -> Iterator[tuple[str, bytes]]:
        """Yield the paths and bytes of the files that may say what a program takes."""
        for state in self.project.discovery.files:
            if state.path == besides or not _SPELLS.search(state.name) or state.size > _MAX_BYTES:
                continue
            if state.is_python and is_test_path(state.path):
                continue
            try:
                yield state.path, Path(state.absolute).read_bytes()
            except OSError:
                continue

    @cached_property
    def finds_by_text(self) -> bool:
        """Whether modules or classes are found by texts, which the import graph does not show."""
        return self.holds(_BY_TEXT)

    def closure(self, entry: EntryPoint) -> frozenset[str]:
        """Return the files that a program imports, itself included."""
        return self.imports(entry.path)

    def imports(self, path: str) -> frozenset[str]:
        """Return the files that a file imports, directly or through others, itself included."""
        if path not in self._closures:
            self._closures[path] = _closure(path, self._imported)
        return self._closures[path]

    @cached_property
    def _imported(self) -> dict[str, tuple[str, ...]]:
        """Module -> the modules of the project that it imports."""
        path_of = self.project.links.path_of
        graph: dict[str, tuple[str, ...]] = {}
        for path, module in self.project.modules.items():
            found: dict[str, None] = {}
            for item in module.imports:
                target = path_of(f"{item.module}.{item.name}", path) if item.name else None
                target = target or (path_of(item.module, path) if item.module else None)
                if target is not None and target != path:
                    found[target] = None
            graph[path] = tuple(found)
        return graph

    @cached_property
    def _importers(self) -> dict[str, list[str]]:
        importers: dict[str, list[str]] = {}
        for path, targets in self._imported.items():
            for target in targets:
                importers.setdefault(target, []).append(path)
        return importers

    def imported_by(self, path: str) -> frozenset[str]:
        """Return the files that a file imports directly."""
        return frozenset(self._imported.get(path, ()))

    def importers(self, path: str) -> frozenset[str]:
        """Return the files that import a file directly."""
        return frozenset(self._importers.get(path, ()))

    def with_imports(self, paths: frozenset[str]) -> frozenset[str]:
        """Return files and what they import directly."""
        return paths.union(*map(self.imported_by, paths))

    def programs(self, path: str) -> list[frozenset[str]]:
        """Return, for each program that reaches a file, the files that it is made of."""
        return [self.closure(entry) for entry in self.entries(path)]

    def entries(self, path: str) -> list[EntryPoint]:
        """Return the entry points that import a file, directly or through others."""
        if path not in self._reached_from:
            above = _closure(path, self._importers)
            self._reached_from[path] = [
                entry for entry in self.project.entry_points if entry.path in above
            ]
        return self._reached_from[path]


@per_project
def reach_of(project: Project) -> Reach:
    """Return what reaches what in a project, kept for all rules."""
    return Reach(project)


def _closure(path: str, graph: Mapping[str, Sequence[str]]) -> frozenset[str]:
    seen = {path}
    stack = [path]
    while stack:
        for target in graph.get(stack.pop(), ()):
            if target not in seen:
                seen.add(target)
                stack.append(target)
    return frozenset(seen)
