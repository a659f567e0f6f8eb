"""What the branches taken so far say about a test: exclusive branches stay exclusive."""

from __future__ import annotations

import ast

from .values import State, path_of

_PURE = frozenset({"isinstance", "hasattr", "len", "callable", "issubclass", "bool", "getattr"})


def decide(test: ast.expr, state: State) -> bool | None:
    """Return the outcome of a test when the way here, or a constant argument, settles it."""
    match test:
        case ast.Constant(value=value):
            return bool(value)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            known = decide(inner, state)
            return None if known is None else not known
        case ast.BoolOp(op=op, values=parts):
            found = [decide(part, state) for part in parts]
            stops = isinstance(op, ast.Or)
            if stops in found:
                return stops
            return None if None in found else not stops
        case _:
            pass
    path = path_of(test)
    held = state.values.get(path) if path is not None else None
    if held is not None and held.has_constant:
        return bool(held.constant)
    text, sign = _normal(test)
    if text is None:
        return None
    if (settled := _constant_test(test, state)) is not None:
        return settled
    if text in state.facts:
        return state.facts[text] is sign
    left, equals, _ = text.partition(" == ")
    if equals and any(
        outcome and other != text and other.startswith(f"{left} == ")
        for other, outcome in state.facts.items()
    ):
        return not sign
    return None


def assume(test: ast.expr, outcome: bool, state: State) -> None:
    """Note on a way that a test came out so."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            assume(inner, not outcome, state)
            return
        case ast.BoolOp(op=op, values=parts):
            if outcome is isinstance(op, ast.And):
                for part in parts:
                    assume(part, outcome, state)
            return
        case _:
            pass
    text, sign = _normal(test)
    if text is not None:
        state.facts[text] = outcome is sign


def _normal(test: ast.expr) -> tuple[str | None, bool]:
    """Return the text of a test without negation, and whether it is affirmed. No calls."""
    for node in ast.walk(test):
        if isinstance(node, ast.Call) and not (
            isinstance(node.func, ast.Name) and node.func.id in _PURE
        ):
            return None, True
    match test:
        case ast.Compare(left=left, ops=[ast.IsNot()], comparators=[right]):
            return f"{ast.unparse(left)} is {ast.unparse(right)}", False
        case ast.Compare(left=left, ops=[ast.NotEq()], comparators=[right]):
            return f"{ast.unparse(left)} == {ast.unparse(right)}", False
        case _:
            return ast.unparse(test), True


def _constant_test(test: ast.expr, state: State) -> bool | None:
    """Settle `x is None` and `x == 1` when `x` is a constant argument."""
    match test:
        case ast.Compare(left=left, ops=[op], comparators=[ast.Constant(value=right)]):
            path = path_of(left)
            value = state.values.get(path) if path is not None else None
            if value is None:
                return None
            if not value.has_constant:
                return isinstance(op, ast.IsNot) if right is None and value.is_key else None
            match op:
                case ast.Is():
                    return value.constant is right
                case ast.IsNot():
                    return value.constant is not right
                case ast.Eq():
                    return bool(value.constant == right)
                case ast.NotEq():
                    return bool(value.constant != right)
                case _:
                    return None
        case _:
            return None
