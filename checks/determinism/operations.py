"""The table of operations, and when a call falls under one of its rows."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast

from ...auditor.file import Site
from ...auditor.versions import Versions
from ..tensorflow_names import COMPATIBLE, plain_name


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of `checks/data/operations.json`.

    `flag` says what the framework's determinism switch does to the operation: `deterministic`,
    `raises` or `silent`; `flag_was` what it did below a version. `direction` is the pass that is
    not deterministic without the switch.
    """

    id: str
    framework: str
    calls: tuple[str, ...]
    methods: tuple[str, ...]
    requires: tuple[dict[str, Any], ...]
    direction: str
    devices: tuple[str, ...]
    flag: str
    flag_was: dict[str, str] | None
    since: str | None
    until: str | None
    says: str
    rules: tuple[str, ...]
    #: Why a call alone does not say that the operation matters, where that is so.
    doubted: str | None = None
    #: The arguments whose gradient the operation makes in no order, the first one at position 0.
    gradient_of: tuple[str, ...] = ("input",)

    @property
    def needs_gradient(self) -> bool:
        """Whether only the backward pass is not deterministic."""
        return self.direction == "backward"

    def under_flag(self, versions: Versions) -> str:
        """Return what the switch does under the versions that the project declares.

        Without a declaration the newest release counts.
        """
        was = self.flag_was
        if (
            was is not None
            and versions.get(self.framework) is not None
            and not versions.may_be_at_least(self.framework, was["below"])
        ):
            return was["flag"]
        return self.flag


@cache
def operations() -> tuple[Operation, ...]:
    """Return the table."""
    text = files("fwaudit.checks.data").joinpath("operations.json").read_text("utf-8")
    rows: list[dict[str, Any]] = json.loads(text)
    return tuple(_operation(row) for row in rows)


_LISTS = frozenset({"calls", "methods", "requires", "devices", "rules", "gradient_of"})


def _operation(row: dict[str, Any]) -> Operation:
    given: dict[str, Any] = {
        name: tuple(value) if name in _LISTS else value
        for name, value in row.items()
        if name in Operation.__dataclass_fields__
    }
    return Operation(**given)


#: What TensorFlow 1 and `tf.compat.v1` call operations of the table.
OLD_NAMES = {
    "tensorflow.bincount": "tensorflow.math.bincount",
    "tensorflow.image.resize_bilinear": "tensorflow.image.resize",
    "tensorflow.segment_mean": "tensorflow.math.segment_mean",
    "tensorflow.segment_sum": "tensorflow.math.segment_sum",
    "tensorflow.sparse_tensor_dense_matmul": "tensorflow.sparse.sparse_dense_matmul",
    "tensorflow.unsorted_segment_mean": "tensorflow.math.unsorted_segment_mean",
    "tensorflow.unsorted_segment_sum": "tensorflow.math.unsorted_segment_sum",
}


def current_name(name: str | None) -> str | None:
    """Return the name that the table has for an operation, whatever release spells it so."""
    if name is None:
        return None
    name = plain_name(name)
    return OLD_NAMES.get(name, name)


def calls_for(rule: str) -> frozenset[str]:
    """Return the resolved names that a rule looks for."""
    names = {
        name for operation in operations() if rule in operation.rules for name in operation.calls
    }
    names |= {old for old, new in OLD_NAMES.items() if new in names}
    compatible = {
        prefix + name.removeprefix("tensorflow.")
        for prefix in COMPATIBLE
        for name in names
        if name.startswith("tensorflow.")
    }
    return frozenset(names | compatible)


def methods_for(rule: str) -> frozenset[str]:
    """Return the tensor methods that a rule looks for."""
    return frozenset(
        name for operation in operations() if rule in operation.rules for name in operation.methods
    )


def operations_at(site: Site, rule: str) -> Iterator[Operation]:
    """Yield the rows whose conditions a call meets; what the file does not say is not met."""
    name = current_name(site.name)
    for operation in operations():
        if rule not in operation.rules:
            continue
        is_function = name in operation.calls
        if not is_function and not _is_method(site, operation):
            continue
        shift = 0 if is_function else 1
        if all(_holds(site, condition, shift) for condition in operation.requires):
            yield operation


def _is_method(site: Site, operation: Operation) -> bool:
    """Whether this is a method that only a tensor has, in a file that uses the framework."""
    if site.last not in operation.methods or site.receiver is None:
        return False
    if operation.framework not in site.file.imported:
        return False
    root = (site.name or "").split(".", 1)[0]
    return root not in site.file.imported


def _holds(site: Site, condition: dict[str, Any], shift: int) -> bool:
    position: int | None = condition["position"]
    if position is not None and shift:
        position = position - 1 if position > 0 else position
    given = site.argument(position, condition["argument"])
    if "given" in condition:
        known = site.constant(given)
        return given is not None and not (known is not None and known.value is None)
    if site.spreads and given is None:
        return False
    if "less_than" in condition:
        limit = site.argument(position - 1 if position else None, condition["less_than"])
        return given is not None and limit is not None and _overlaps(site, given, limit)
    if condition.get("not_one"):
        return given is not None and _is_more_than_one(site, given)
    known = site.constant(given)
    if "is_not" in condition:
        return given is None or (known is not None and known.value is not condition["is_not"])
    if "is" in condition:
        return known is not None and known.value is condition["is"]
    value = known.value if known is not None else None
    if known is not None and known.via in {"parameter", "option"}:
        return False
    if given is None:
        value = condition.get("default")
    elif known is None:
        value = _last_part(given)
    return str(value).lower() in condition["in"]


def _last_part(node: ast.expr) -> str:
    """`tf.image.ResizeMethod.BILINEAR` → `bilinear`."""
    return node.attr if isinstance(node, ast.Attribute) and node.attr.isupper() else ""


def _overlaps(site: Site, stride: ast.expr, window: ast.expr) -> bool:
    """Whether windows of a literal size overlap, with a stride that is not one throughout."""
    step, size = _sides(site, stride), _sides(site, window)
    count = max(len(step), len(size))
    if not step or not size or set(step) == {1} or count % len(step) or count % len(size):
        return False
    return any(
        a < b for a, b in zip(step * (count // len(step)), size * (count // len(size)), strict=True)
    )


def _is_more_than_one(site: Site, node: ast.expr) -> bool:
    """Whether a literal output size has a side other than one."""
    return any(side != 1 for side in _sides(site, node))


def _sides(site: Site, node: ast.expr) -> list[int]:
    """Return the sides of a literal size; none where the file does not say them."""
    known = site.constant(node)
    if known is None or known.via not in {"literal", "name"}:
        return []
    value: Any = known.value
    sides: list[Any] = list(cast("tuple[Any, ...]", value)) if isinstance(value, tuple) else [value]
    return [side for side in sides if isinstance(side, int)]
