"""Expressions to abstract values; calls in them are walked."""

from __future__ import annotations

import ast
import builtins
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .abstract import (
    UNKNOWN,
    Arguments,
    Choice,
    Computed,
    External,
    FunctionValue,
    Known,
    Made,
    Sequence,
    Table,
    Value,
    join,
)
from .assigning import assign
from .attributes import attribute, item
from .definitions import defaults
from .displays import comprehension, dictionary, sequence
from .space import Space
from .truth import compare, conditions, truth, truth_of

if TYPE_CHECKING:
    from .walker import Walker

_BUILTINS = frozenset(dir(builtins))
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: lambda left, right: left // right,
    ast.Div: lambda left, right: left / right,
    ast.Mod: operator.mod,
}


def evaluate(walker: Walker, node: ast.expr, space: Space) -> Value:
    """Return what is known of the value of an expression."""
    handler = _EVALUATE.get(type(node))
    return handler(walker, node, space) if handler is not None else UNKNOWN


def _constant(walker: Walker, node: ast.expr, space: Space) -> Value:
    assert isinstance(node, ast.Constant)
    return Known(node.value)


def _name(walker: Walker, node: ast.expr, space: Space) -> Value:
    assert isinstance(node, ast.Name)
    found = space.find(node.id)
    if found is not None:
        return found
    for star in reversed(space.module().stars):
        name = walker.vocabulary.canonical(f"{star}.{node.id}")
        if walker.vocabulary.wants(name):
            return External(name)
    if node.id in _BUILTINS:
        return External(f"builtins.{node.id}")
    stars = space.module().stars
    return External(f"{stars[0]}.{node.id}") if len(stars) == 1 else UNKNOWN


def _attribute(walker: Walker, node: ast.expr, space: Space) -> Value:
    assert isinstance(node, ast.Attribute)
    return attribute(walker, evaluate(walker, node.value, space), node.attr, node, space)


def _call(walker: Walker, node: ast.expr, space: Space) -> Value:
    from .calls import call

    assert isinstance(node, ast.Call)
    walker.step()
    function = evaluate(walker, node.func, space)
    return call(walker, function, arguments_of(walker, node, space), node, space)


def arguments_of(walker: Walker, node: ast.Call, space: Space) -> Arguments:
    """Evaluate the arguments of a call."""
    positional: list[Value] = []
    keywords: dict[str, Value] = {}
    spreads = False
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            inner = evaluate(walker, argument.value, space)
            items = inner.items if isinstance(inner, Sequence) else []
            exact = isinstance(inner, Sequence) and inner.exact
            # Objects out of an open list come in their order; a constant might be another one.
            last = argument is node.args[-1] and not any(isinstance(i, Known) for i in items)
            if exact or last:
                positional.extend(items)
            spreads = spreads or not exact
        else:
            positional.append(evaluate(walker, argument, space))
    for keyword in node.keywords:
        value = evaluate(walker, keyword.value, space)
        if keyword.arg is not None:
            keywords[keyword.arg] = value
        elif isinstance(value, Table):
            keywords |= {str(key): inner for key, inner in value.items.items()}
            spreads = spreads or not value.exact
        else:
            spreads = True
    return Arguments(tuple(positional), keywords, spreads)


def _binary(walker: Walker, node: ast.expr, space: Space) -> Value:
    assert isinstance(node, ast.BinOp)
    left = evaluate(walker, node.left, space)
    right = evaluate(walker, node.right, space)
    if isinstance(left, Known) and isinstance(right, Known) and type(node.op) in _BINARY:
        if _is_small(left.value) and _is_small(right.value):
            try:
                value = _BINARY[type(node.op)](left.value, right.value)
            except (ArithmeticError, TypeError, ValueError):
                return UNKNOWN
            return Known(value, left.origin or right.origin)
    if isinstance(left, Sequence) and isinstance(right, Sequence):
        return Sequence([*left.items, *right.items], left.exact and right.exact)
    return Computed((left, right))


def _is_small(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) < 500
    return isinstance(value, (int, float)) and abs(value) < 2**64


def _bool_op(walker: Walker, node: ast.expr, space: Space) -> Value:
    assert isinstance(node, ast.BoolOp)
    wanted = isinstance(node.op, ast.Or)
    left = evaluate(walker, node.values[0], space)
    possible: list[Value] = []
    for following in node.values[1:]:
        found = truth_of(left)
        if found.holds is wanted:
            return join(*possible, left) if possible else left
        if found.holds is None:
            possible.append(left)
        left = evaluate(walker, following, space)
    return join(*possible, left)


def _unary(walker: Walker, node: ast.expr, space: Space) -> Value:
    assert isinstance(node, ast.UnaryOp)
    if isinstance(node.op, ast.Not):
        return _of_truth(walker, node, space)
    inner = evaluate(walker, node.operand, space)
    if isinstance(inner, Known) and isinstance(inner.value, (int, float)):
        if isinstance(node.op, ast.USub):
            return Known(-inner.value, inner.origin)
        return inner
    return Computed((inner,))


def _of_truth(walker: Walker, node: ast.expr, space: Space) -> Value:
    found = truth(walker, node, space)
    return UNKNOWN if found.holds is None else Known(found.holds, found.origin)


def _compare(walker: Walker, node: ast.expr, space: Space) -> Value:
    assert isinstance(node, ast.Compare)
    if len(node.ops) == 1:
        return _of_truth(walker, node, space)
    left = evaluate(walker, node.left, space)
    holds: bool | None = True
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        right = evaluate(walker, right_node, space)
        each = compare(op, left, right).holds
        holds = None if each is None else (holds and each)
        left = right
    return UNKNOWN if holds is None else Known(holds)


def _choice(walker: Walker, node: ast.expr, space: Space) -> Value:
    assert isinstance(node, ast.IfExp)
    found = truth(walker, node.test, space)
    if found.holds is not None and found.origin is None:
        return evaluate(walker, node.body if found.holds else node.orelse, space)
    yes, no = conditions(walker, node.test, found, space)
    with walker.at(condition=yes):
        first = evaluate(walker, node.body, space)
    with walker.at(condition=no):
        second = evaluate(walker, node.orelse, space)
    if found.holds is None:
        return join(first, second)
    chosen = first if found.holds else second
    if isinstance(chosen, Known) and chosen.origin is None:
        return Known(chosen.value, found.origin)
    return chosen


def _subscript(walker: Walker, node: ast.expr, space: Space) -> Value:
    assert isinstance(node, ast.Subscript)
    holder = evaluate(walker, node.value, space)
    key = evaluate(walker, node.slice, space)
    return item(walker, holder, key, node, space)


def _joined(walker: Walker, node: ast.expr, space: Space) -> Value:
    assert isinstance(node, ast.JoinedStr)
    values: list[Value] = []
    for part in node.values:
        inner = part.value if isinstance(part, ast.FormattedValue) else part
        values.append(evaluate(walker, inner, space))
    if all(isinstance(value, Known) for value in values):
        origin = next((v.origin for v in values if isinstance(v, Known) and v.origin), None)
        return Known("".join(str(v.value) for v in values if isinstance(v, Known)), origin)
    return Computed(tuple(values))


def _lambda(walker: Walker, node: ast.expr, space: Space) -> Value:
    assert isinstance(node, ast.Lambda)
    return FunctionValue(
        space.file,
        node,
        space,
        f"{space.qualname}.<lambda>".lstrip("."),
        defaults=defaults(walker, node.args, space),
    )


def _inner(walker: Walker, node: ast.expr, space: Space) -> Value:
    assert isinstance(node, (ast.Starred, ast.Await, ast.YieldFrom, ast.FormattedValue))
    return evaluate(walker, node.value, space)


def _yield(walker: Walker, node: ast.expr, space: Space) -> Value:
    assert isinstance(node, ast.Yield)
    value = evaluate(walker, node.value, space) if node.value is not None else UNKNOWN
    owner: Space | None = space
    while owner is not None and owner.kind == "comprehension":
        owner = owner.parent
    if owner is not None and owner.kind == "function":
        owner.yields.append(value)
    return UNKNOWN


def _named(walker: Walker, node: ast.expr, space: Space) -> Value:
    assert isinstance(node, ast.NamedExpr)
    value = evaluate(walker, node.value, space)
    owner = space
    while owner.kind == "comprehension" and owner.parent is not None:
        owner = owner.parent
    assign(walker, node.target, value, owner, node)
    return value


def _slice(walker: Walker, node: ast.expr, space: Space) -> Value:
    assert isinstance(node, ast.Slice)
    for part in (node.lower, node.upper, node.step):
        if part is not None:
            evaluate(walker, part, space)
    return UNKNOWN


_EVALUATE: dict[type[ast.expr], Callable[[Walker, ast.expr, Space], Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.BinOp: _binary,
    ast.BoolOp: _bool_op,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.IfExp: _choice,
    ast.Subscript: _subscript,
    ast.Tuple: sequence,
    ast.List: sequence,
    ast.Set: sequence,
    ast.Dict: dictionary,
    ast.JoinedStr: _joined,
    ast.Lambda: _lambda,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.DictComp: comprehension,
    ast.Starred: _inner,
    ast.Await: _inner,
    ast.YieldFrom: _inner,
    ast.FormattedValue: _inner,
    ast.Yield: _yield,
    ast.NamedExpr: _named,
    ast.Slice: _slice,
}

__all__ = ["Choice", "Made", "arguments_of", "evaluate"]
