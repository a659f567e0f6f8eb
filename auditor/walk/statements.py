"""Statements, in the order in which they run."""

from __future__ import annotations

import ast
from collections.abc import Callable
from collections.abc import Sequence as Statements
from typing import TYPE_CHECKING

from .abstract import (
    NONE,
    UNKNOWN,
    Computed,
    Known,
    Made,
    Value,
    join,
)
from .assigning import assign, bind, count_on, forget, setting
from .definitions import define_class, define_function
from .events import Condition, Guard, Kind
from .flow import NEXT, End, Flow, after_branches
from .import_statements import run_import, run_import_from
from .iterating import element_of, iterate
from .space import Space
from .truth import conditions, none_of, truth

if TYPE_CHECKING:
    from .walker import Walker


_EXITS = frozenset(("sys.exit", "builtins.exit", "builtins.quit", "os._exit"))


def run_block(walker: Walker, statements: Statements[ast.stmt], space: Space) -> Flow:
    """Run statements one after the other until one leaves the block."""
    rest: Condition | None = None
    for number, statement in enumerate(statements):
        walker.step()
        flow = _RUN.get(type(statement), _other)(walker, statement, space)
        if flow.end is not End.NEXT:
            return flow
        if flow.rest is not None:
            rest = flow.rest
            if number + 1 < len(statements):
                with walker.at(condition=rest):
                    after = run_block(walker, statements[number + 1 :], space)
                return after if after.end is not End.NEXT else Flow(End.NEXT, after.rest or rest)
    return Flow(End.NEXT, rest)


def _other(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    return NEXT


def _expression(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    assert isinstance(statement, ast.Expr)
    value = walker.value(statement.value, space)
    if isinstance(value, Made) and value.name in _EXITS:
        return Flow(End.NEVER)
    return NEXT


def _assign(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    assert isinstance(statement, ast.Assign)
    value = setting(
        walker, statement.targets, statement, walker.value(statement.value, space), space
    )
    for target in statement.targets:
        assign(walker, target, value, space, statement)
    return NEXT


def _annotated(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    assert isinstance(statement, ast.AnnAssign)
    if statement.value is not None:
        value = walker.value(statement.value, space)
        value = setting(walker, [statement.target], statement, value, space)
        assign(walker, statement.target, value, space, statement)
    return NEXT


def _augmented(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    assert isinstance(statement, ast.AugAssign)
    value = walker.value(statement.value, space)
    target = statement.target
    before = walker.value(target, space)
    if isinstance(before, Known) and isinstance(value, Known):
        changed: Value = walker.value(ast.BinOp(target, statement.op, statement.value), space)
    else:
        changed = Computed((before, value))
    assign(walker, target, changed, space, statement)
    return NEXT


def _if(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    assert isinstance(statement, ast.If)
    found = truth(walker, statement.test, space)
    if found.holds is not None and found.origin is None:
        return run_block(walker, statement.body if found.holds else statement.orelse, space)
    yes, no = conditions(walker, statement.test, found, space)
    before = dict(space.names)
    with walker.at(condition=yes):
        first = run_block(walker, statement.body, space)
    after = space.names
    space.names = dict(before)
    with walker.at(condition=no):
        second = run_block(walker, statement.orelse, space)
    ends = first.end is not End.NEXT, second.end is not End.NEXT
    if found.holds is not None:
        chosen = after if found.holds else space.names
        other = space.names if found.holds else after
        space.names = {**other, **chosen}
    elif ends[0] and not ends[1]:
        pass
    elif ends[1] and not ends[0]:
        space.names = after
    else:
        space.names = _merged(after, space.names)
    return after_branches(first, second, yes, no)


def _merged(one: dict[str, Value], two: dict[str, Value]) -> dict[str, Value]:
    merged = dict(one)
    for name, value in two.items():
        other = one.get(name)
        merged[name] = value if other is None or other is value else join(other, value)
    return merged


def _for(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    assert isinstance(statement, (ast.For, ast.AsyncFor))
    over = walker.value(statement.iter, space)
    never = none_of(over)
    if never.holds and never.origin is None:
        run_block(walker, statement.orelse, space)
        return NEXT
    missed = conditions(walker, statement.iter, never, space)[1] if never.holds else None
    count_on(statement, space)
    with walker.at(loop=True, condition=missed):
        iterate(walker, over, statement.iter, space)
        assign(walker, statement.target, element_of(walker, over), space, statement)
        flow = run_block(walker, statement.body, space)
    if flow.end is End.RETURN:
        return NEXT
    run_block(walker, statement.orelse, space)
    return NEXT


def _while(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    assert isinstance(statement, ast.While)
    count_on(statement, space)
    found = truth(walker, statement.test, space)
    if found.holds is False and found.origin is None:
        return run_block(walker, statement.orelse, space)
    with walker.at(loop=True):
        if found.holds is False:
            yes, _ = conditions(walker, statement.test, found, space)
            with walker.at(condition=yes):
                run_block(walker, statement.body, space)
        else:
            flow = run_block(walker, statement.body, space)
            if flow.end is End.RETURN and found.holds:
                return flow
    run_block(walker, statement.orelse, space)
    return NEXT


def _with(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    assert isinstance(statement, (ast.With, ast.AsyncWith))
    contexts: list[tuple[Value, ast.expr]] = []
    for item in statement.items:
        value = walker.value(item.context_expr, space)
        contexts.append((value, item.context_expr))
        if item.optional_vars is not None:
            assign(walker, item.optional_vars, value, space, statement)
    flow = run_block(walker, statement.body, space)
    for value, node in reversed(contexts):
        if isinstance(value, Made) and walker.vocabulary.wants(value.name):
            walker.emit(Kind.EXIT, value.name, node, space, receiver=value)
    return flow


def _try(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    assert isinstance(statement, (ast.Try, ast.TryStar))
    flow = run_block(walker, statement.body, space)
    if flow.end is End.NEXT:
        flow = run_block(walker, statement.orelse, space)
    for handler in statement.handlers:
        before = dict(space.names)
        place = space.file.place(handler)
        condition = Condition("an exception", place, Guard.UNKNOWN, handles=True)
        if handler.name:
            bind(walker, handler.name, UNKNOWN, space)
        with walker.at(condition=condition):
            run_block(walker, handler.body, space)
        # What the body bound stays: the exception is the exception.
        space.names = {**space.names, **before}
    run_block(walker, statement.finalbody, space)
    return flow if flow.end is not End.NEVER else NEXT


def _return(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    assert isinstance(statement, ast.Return)
    value = walker.value(statement.value, space) if statement.value is not None else NONE
    if walker.here.guard is not Guard.NOT_MET or not space.returns:
        space.returns.append(value)
    return Flow(End.RETURN)


def _raise(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    assert isinstance(statement, ast.Raise)
    if statement.exc is not None:
        walker.value(statement.exc, space)
    return Flow(End.NEVER)


def _leave_loop(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    return Flow(End.LOOP)


def _assert(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    assert isinstance(statement, ast.Assert)
    walker.value(statement.test, space)
    return NEXT


def _match(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    assert isinstance(statement, ast.Match)
    walker.value(statement.subject, space)
    before = space.names
    merged: dict[str, Value] = {}
    for case in statement.cases:
        space.names = dict(before)
        for node in ast.walk(case.pattern):
            name = getattr(node, "name", None)
            if isinstance(name, str):
                bind(walker, name, UNKNOWN, space)
        condition = Condition("a case of match", space.file.place(case.pattern), Guard.UNKNOWN)
        with walker.at(condition=condition):
            run_block(walker, case.body, space)
        merged = _merged(merged, space.names)
    space.names = merged or before
    return NEXT


def _delete(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    assert isinstance(statement, ast.Delete)
    for target in statement.targets:
        forget(walker, target, space)
    return NEXT


def _outer(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    assert isinstance(statement, (ast.Global, ast.Nonlocal))
    for name in statement.names:
        target = space.module()
        if isinstance(statement, ast.Nonlocal):
            at = space.parent
            while at is not None and name not in at.names:
                at = at.parent
            target = at or target
        space.outer[name] = target
    return NEXT


def _function(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    assert isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef))
    bind(walker, statement.name, define_function(walker, statement, space), space)
    return NEXT


def _class(walker: Walker, statement: ast.stmt, space: Space) -> Flow:
    assert isinstance(statement, ast.ClassDef)
    value = define_class(walker, statement, space, run_block)
    bind(walker, statement.name, value, space)
    return NEXT


_RUN: dict[type[ast.stmt], Callable[[Walker, ast.stmt, Space], Flow]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Break: _leave_loop,
    ast.Continue: _leave_loop,
    ast.Assert: _assert,
    ast.Match: _match,
    ast.Delete: _delete,
    ast.Global: _outer,
    ast.Nonlocal: _outer,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Import: run_import,
    ast.ImportFrom: run_import_from,
}

__all__ = ["run_block"]
