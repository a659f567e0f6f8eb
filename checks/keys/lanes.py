"""What one turn of a loop, or one lane of a mapped function, sees of what it goes over."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .values import State, Value

if TYPE_CHECKING:
    from .evaluate import Evaluator


@dataclass(slots=True)
class Lane:
    """What a loop goes over: each turn takes fresh elements of these arrays."""

    value: Value
    parts: list[Lane] | None = None
    #: The elements that were handed out.
    taken: list[Value] = field(default_factory=list[Value])

    def element(self) -> Value:
        """Return the element of a new turn."""
        if self.parts is not None:
            return Value(parts=[part.element() for part in self.parts])
        array = self.value
        is_array = array.is_array or array.is_key
        made = Value(
            name=f"an element of {array.name}" if is_array and array.name else "",
            is_key=array.is_key,
            array=array if is_array else None,
        )
        self.taken.append(made)
        return made


def iterated(evaluator: Evaluator, node: ast.expr, state: State) -> Lane:
    """Return the lane of an iterable: `enumerate`, `zip` and displays keep their parts."""
    if isinstance(node, ast.Call) and not node.keywords:
        name = evaluator.dotted(node.func)
        if name == "builtins.enumerate" and node.args:
            return Lane(Value(), [Lane(Value()), iterated(evaluator, node.args[0], state)])
        if name == "builtins.zip":
            parts = [iterated(evaluator, argument, state) for argument in node.args]
            return Lane(Value(), parts)
        if name in {"builtins.list", "builtins.tuple", "builtins.reversed"} and node.args:
            return iterated(evaluator, node.args[0], state)
    return Lane(evaluator.value(node, state))


def close(lane: Lane, state: State) -> None:
    """After a loop: an array whose elements were used is used."""
    for part in lane.parts or ():
        close(part, state)
    array = lane.value
    if not (array.is_array or array.is_key) or array.id in state.uses:
        return
    for element in lane.taken:
        if (use := state.uses.get(element.id)) is not None:
            state.uses[array.id] = use
            return


def mapped(value: Value, *, shared: bool) -> Value:
    """Return what one lane sees of an argument that is mapped over."""
    if shared:
        # An axis of None was written on purpose: the lanes are meant to share it.
        return Value(name=value.name)
    if value.parts is not None:
        return Value(name=value.name, parts=[mapped(part, shared=False) for part in value.parts])
    if value.table is not None:
        table = {key: mapped(part, shared=False) for key, part in value.table.items()}
        return Value(name=value.name, table=table)
    return Value(name=value.name, is_key=value.is_key)


def flat(value: Value) -> list[Value]:
    """Return the values without parts that a value is made of."""
    inner = [*(value.parts or ()), *(value.table or {}).values()]
    if not inner:
        return [value]
    return [leaf for part in inner for leaf in flat(part)]


def is_shared(axes: ast.expr | None, number: int) -> bool:
    """Whether `in_axes` gives an argument to every lane whole."""
    if isinstance(axes, ast.Tuple) and number < len(axes.elts):
        axes = axes.elts[number]
    return isinstance(axes, ast.Constant) and axes.value is None
