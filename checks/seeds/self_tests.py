"""Main blocks that only try out a module which is there to be imported."""

from __future__ import annotations

import ast
import re

from ...auditor.entrypoints import EntryPoint
from ...auditor.file import File
from ...auditor.nodes import last_name
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.walk import Kind
from .survey import Surveyed
from .vocabulary import LEARNS

#: What a program calls to do its work.
_WORK = regex(r"(^|_)(main|run|train|fit|cli|app|launch|start|evaluate|infer)(_|$)", re.I)
_TRIES = regex(r"_?(self_?)?(test|check|demo|example|bench)", re.I)
_TRAINS = LEARNS | {"save"}


def is_self_test(project: Project, item: Surveyed) -> bool:
    """Whether an entry point is the `__main__` block of a module that is there to be imported.

    It stands in a library's package, or the package that it stands in imports it, or another module
    imports it and the block calls no `main`, or it makes an object of a class of the same file. A
    block with options is a program, unless all that it calls is named a test; so is one that
    trains, outside a library.
    """
    entry = item.entry
    file = project.file(entry.path)
    if entry.kind != "main" or entry.path.endswith("__main__.py") or file is None:
        return False
    called = _called(file)
    if item.walk.options and not (called and all(_TRIES.match(name) for name in called)):
        return False
    if _is_of_library(project, entry):
        return True
    if any(_WORK.search(name) for name in called):
        return False
    if not entry.imported and not _makes_its_own(file, called):
        return False
    return not any(
        event.kind is Kind.CALL and event.method in _TRAINS for event in item.walk.events
    )


def _is_of_library(project: Project, entry: EntryPoint) -> bool:
    folder = entry.path.rpartition("/")[0]
    package = project.modules.get(f"{folder}/__init__.py") if folder else None
    if package is None:
        return False
    name = project.modules[entry.path].name
    imported = (f"{item.module}.{item.name}".rstrip(".") for item in package.imports)
    return project.environment.is_library or any(
        each == name or each.startswith(f"{name}.") for each in imported
    )


def _makes_its_own(file: File, called: list[str]) -> bool:
    """Whether the main block makes an object of a class that stands above it, below the root."""
    folder, _, name = file.path.rpartition("/")
    classes = {node.name for node in file.tree.body if isinstance(node, ast.ClassDef)}
    return bool(folder) and not _WORK.search(name.removesuffix(".py")) and bool(classes & {*called})


def _called(file: File) -> list[str]:
    """Return the last names of what the main block calls."""
    return [
        last_name(node.func)
        for block in file.tree.body
        if isinstance(block, ast.If) and "__name__" in file.text(block.test)
        for node in file.nodes.of(ast.Call, under=block)
    ]
