"""TOML, YAML and JSON of a scanned repository: bounded in size, depth and expansion."""

from __future__ import annotations

import json
import tomllib
from typing import Any, cast

import yaml

from ..document import Document
from ..source import Problem

#: Larger structured files are named and not read; the largest locks seen are 3 MB.
MAX_STRUCTURED_BYTES = 8 * 1024 * 1024
#: More values than this come out of aliases that multiply.
MAX_VALUES = 500_000

_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Unreadable(Exception):
    """A file could not be read; the text is one line for a person."""


def check_size(document: Document, most: int) -> None:
    """Refuse a file of more bytes.

    Raises:
        Unreadable: it is larger.
    """
    if document.state.size > most:
        size = document.state.size / 1e6
        raise Unreadable(f"not read: {size:.0f} MB; up to {most // 10**6} MB are")


def read_table(document: Document) -> dict[str, Any]:
    """Read TOML, JSON or YAML by the file's name.

    Raises:
        Unreadable: too large, broken, nested too deeply, or no table at the top.
    """
    check_size(document, MAX_STRUCTURED_BYTES)
    try:
        value = _parse(document)
    except RecursionError:
        raise Unreadable("not read: nested too deeply") from None
    except (ValueError, yaml.YAMLError) as error:
        raise Unreadable(f"not read: {_one_line(error)}") from None
    if not isinstance(value, dict):
        return {}
    return cast(dict[str, Any], value)


def _one_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    text = getattr(error, "problem", None) or str(error).split("\n", 1)[0]
    where = f" (line {mark.line + 1})" if mark is not None else ""
    return f"{text}{where}"


def _parse(document: Document) -> Any:
    name = document.name
    if name.endswith((".yml", ".yaml")):
        return read_yaml(document.text)[0]
    if name.endswith(".json") or name == "Pipfile.lock":
        return json.loads(document.text)
    return tomllib.loads(document.text)


def table(value: Any) -> dict[str, Any]:
    """Return a value when it is a table, else an empty one."""
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def array(value: Any) -> list[Any]:
    """Return a value when it is a list, else an empty one."""
    return cast(list[Any], value) if isinstance(value, list) else []


def text(value: Any) -> str:
    """Return a value when it is a text, else an empty one."""
    return value if isinstance(value, str) else ""


class Line(str):
    """A YAML scalar that knows its line."""

    line: int = 1


class LineTable(dict[str, Any]):
    """A YAML mapping that knows its line."""

    line: int = 1


def read_yaml(source: str) -> list[Any]:
    """Read all YAML documents of a text; scalars are `Line`, whatever their type.

    Raises:
        ValueError: aliases that expand beyond `MAX_VALUES`.
        yaml.YAMLError: no YAML.
    """
    loader = _Loader(source)
    budget = [MAX_VALUES]
    documents: list[Any] = []
    try:
        while loader.check_node():
            documents.append(_value(loader.get_node(), budget))
    finally:
        loader.dispose()
    return documents or [None]


def _value(node: Any, budget: list[int]) -> Any:
    budget[0] -= 1
    if budget[0] < 0:
        raise ValueError("its aliases expand without end")
    if isinstance(node, yaml.MappingNode):
        result = LineTable()
        result.line = node.start_mark.line + 1
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                result[key.value] = _value(value, budget)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, budget) for item in node.value]
    scalar = Line(node.value)
    scalar.line = node.start_mark.line + 1
    return scalar


def line_of(value: Any, otherwise: int = 1) -> int:
    """Return the line of a YAML value."""
    return getattr(value, "line", otherwise)


def broken(document: Document, error: Unreadable) -> Problem:
    """Turn the error into a problem of the file."""
    return Problem(document.place(), str(error))
