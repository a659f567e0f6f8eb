"""Import statements."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..scout import absolute_module
from .abstract import External, ModuleValue, Value
from .assigning import bind
from .events import Kind
from .flow import NEXT, Flow
from .space import Space

if TYPE_CHECKING:
    from .walker import Walker


def run_import(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    """`import a.b as c`."""
    assert isinstance(statement, ast.Import)
    for alias in statement.names:
        path = walker.path_of(alias.name, space.file.path)
        whole = _module(walker, alias.name, path, statement, space)
        if alias.asname:
            bind(walker, alias.asname, whole, space)
            continue
        top = alias.name.split(".", 1)[0]
        if top != alias.name:
            top_path = walker.path_of(top, space.file.path)
            whole = _module(walker, top, top_path, statement, space)
        bind(walker, top, whole, space)
    return NEXT


def _module(
    walker: Walker, name: str, path: str | None, statement: ast.stmt, space: Space
) -> Value:
    if path is not None and path != space.file.path:
        walker.module(path, statement, space)
        return ModuleValue(path, name)
    top = name.split(".", 1)[0]
    if top in walker.vocabulary.imports:
        walker.emit(Kind.IMPORT, name, statement, space)
    return External(name)


def run_import_from(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    """`from .a import b, c` and `from a import *`."""
    assert isinstance(statement, ast.ImportFrom)
    file = space.file
    is_package = file.path.rsplit("/", 1)[-1] == "__init__.py"
    module = absolute_module(file.module, is_package, statement.level, statement.module)
    path = walker.path_of(module, "" if statement.level else file.path)
    holder = _module(walker, module, path, statement, space)
    for alias in statement.names:
        if alias.name == "*":
            _import_star(walker, holder, space)
            continue
        dotted = f"{module}.{alias.name}" if module else alias.name
        value: Value | None = None
        canonical = walker.vocabulary.canonical(dotted)
        if canonical in walker.vocabulary.names and not statement.level:
            value = External(canonical)
        elif isinstance(holder, ModuleValue):
            value = walker.module(holder.path).find(alias.name)
        if value is None:
            inner = walker.path_of(dotted, "" if statement.level else file.path)
            if inner is not None and inner != file.path:
                walker.module(inner, statement, space)
                value = ModuleValue(inner, dotted)
        bind(walker, alias.asname or alias.name, value or External(dotted), space)
    return NEXT


def _import_star(walker: Walker, holder: Value, space: Space) -> None:
    if isinstance(holder, ModuleValue):
        inner = walker.module(holder.path)
        for name, value in list(inner.names.items()):
            if not name.startswith("_"):
                bind(walker, name, value, space)
        space.stars.extend(inner.stars)
    elif isinstance(holder, External):
        space.stars.append(holder.name)
