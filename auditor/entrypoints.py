"""The programs of a project: what a person would run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .place import Place
from .regex import regex

if TYPE_CHECKING:
    from .module import Module
    from .project import Project


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """A program. `kind`: `main`, `script`, `console-script`, `notebook` or `decorated`.

    `functions` are the qualified names to start from after the module body (none: the body only,
    with the `__main__` block). `imported`: another module of the project imports it.
    """

    path: str
    name: str
    kind: str
    place: Place
    functions: tuple[str, ...] = ()
    imported: bool = False


_NEVER_NAMES = regex(
    r"^(__init__|setup|conf|conftest|noxfile|tasks|fabfile|manage|versioneer|_version|hubconf)\.py$"
    r"|^test_|_test\.py$|^tests?\.py$"
)
_NEVER_FOLDERS = frozenset({"tests", "test", "testing", "docs", "doc", ".github", "site-packages"})
_CONFIGURATIONS = regex(r"^(confs?|cfgs?|configs?|configurations?|settings|hparams)$", re.I)
_MAIN_DECORATORS = (
    "hydra.main",
    "click.command",
    "click.group",
    "typer.run",
    "absl.app.run",
    "fire.Fire",
    "hydra.experimental.main",
)


def is_entry_path(path: str) -> bool:
    """Whether a file may be a program at all: tests, docs and packaging files are not."""
    *folders, name = path.split("/")
    return not _NEVER_NAMES.search(name) and _NEVER_FOLDERS.isdisjoint(folders)


_TEST_NAMES = regex(r"^(conftest|noxfile)\.py$|^test_|_tests?\.py$|^tests?\.py$")


def is_test_path(path: str) -> bool:
    """Whether a file belongs to tests, documentation or packaging: nobody repeats their runs."""
    *folders, name = path.split("/")
    return (
        path == "setup.py"
        or bool(_TEST_NAMES.search(name))
        or not _NEVER_FOLDERS.isdisjoint(folders)
    )


def find_entry_points(project: Project) -> list[EntryPoint]:
    """List the entry points, one a path, in the order of paths."""
    imported = _imported_paths(project)
    scripts = _console_scripts(project)
    found: list[EntryPoint] = []
    for path, module in project.modules.items():
        if path in scripts:
            names = tuple(function for function, _ in scripts[path])
            line = module.main_line or 1
            found.append(
                EntryPoint(path, scripts[path][0][1], "console-script", Place(path, line), names)
            )
        elif is_entry_path(path) or _evaluates(module):
            in_package = f"{path.rpartition('/')[0]}/__init__.py" in project.modules
            if (entry := _entry(module, path in imported, in_package)) is not None:
                found.append(entry)
    return found


_TEST_TOOLS = frozenset(("unittest", "pytest", "nose", "absl.testing", "hypothesis"))


def _evaluates(module: Module) -> bool:
    """Whether a `test.py` is no unit test but the program that scores a model."""
    *folders, name = module.path.split("/")
    imported = {item.module for item in module.imports}
    return (
        name == "test.py"
        and module.main_line is not None
        and _NEVER_FOLDERS.isdisjoint(folders)
        and not any(
            each == tool or each.startswith(f"{tool}.") for each in imported for tool in _TEST_TOOLS
        )
    )


def _entry(module: Module, is_imported: bool, in_package: bool) -> EntryPoint | None:
    path = module.path
    name = path.rsplit("/", 1)[-1]
    if path.endswith(".ipynb"):
        return EntryPoint(path, name, "notebook", Place(path, 1, cell=0)) if module.lines else None
    if module.main_line is not None:
        place = Place(path, module.main_line)
        return EntryPoint(path, name, "main", place, imported=is_imported)
    for decorator, function, line in module.decorated:
        if decorator in _MAIN_DECORATORS and not is_imported:
            return EntryPoint(path, name, "decorated", Place(path, line), (function,))
    # What only binds names, in a package or among configurations, is there to be read by others.
    folder = path.rpartition("/")[0].rpartition("/")[2]
    runs = module.acts or not (in_package or _CONFIGURATIONS.match(folder))
    if module.effect_line is not None and runs and not is_imported:
        return EntryPoint(path, name, "script", Place(path, module.effect_line))
    return None


def _imported_paths(project: Project) -> set[str]:
    paths: set[str] = set()
    for path, module in project.modules.items():
        for item in module.imports:
            for dotted in (f"{item.module}.{item.name}" if item.name else "", item.module):
                target = project.links.path_of(dotted, path) if dotted else None
                if target is not None and target != path:
                    paths.add(target)
                    break
    return paths


def _console_scripts(project: Project) -> dict[str, list[tuple[str, str]]]:
    """Return path -> (function, script name) for the console scripts of the packaging metadata."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, target in project.environment.scripts:
        module, _, function = target.partition(":")
        path = project.links.path_of(module.strip())
        if path is not None and path in project.modules:
            found.setdefault(path, []).append((function.split("[")[0].strip(), name))
    return found
