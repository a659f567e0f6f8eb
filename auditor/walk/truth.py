"""Whether a test holds, and whether the user's options decide it."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

from .abstract import (
    BoundMethod,
    Choice,
    ClassValue,
    Computed,
    External,
    FunctionValue,
    Instance,
    Known,
    Made,
    ModuleValue,
    Origin,
    Parser,
    Sequence,
    Table,
    Value,
)
from .events import Condition, Guard

if TYPE_CHECKING:
    from .space import Space
    from .walker import Walker


@dataclass(frozen=True, slots=True)
class Truth:
    """True, False or undecided (None); `origin` is the option whose default decides it."""

    holds: bool | None
    origin: Origin | None = None
    #: The default that decides it, for the reason of a condition.
    value: Any = None


UNDECIDED = Truth(None)
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def truth(walker: Walker, test: ast.expr, space: Space) -> Truth:
    """Evaluate a test; calls in it are walked."""
    match test:
        case ast.BoolOp():
            return _bool_op(walker, test, space)
        case ast.UnaryOp(op=ast.Not()):
            inner = truth(walker, test.operand, space)
            holds = None if inner.holds is None else not inner.holds
            return Truth(holds, inner.origin, inner.value)
        case ast.Compare() if len(test.ops) == 1:
            left = walker.value(test.left, space)
            right = walker.value(test.comparators[0], space)
            if isinstance(left, Made) and left.name in walker.vocabulary.fractions:
                return _compare_fraction(test.ops[0], left, right)
            if _counts_up(left) and _is_none_at_all(right):
                return _compare_count(test.ops[0], right)
            return compare(test.ops[0], left, right)
        case _:
            return truth_of(walker.value(test, space))


def _compare_fraction(op: ast.cmpop, left: Made, right: Value) -> Truth:
    """Whether a probability that the program fixes is 0 or 1; one that users set may be any."""
    if left.arguments.values() or not isinstance(right, Known) or right.origin is not None:
        return UNDECIDED
    if not isinstance(right.value, (int, float)) or 0 < right.value < 1:
        return UNDECIDED
    if isinstance(op, (ast.Lt, ast.LtE)):
        return Truth(right.value >= 1)
    return Truth(right.value <= 0) if isinstance(op, (ast.Gt, ast.GtE)) else UNDECIDED


def _counts_up(value: Value) -> bool:
    """Whether a value is made of whole numbers from 0 on, as what a loop counts."""
    return isinstance(value, Computed) and all(
        isinstance(part, Known) and isinstance(part.value, int) and part.value >= 0
        for part in value.parts
    )


def _is_none_at_all(value: Value) -> TypeGuard[Known]:
    """Whether an option says that there are 0 of something: no steps to warm up."""
    return isinstance(value, Known) and value.origin is not None and value.value == 0


def _compare_count(op: ast.cmpop, limit: Known) -> Truth:
    """`step < args.warm_up`: no count is below 0."""
    if isinstance(op, (ast.Lt, ast.GtE)):
        return Truth(isinstance(op, ast.GtE), limit.origin, limit.value)
    return UNDECIDED


def _bool_op(walker: Walker, test: ast.BoolOp, space: Space) -> Truth:
    decides = isinstance(test.op, ast.Or)
    results: list[Truth] = []
    for part in test.values:
        result = truth(walker, part, space)
        if result.holds is decides:
            # One side decides, whatever an undecided side before it says.
            return result
        results.append(result)
    if any(result.holds is None for result in results):
        return UNDECIDED
    origin = next((result for result in results if result.origin is not None), results[0])
    return Truth(not decides, origin.origin, origin.value)


def truth_of(value: Value) -> Truth:
    """Return the truth of a value."""
    match value:
        case Known():
            try:
                return Truth(bool(value.value), value.origin, value.value)
            except Exception:  # numpy-like constants do not occur; anything odd is undecided
                return UNDECIDED
        case External(name="typing.TYPE_CHECKING" | "typing_extensions.TYPE_CHECKING"):
            return Truth(False)
        case FunctionValue() | ClassValue() | Instance() | ModuleValue() | BoundMethod() | Parser():
            return Truth(True)
        case Sequence(exact=True) | Table(exact=True):
            return Truth(bool(value.items))
        case Choice():
            each = [truth_of(item) for item in value.values]
            holds = {item.holds for item in each}
            return each[0] if len(holds) == 1 else UNDECIDED
        case _:
            return UNDECIDED


def none_of(value: Value) -> Truth:
    """Whether a loop over a value has no rounds: `range(0)`."""
    if not (isinstance(value, Made) and value.name == "builtins.range"):
        return UNDECIDED
    given = value.arguments.positional
    bounds = [each for each in given if isinstance(each, Known) and isinstance(each.value, int)]
    if value.arguments.spreads or not bounds or len(bounds) != len(given):
        return UNDECIDED
    try:
        empty = not range(*[each.value for each in bounds])
    except (TypeError, ValueError, OverflowError):
        return UNDECIDED
    stop = bounds[0] if len(bounds) == 1 else bounds[1]
    return Truth(empty, stop.origin, stop.value)


def compare(op: ast.cmpop, left: Value, right: Value) -> Truth:
    """Compare two values."""
    origin = getattr(left, "origin", None) or getattr(right, "origin", None)
    shown = left.value if isinstance(left, Known) else None
    if isinstance(op, (ast.Is, ast.IsNot)):
        same = _is_same(left, right)
        holds = None if same is None else same is isinstance(op, ast.Is)
        return Truth(holds, origin, shown)
    if isinstance(op, (ast.In, ast.NotIn)):
        member = _is_member(left, right)
        holds = None if member is None else member is isinstance(op, ast.In)
        return Truth(holds, origin, shown)
    if isinstance(left, Known) and isinstance(right, Known):
        try:
            return Truth(bool(_COMPARE[type(op)](left.value, right.value)), origin, shown)
        except (TypeError, ValueError, KeyError):
            return UNDECIDED
    return UNDECIDED


def _is_same(left: Value, right: Value) -> bool | None:
    if isinstance(left, Known) and isinstance(right, Known):
        if left.value is None or right.value is None or isinstance(right.value, bool):
            return left.value is right.value
        return None
    none, other = (right, left) if isinstance(right, Known) else (left, right)
    if not (isinstance(none, Known) and none.value is None):
        return None
    match other:
        case FunctionValue() | ClassValue() | Instance() | ModuleValue() | BoundMethod():
            return False
        case Sequence() | Table() | Parser() | Computed():
            return False
        case Made():
            last = other.name.rsplit(".", 1)[-1]
            return False if last[:1].isupper() else None
        case _:
            return None


def _is_member(left: Value, right: Value) -> bool | None:
    if not isinstance(left, Known):
        return None
    if isinstance(right, Known):
        try:
            return left.value in right.value
        except TypeError:
            return None
    if isinstance(right, Table):
        found = any(key == left.value for key in right.items)
        return found if found or right.exact else None
    if isinstance(right, Sequence):
        values = [item.value for item in right.items if isinstance(item, Known)]
        if left.value in values:
            return True
        return False if right.exact and len(values) == len(right.items) else None
    return None


def conditions(
    walker: Walker, test: ast.expr, found: Truth, space: Space
) -> tuple[Condition, Condition]:
    """Return the conditions of the two branches of a test that literals do not decide."""
    place = space.file.place(test)
    text = " ".join(space.file.text(test).split())[:120]
    if found.holds is None or found.origin is None:
        return (
            Condition(text, place, Guard.UNKNOWN),
            Condition(f"not ({text})", place, Guard.UNKNOWN),
        )
    reason = found.origin.says(found.value)
    met, missed = (Guard.MET, Guard.NOT_MET) if found.holds else (Guard.NOT_MET, Guard.MET)
    mode = isinstance(found.value, str) and bool(found.value)
    return (
        Condition(text, place, met, reason, mode and met is Guard.NOT_MET),
        Condition(f"not ({text})", place, missed, reason, mode and missed is Guard.NOT_MET),
    )
