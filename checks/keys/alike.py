"""Uses of one key that look like a fault and are none."""

from __future__ import annotations

import ast

from ...auditor.file import File
from ...auditor.nodes import last_name
from ...auditor.regex import regex

#: Samplers that choose places in an array: with one key they choose the same places in each.
_CHOOSE = frozenset({"jax.random.choice", "jax.random.permutation", "jax.random.shuffle"})
_PATHS = regex(r"(^|/)bench(mark)?(s|ing)?(/|_|\.)|_(bench(marks?)?|times|timings?)\.py$")
_MODELS = regex(
    r"(model|net|network|module|encoder|decoder|actor|critic|policy|layer|mlp)(_?\d|_?def)?$"
)
_INITIALIZERS = regex(r"(^|_)init_(\w+_)?fn$|^init(ialize)?_params$")


def draw_alike(file: File, first: ast.AST, now: ast.AST) -> bool:
    """Whether two draws keep rows of two arrays together: `choice(key, x)` and `choice(key, y)`."""
    if not (isinstance(first, ast.Call) and isinstance(now, ast.Call)):
        return False
    names = {file.dotted(call.func, file.scope_of(call)) for call in (first, now)}
    if len(names) != 1 or not names <= _CHOOSE or len(first.args) < 2 or len(now.args) < 2:
        return False
    rest = [[ast.dump(part) for part in (*call.args[2:], *call.keywords)] for call in (first, now)]
    return rest[0] == rest[1] and ast.dump(first.args[1]) != ast.dump(now.args[1])


def apart(split: ast.AST, fold: ast.AST) -> bool:
    """Whether a fold lies beyond what was split: `split(key, n)` and `fold_in(key, n)`."""
    if not (isinstance(split, ast.Call) and isinstance(fold, ast.Call)):
        return False
    number = _given(split, "num") or ast.Constant(2)
    data = _given(fold, "data")
    if data is None:
        return False
    match number, data:
        case ast.Constant(value=int(count)), ast.Constant(value=int(index)):
            return index >= count
        case _:
            return ast.dump(number) == ast.dump(data)


def _given(call: ast.Call, keyword: str) -> ast.expr | None:
    named = [item.value for item in call.keywords if item.arg == keyword]
    return next(iter(named), call.args[1] if len(call.args) > 1 else None)


def is_dummy(file: File, draw: ast.Call) -> bool:
    """Whether a draw only gives a model's initialiser the shape of its input.

    `model.init(key, random.normal(key, (1, 28)))`, and the same through a scan.
    """
    parent = file.parents.get(draw)
    if isinstance(parent, ast.keyword):
        parent = file.parents.get(parent)
    if not isinstance(parent, ast.Call) or draw in parent.args[:1]:
        return False
    func = parent.func
    if last_name(func) == "scan" and parent.args:
        func = parent.args[0]
        return isinstance(func, ast.Name) and func.id.startswith("init_")
    if isinstance(func, ast.Attribute) and func.attr in {"init", "init_with_output"}:
        return bool(_MODELS.search(last_name(func.value).lower()))
    return bool(_INITIALIZERS.search(last_name(func)))


def initialises(file: File, key: ast.AST) -> bool:
    """Whether a key goes straight into the initialiser of a model: `model.init(key, x)`."""
    parent = file.parents.get(key)
    return (
        isinstance(parent, ast.Call)
        and key in parent.args[:1]
        and last_name(parent.func) in {"init", "init_with_output", "lazy_init"}
    )


def measures_time(path: str) -> bool:
    """Whether a file is a benchmark of speed, whose numbers nobody looks at."""
    return bool(_PATHS.search(path))
