"""Hydra: configurations composed from files of the project, and the objects that they name."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any, cast

from ..regex import regex
from .abstract import (
    UNKNOWN,
    Arguments,
    Choice,
    External,
    Known,
    Made,
    ModuleValue,
    Partial,
    Sequence,
    Table,
    Value,
    join,
)
from .configuration import path_from, raw_document, table_of
from .space import Space

if TYPE_CHECKING:
    from .walker import Walker

_MAX_DEPTH = 5
_PACKAGE = regex(r"^#\s*@package\s+(\S+)", re.M)
_REFERENCE = regex(r"^\$\{\s*([\w.]+)\s*\}$")
#: Keys that name what is made, the present one first; the others stand beside `params`.
_TARGETS = ("_target_", "target", "class", "cls")


def hydra_configuration(walker: Walker, made: Made, space: Space) -> Value:
    """Return the configuration that `@hydra.main(config_path=…, config_name=…)` hands over."""
    folder = _text(made.arguments.get(0, "config_path"))
    name = _text(made.arguments.get(1, "config_name"))
    old = name is None and folder is not None and folder.endswith((".yaml", ".yml"))
    if old and folder is not None:
        # Hydra 0.x: the path is that of the file.
        folder, _, name = folder.rpartition("/")
    if name is None:
        return Table({}, exact=False, dotted=True)
    for suffix in ("", ".yaml", ".yml"):
        path = path_from(walker, f"{folder or '.'}/{name}{suffix}", space)
        if path is not None and (table := _composed(walker, path, old)) is not None:
            _resolve(table, table)
            return table
    return Table({}, exact=False, dotted=True)


def _text(value: Value | None) -> str | None:
    return value.value if isinstance(value, Known) and isinstance(value.value, str) else None


def _composed(walker: Walker, path: str, flat: bool, depth: int = 0) -> Table | None:
    """Return a configuration file with those that its defaults list names. `flat`: Hydra 0.x."""
    data = raw_document(walker, path)
    if data is None or depth > _MAX_DEPTH:
        return None
    folder, _, name = path.rpartition("/")
    listed = data.get("defaults")
    own = table_of({key: value for key, value in data.items() if key != "defaults"}, name)
    table = Table({}, exact=False, dotted=True)
    is_merged = False
    for entry in cast(list[Any], listed) if isinstance(listed, list) else []:
        if entry == "_self_":
            _merge(table, own)
            is_merged = True
            continue
        for group, option in _named(entry):
            inner = f"{folder}/{group}/{option}.yaml" if group else f"{folder}/{option}.yaml"
            inner = inner.lstrip("/")
            part = _composed(walker, inner, flat, depth + 1)
            if part is not None:
                _merge(_package(table, walker, inner, "" if flat else group), part)
    if not is_merged:
        _merge(table, own)
    return table


def _named(entry: Any) -> list[tuple[str, str]]:
    """Return the (group, option) pairs that an entry of a defaults list names."""
    if isinstance(entry, str):
        return [("", entry.removesuffix(".yaml"))]
    if not isinstance(entry, dict):
        return []
    pairs = cast(dict[Any, Any], entry).items()
    return [
        (str(group).split(" ")[-1].split("@")[0].strip("/"), str(option).removesuffix(".yaml"))
        for group, option in pairs
        if isinstance(option, str)
    ]


def _package(table: Table, walker: Walker, path: str, group: str) -> Table:
    """Return the part of a configuration into which a file of a group goes."""
    document = walker.project.documents.get(path)
    header = _PACKAGE.search(document.text) if document is not None else None
    package = header[1] if header is not None else "_group_"
    if package in {"_global_", "_group_"}:
        package = "" if package == "_global_" else group.replace("/", ".")
    for part in filter(None, package.split(".")):
        inner = table.items.get(part)
        if not isinstance(inner, Table):
            inner = Table({}, exact=False, dotted=True)
            table.items[part] = inner
        table = inner
    return table


def _merge(into: Table, other: Table) -> None:
    for key, value in other.items.items():
        before = into.items.get(key)
        if isinstance(before, Table) and isinstance(value, Table):
            _merge(before, value)
        else:
            into.items[key] = value


def _resolve(table: Table, root: Table, depth: int = 0) -> None:
    """Put what `${a.b}` names in its place."""
    if depth > _MAX_DEPTH:
        return
    for key, value in table.items.items():
        text = _text(value)
        found = _REFERENCE.match(text) if text is not None else None
        if found is not None:
            table.items[key] = _at(root, found[1].split("."))
        elif isinstance(value, Table):
            _resolve(value, root, depth + 1)


def _at(table: Value, names: list[str]) -> Value:
    for name in names:
        if not isinstance(table, Table):
            return UNKNOWN
        table = table.items.get(name, UNKNOWN)
    return table


def instantiate(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    """`hydra.utils.instantiate(configuration, **more)`: make what the configuration names."""
    config = arguments.get(0, "config")
    if isinstance(config, Choice):
        rest = arguments.positional[1:]
        each = [
            instantiate(
                walker, Arguments((one, *rest), arguments.keywords, arguments.spreads), node, space
            )
            for one in config.values
        ]
        return join(*[value for value in each if value is not None])
    function = _target(walker, config, node, space)
    if function is None or not isinstance(config, Table):
        walker.opaque()
        return UNKNOWN
    new = "_target_" in config.items
    given = config if new else config.items.get("params")
    keywords = {
        str(key): _made_inside(walker, value, node, space) if new else value
        for key, value in (given.items.items() if isinstance(given, Table) else ())
        if not str(key).startswith("_")
    }
    keywords |= {key: value for key, value in arguments.keywords.items() if key[:1] != "_"}
    passed = Arguments(arguments.positional[1:], keywords, arguments.spreads)
    partial = config.items.get("_partial_")
    if isinstance(partial, Known) and partial.value is True:
        return Partial(function, passed)
    from .calls import call

    return call(walker, function, passed, node, space)


def _made_inside(walker: Walker, value: Value, node: ast.AST, space: Space) -> Value:
    if isinstance(value, Table) and "_target_" in value.items:
        return instantiate(walker, Arguments((value,)), node, space) or UNKNOWN
    if isinstance(value, Sequence):
        return Sequence(
            [_made_inside(walker, item, node, space) for item in value.items], value.exact
        )
    return value


def _target(walker: Walker, config: Value | None, node: ast.AST, space: Space) -> Value | None:
    if not isinstance(config, Table):
        return None
    named = next((text for key in _TARGETS if (text := _text(config.items.get(key)))), None)
    return named_thing(walker, named, node, space) if named is not None else None


def named_thing(walker: Walker, dotted: str, node: ast.AST, space: Space) -> Value | None:
    """Return what a dotted name in a text stands for: of the project, or outside."""
    from .attributes import attribute

    parts = dotted.split(".")
    if not all(part.isidentifier() for part in parts) or len(parts) < 2:
        return None
    for length in range(len(parts) - 1, 0, -1):
        name = ".".join(parts[:length])
        path = walker.path_of(name, space.file.path)
        if path is None:
            continue
        walker.module(path, node, space)
        value: Value = ModuleValue(path, name)
        for part in parts[length:]:
            value = attribute(walker, value, part, cast(ast.expr, node), space)
        return value
    return External(walker.vocabulary.canonical(dotted))


def get_class(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    """`hydra.utils.get_class("package.Class")`."""
    name = _text(arguments.get(0, "path"))
    found = named_thing(walker, name, node, space) if name is not None else None
    if found is None:
        walker.opaque()
        return UNKNOWN
    return found
