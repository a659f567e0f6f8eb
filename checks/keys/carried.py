"""Whether what one turn of a loop draws meets what the turns before have drawn."""

from __future__ import annotations

import ast
from itertools import takewhile

from ...auditor.file import File
from .alike import draws_itself
from .ledger import Reuse
from .read import names_in
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
    turned = names_in(loop.target) if isinstance(loop, ast.For) else frozenset[str]()
    for at in takewhile(lambda node: node is not loop, file.ancestors(reuse.node)):
        if isinstance(at, (ast.If, ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
    match file.enclosing_statement(reuse.node):
        case ast.AugAssign():
            return True
        case ast.Assign(targets=targets, value=value):
            bound = {name for target in targets for name in names_in(target)}
            return bool(bound & names_in(value)) and not turned & names_in(reuse.node)
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=attr))) if attr in _COLLECTS:
            return draws_itself(file, reuse.node) and not turned & names_in(reuse.node)
        case _:
            return False
