"""Where the salted hashes of a process visibly decide something: sets that are walked, `hash()`."""

from __future__ import annotations

import ast

from ...auditor.file import File
from ...auditor.nodes import last_name
from ...auditor.project import Project
from ..per_project import per_project
from ..usage.uses import uses_of

_HASHES = r"\b(set|frozenset|hash)\(|\bin \{|= \{"
_SETS = frozenset(("builtins.set", "builtins.frozenset"))
#: What takes the elements of a set in the order in which they come.
_TAKES = frozenset(
    "list tuple enumerate iter next zip map array choice sample shuffle join".split()
)


@per_project
def hash_ordered(project: Project) -> frozenset[str]:
    """Return the files that iterate over sets or ask for hashes."""
    return frozenset(file.path for file in uses_of(project).files(_HASHES) if _depends(file))


def _depends(file: File) -> bool:
    walked = [each.iter for each in file.nodes.of(ast.For)]
    walked += [each.iter for each in file.nodes.of(ast.comprehension)]
    calls = file.nodes.of(ast.Call)
    return (
        any(_is_set(file, each) for each in walked)
        or any(
            last_name(call.func) in _TAKES and any(_is_set(file, given) for given in call.args)
            for call in calls
        )
        or any(_hashes(file, call) for call in calls)
    )


def _is_set(file: File, node: ast.expr) -> bool:
    """Whether an expression is a set of things whose hashes may be salted: of no numbers."""
    match node:
        case ast.Set(elts=elements):
            return not all(
                isinstance(each, ast.Constant) and isinstance(each.value, (int, float))
                for each in elements
            )
        case ast.SetComp():
            return True
        case ast.Call(func=called, args=[_]):
            return file.dotted(called, file.scope_of(node)) in _SETS
        case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr() | ast.BitXor() | ast.Sub()):
            return _is_set(file, left)
        case ast.Name(id=name):
            found = file.scope_of(node).lookup(name)
            made = [binding.value for binding in found[1]] if found is not None else []
            value = made[0] if len(made) == 1 else None
            return value is not None and not isinstance(value, ast.Name) and _is_set(file, value)
        case _:
            return False


def _hashes(file: File, call: ast.Call) -> bool:
    """Whether the built-in hash is asked for, other than to define a hash."""
    if file.dotted(call.func, file.scope_of(call)) != "builtins.hash":
        return False
    function = file.enclosing_function(call)
    return function is None or function.name not in {"__hash__", "__eq__"}
