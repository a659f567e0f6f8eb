"""Whether what two draws give is ever used together."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...auditor.file import File
from .ledger import Reuse
from .read import assigned, names_in

_ASSIGNS = (ast.Assign, ast.AnnAssign, ast.AugAssign)


def meet(file: File, reuse: Reuse) -> bool:
    """Whether some statement uses what both draws give, or what is made of it.

    `t = uniform(key)`, `noise = normal(key)`, then `loss(x, t, noise)`. Draws that are kept
    elsewhere than in variables, and so may meet anywhere, count as meeting.
    """
    before, after = (file.enclosing_statement(node) for node in (reuse.first, reuse.node))
    if before is None or after is None or before is after:
        return True
    if not (_keeps_names(before) and (_keeps_names(after) or isinstance(after, ast.Return))):
        return True
    statements = list(_statements(file, after))
    first = _made_of(statements, assigned(before) - assigned(after))
    if not first or first & names_in(after):
        return True
    if isinstance(after, ast.Return):
        return False
    now = _made_of(statements, assigned(after))
    if first & now:
        return True
    return any(
        (used := _used(statement)) & first and used & now
        for statement in statements
        if statement is not before and statement is not after
    )


def _keeps_names(statement: ast.stmt) -> bool:
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return False
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return all(isinstance(target, (ast.Name, ast.Tuple, ast.List)) for target in targets)


def _statements(file: File, node: ast.stmt) -> Iterator[ast.stmt]:
    """Yield the simple statements of the function around a node, with those of inner functions."""
    for at in ast.walk(file.scope_of(node).node):
        if isinstance(at, ast.stmt) and not hasattr(at, "body"):
            yield at


def _made_of(statements: list[ast.stmt], names: frozenset[str]) -> frozenset[str]:
    """Return names and those of variables that are made of them, directly or through others."""
    made = set(names)
    grows = True
    while grows:
        grows = False
        for statement in statements:
            if isinstance(statement, _ASSIGNS) and statement.value is not None:
                bound = assigned(statement)
                if not bound <= made and names_in(statement.value) & made:
                    made |= bound
                    grows = True
    return frozenset(made)


def _used(statement: ast.stmt) -> frozenset[str]:
    """Return the names that a statement reads."""
    return frozenset(
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    )
