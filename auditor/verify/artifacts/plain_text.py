"""JSON, JSON lines, CSV and plain text."""

from __future__ import annotations

import csv
import io
import json
import sys
from array import array
from typing import Any, cast

from .artifact_error import ArtifactError
from .content import Group, Node, Tensor, Text, Value

MAX_TEXT = 1 << 27
"""Bytes of a text; a larger one is compared byte by byte."""


def decode(data: memoryview) -> str:
    """UTF-8 without a byte-order mark. ArtifactError for other bytes and for large ones."""
    if data.nbytes > MAX_TEXT:
        raise ArtifactError(f"a text of {data.nbytes:,} bytes")
    try:
        text = bytes(data).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ArtifactError("not UTF-8") from None
    if "\0" in text:
        raise ArtifactError("not a text")
    return text


def read_text(data: memoryview) -> Node:
    """Line by line."""
    return Text(tuple(decode(data).splitlines()))


def read_json(data: memoryview) -> Node:
    """Objects by key, lists of numbers as tensors, other lists by index."""
    try:
        return json_node(json.loads(decode(data), parse_int=_integer))
    except (ValueError, RecursionError) as error:
        raise ArtifactError(f"malformed JSON: {error}") from None


def read_json_lines(data: memoryview) -> Node:
    """One value a line."""
    lines = [line for line in decode(data).splitlines() if line.strip()]
    try:
        values = [json_node(json.loads(line, parse_int=_integer)) for line in lines]
    except (ValueError, RecursionError) as error:
        raise ArtifactError(f"malformed JSON: {error}") from None
    return Group("lines", {f"[{i}]": value for i, value in enumerate(values)})


def _integer(text: str) -> int | str:
    # Python refuses to read integers of more than 4300 digits; as text they compare as well.
    return int(text) if len(text) < 4000 else text


def json_node(value: Any) -> Node:
    """The content of a parsed JSON value."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return Group("object", {key: json_node(item) for key, item in members.items()})
    if isinstance(value, list):
        items = cast("list[Any]", value)
        if (numbers := _numbers(items)) is not None:
            return numbers
        return Group("list", {f"[{i}]": json_node(item) for i, item in enumerate(items)})
    return Value(value)


def _numbers(items: list[Any]) -> Tensor | None:
    """A rectangular list of numbers as a tensor; None for other lists."""
    shape: list[int] = []
    level: list[Any] = items
    while level and all(isinstance(item, list) for item in level):
        extent = len(level[0])
        if any(len(item) != extent for item in level):
            return None
        shape.append(extent)
        level = [number for item in level for number in item]
    if len(level) < 2 or not all(type(item) in (int, float) for item in level):
        return None
    shape.insert(0, len(items))
    if all(type(item) is int for item in level):
        if any(abs(item) >= 1 << 63 for item in level):
            return None
        return Tensor("int64", tuple(shape), _little("q", level))
    if any(type(item) is int and abs(item) > 1 << 53 for item in level):
        return None
    return Tensor("float64", tuple(shape), _little("d", level))


def _little(code: str, values: list[Any]) -> memoryview:
    content = array(code, values)
    if sys.byteorder == "big":
        content.byteswap()
    return memoryview(content.tobytes())


def read_csv(data: memoryview, delimiter: str = ",") -> Node:
    """Column by column: numbers as tensors, other columns as texts. Ragged rows are lines."""
    text = decode(data)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as error:
        raise ArtifactError(f"malformed CSV: {error}") from None
    rows = [row for row in rows if row]
    if len(rows) < 2 or len({len(row) for row in rows}) != 1:
        return Text(tuple(text.splitlines()))
    headed = not any(_is_number(cell) for cell in rows[0]) and len(set(rows[0])) == len(rows[0])
    names = rows[0] if headed else [f"[{i}]" for i in range(len(rows[0]))]
    body = rows[1:] if headed else rows
    columns = zip(*body, strict=True)
    return Group(
        "columns", {name: _column(cells) for name, cells in zip(names, columns, strict=True)}
    )


def _column(cells: tuple[str, ...]) -> Node:
    # Written equally is equal: 0.10 and 0.1 are the same number and not worth a difference.
    if all(_is_number(cell) for cell in cells):
        return Tensor("float64", (len(cells),), _little("d", [float(cell) for cell in cells]))
    return Text(cells)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
