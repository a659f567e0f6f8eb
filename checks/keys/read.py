"""Where what a statement assigns is read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from ...auditor.file import File
from ...auditor.nodes import last_name
from .ledger import Reuse


def is_never_read(file: File, reuse: Reuse) -> bool:
    """Whether the second draw is kept in variables that nothing reads."""
    after = file.enclosing_statement(reuse.node)
    return _binds_names(after) and not is_read(file, after)


def is_dropped(file: File, node: ast.AST) -> bool:
    """Whether what a use gives is dropped: `_ = batch(key)`, say to compile it.

    Or a following statement of the same block gives the variable another value before it is read,
    or a function that gives something back stands alone: `batch(key).block_until_ready()`.
    """
    statement = file.enclosing_statement(node)
    if isinstance(statement, ast.Expr):
        return _is_for_its_result(file, node)
    names = assigned(statement)
    return names == frozenset({"_"}) or (
        _binds_names(statement) and _is_overwritten(file, statement, names)
    )


def _is_for_its_result(file: File, node: ast.AST) -> bool:
    """Whether a call runs a function of this file that gives something back, and is no method."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return False
    if not isinstance(file.parents.get(node), (ast.Expr, ast.Attribute)):
        return False
    return any(
        function.name == node.func.id
        and any(each.value for each in file.nodes.of(ast.Return, under=function))
        for function in file.nodes.of(ast.FunctionDef)
    )


def _is_overwritten(file: File, statement: ast.Assign, names: frozenset[str]) -> bool:
    above = file.parents.get(statement)
    block: list[ast.stmt] = getattr(above, "body", [])
    if statement not in block:
        return False
    for following in block[block.index(statement) + 1 :]:
        read = {
            node.id
            for node in ast.walk(following)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        }
        if names & read or not isinstance(following, ast.Assign):
            return False
        if names <= assigned(following):
            return True
    return False


def _binds_names(statement: ast.stmt | None) -> TypeGuard[ast.Assign]:
    return isinstance(statement, ast.Assign) and all(
        isinstance(target, (ast.Name, ast.Tuple, ast.List)) for target in statement.targets
    )


def is_read(file: File, statement: ast.Assign) -> bool:
    """Whether any code reads a variable that a statement of a function assigns."""
    if file.scope_of(statement).kind != "function":
        return True
    return next(file.loads(assigned(statement), file.scope_of(statement)), None) is not None


#: Methods of models that look at the shape of what they are given.
_STARTS = frozenset({"init", "init_with_output", "lazy_init", "tabulate", "eval_shape"})


def only_starts(file: File, reuse: Reuse) -> bool:
    """Whether one of two draws only gives a model's initialiser the shape of its input."""
    uses = (reuse.first, reuse.node)
    return any(_is_given_to_start(file, node) for node in uses) or any(
        _binds_names(statement) and _only_starts(file, statement)
        for statement in map(file.enclosing_statement, uses)
    )


def _is_given_to_start(file: File, node: ast.AST) -> bool:
    """`normal(key, shape)` of `init(key, normal(key, shape))`, also under `vmap(init)(…)`."""
    call = file.parents.get(node)
    if not (isinstance(node, ast.Call) and isinstance(call, ast.Call)) or call.func is node:
        return False
    function = call.func
    while isinstance(function, ast.Call) and function.args:
        function = function.args[0]
    return last_name(function) in _STARTS


def _only_starts(file: File, statement: ast.Assign) -> bool:
    users = [
        node
        for node in file.loads(assigned(statement), file.scope_of(statement))
        if not _is_in_print(file, node)
    ]
    return bool(users) and all(_is_given_to(file, node, _STARTS) for node in users)


def _is_given_to(file: File, node: ast.Name, methods: frozenset[str]) -> bool:
    parent = file.parents.get(node)
    if isinstance(parent, ast.keyword):
        parent = file.parents.get(parent)
    return isinstance(parent, ast.Call) and last_name(parent.func) in methods


def _is_in_print(file: File, node: ast.Name) -> bool:
    return any(
        isinstance(at, ast.Call) and last_name(at.func) == "print" for at in file.ancestors(node)
    )


#: Calls that take the one or the other, element by element.
_CHOOSE = frozenset({"where", "select"})


def are_chosen_between(file: File, reuse: Reuse) -> bool:
    """Whether of two draws one or the other is taken, element by element.

    `y = exponential(key)`, then `x = where(is_open, low + y, x)` of an `x` that was drawn before.
    """
    before, after = (file.enclosing_statement(node) for node in (reuse.first, reuse.node))
    if not (_binds_names(before) and _binds_names(after)):
        return False
    first, now = assigned(before), assigned(after)
    function = file.scope_of(after).node
    for call in file.nodes.of(ast.Call, under=function):
        if last_name(call.func) in _CHOOSE and len(call.args) == 3:
            arms = [
                {n.id for n in ast.walk(arm) if isinstance(n, ast.Name)} for arm in call.args[1:]
            ]
            if any(a & first and b & now for a, b in (arms, reversed(arms))):
                return True
    # The second may be drawn within: `x = where(is_open, exponential(key), x)`.
    return any(
        isinstance(at, ast.Call)
        and last_name(at.func) in _CHOOSE
        and any(isinstance(arm, ast.Name) and arm.id in first for arm in at.args[1:])
        for at in file.ancestors(reuse.node)
    )


def names_in(node: ast.AST) -> frozenset[str]:
    """Return the names in a piece of code."""
    return frozenset(each.id for each in ast.walk(node) if isinstance(each, ast.Name))


def is_left(file: File, reuse: Reuse) -> bool:
    """Whether a function is left with the second draw, and what the first gave is not used there.

    `noise = gumbel(key, shape)`, then `return other(key)` in a branch that takes no noise.
    """
    before, after = (file.enclosing_statement(node) for node in (reuse.first, reuse.node))
    if not (_binds_names(before) and isinstance(after, ast.Return)):
        return False
    names, arms = assigned(before), _arms(file, after)
    for node in file.nodes.of(ast.Name):
        if node.id in names and isinstance(node.ctx, ast.Load):
            at = file.enclosing_statement(node)
            is_between = at is not None and before.lineno < at.lineno <= after.lineno
            if is_between and not any(
                arms.get(branch, arm) is not arm for branch, arm in _arms(file, node).items()
            ):
                return False
    return True


def _arms(file: File, node: ast.AST) -> dict[ast.If, list[ast.stmt]]:
    """Return the branches in which a node stands, and which arm of each it is."""
    arms: dict[ast.If, list[ast.stmt]] = {}
    child = node
    for at in file.ancestors(node):
        if isinstance(at, ast.If) and child is not at.test:
            arms[at] = at.body if child in at.body else at.orelse
        child = at
    return arms


def reads(file: File, before: ast.stmt) -> Iterator[int]:
    """Yield the lines that read what a statement assigns, until it is assigned anew."""
    wanted = assigned(before)
    scope = file.scope_of(before)
    events: list[tuple[int, bool, str]] = []
    for node in file.nodes.of(ast.Name):
        if node.id in wanted and (at := file.enclosing_statement(node)) is not None:
            is_store = isinstance(node.ctx, ast.Store)
            if not is_store or file.scope_of(node) is scope:
                events.append((at.lineno, is_store, node.id))
    for line, is_store, name in sorted(events):
        if line <= before.lineno or name not in wanted:
            continue
        if is_store:
            wanted = wanted - {name}
        else:
            yield line


def assigned(statement: ast.stmt | None) -> frozenset[str]:
    """Return the names in the targets of an assignment."""
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
        targets = [statement.target]
    else:
        return frozenset()
    return frozenset(name for target in targets for name in names_in(target))
