"""Whether what one turn of a loop draws meets what the turns before have drawn."""

from __future__ import annotations

import ast

from ...auditor.file import File
from ...auditor.nodes import last_name
from .ledger import Reuse
from .names import SAMPLERS
from .values import Kind

_COLLECTS = frozenset({"append", "extend", "insert"})


def is_carried(file: File, reuse: Reuse) -> bool:
    """Whether a loop adds the same draw to its state in every turn, whatever its variable is.

    `params = step(params, key)`, `x = x + normal(key)`, `total += normal(key)`, and draws that are
    collected in a list. What hangs on a test of the loop's variable may happen once.
    """
    loop = reuse.loop
    if not isinstance(loop, (ast.For, ast.While)) or reuse.kind is Kind.SPLIT:
        return False
    turned = _names(loop.target) if isinstance(loop, ast.For) else set[str]()
    statement: ast.AST | None = reuse.node
    while statement is not None and not isinstance(statement, ast.stmt):
        statement = file.parents.get(statement)
    at: ast.AST | None = statement
    while at is not None and at is not loop:
        if isinstance(at, (ast.If, ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
        at = file.parents.get(at)
    match statement:
        case ast.AugAssign():
            return True
        case ast.Assign(targets=targets, value=value):
            bound = {name for target in targets for name in _names(target)}
            return bool(bound & _names(value)) and not turned & _names(reuse.node)
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=attr))) if attr in _COLLECTS:
            return _draws(file, reuse.node) and not turned & _names(reuse.node)
        case _:
            return False


def _draws(file: File, node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = file.dotted(node.func, file.scope_of(node)) or ""
    return name in SAMPLERS or last_name(node.func) in {"sample", "rsample"}


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
