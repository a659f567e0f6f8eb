"""Small questions about syntax trees that following an order asks."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .sinks import ORDERED_CLASSES

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def walk_here(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a statement without going into functions that it defines."""
    stack: list[ast.AST] = [node]
    while stack:
        at = stack.pop()
        yield at
        if not isinstance(at, _FUNCTIONS):
            stack.extend(reversed(list(ast.iter_child_nodes(at))))


def inside(node: ast.AST, around: ast.AST) -> bool:
    start = (getattr(around, "lineno", 0), getattr(around, "col_offset", 0))
    end = (getattr(around, "end_lineno", 0) or 0, getattr(around, "end_col_offset", 0) or 0)
    at = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
    return start <= at < end


def name_at(target: ast.expr, place: int) -> str | None:
    """Return the name at a place of a tuple that a loop assigns to."""
    if not isinstance(target, ast.Tuple) or place >= len(target.elts):
        return None
    named = target.elts[place]
    return named.id if isinstance(named, ast.Name) else None


def mentions(node: ast.AST, name: str) -> bool:
    return any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(node))


def names_beyond_remainders(node: ast.AST, name: str) -> bool:
    """Whether a name is used otherwise than in `name % n`, which deals work out to devices."""
    match node:
        case ast.BinOp(left=ast.Name(id=left), op=ast.Mod(), right=right) if left == name:
            return names_beyond_remainders(right, name)
        case ast.Name(id=used):
            return used == name
        case _:
            return any(names_beyond_remainders(n, name) for n in ast.iter_child_nodes(node))


def is_a_few(part: ast.expr) -> bool:
    """`[:5]`: the first few, as one looks at them."""
    match part:
        case ast.Slice(
            lower=None | ast.Constant(value=0), upper=ast.Constant(value=int(upper)), step=None
        ):
            return 0 < upper <= _A_FEW
        case _:
            return False


_A_FEW = 16


def is_position(place: ast.expr, index: str) -> bool:
    """Whether a subscript is the index itself: `[i]`, `[i, :]`, `[start + i]`."""
    match place:
        case ast.Name(id=name):
            return name == index
        case ast.Tuple(elts=[first, *_]):
            return is_position(first, index)
        case ast.BinOp(left=left, right=right):
            return is_position(left, index) or is_position(right, index)
        case _:
            return False


def goes_over(iterable: ast.expr, holder: ast.expr) -> bool:
    """Whether `for … in iterable` goes over what `holder` names: `enumerate(x)` and `x`."""
    same = ast.dump(loaded(holder))
    return any(ast.dump(loaded(n)) == same for n in ast.walk(iterable) if isinstance(n, ast.expr))


def is_dataset(node: ast.AST) -> bool:
    """Whether a class gives out items by index, by its methods or its bases' names."""
    if not isinstance(node, ast.ClassDef):
        return False
    bases = [ast.unparse(base).rsplit(".", 1)[-1] for base in node.bases]
    methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
    return "__getitem__" in methods or any(base.endswith(ORDERED_CLASSES) for base in bases)


def is_length(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"


def is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def counted(loop: ast.AST, name: str) -> bool:
    """Whether the loop counts a name up: `label += 1`."""
    return any(
        isinstance(node, ast.AugAssign)
        and isinstance(node.target, ast.Name)
        and node.target.id == name
        and isinstance(node.op, ast.Add)
        for node in ast.walk(loop)
    )


def assigned(statement: ast.Assign) -> list[ast.expr]:
    """Return what a statement assigns to, the places of a tuple one by one."""
    found: list[ast.expr] = []
    for target in statement.targets:
        found += target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
    return found


def loaded(node: ast.expr) -> ast.expr:
    """Return the same name or attribute as if it were read, for comparing."""
    if isinstance(node, ast.Name):
        return ast.Name(node.id, ast.Load())
    if isinstance(node, ast.Attribute):
        return ast.Attribute(node.value, node.attr, ast.Load())
    return node
