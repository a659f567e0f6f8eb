"""Uses of one key that look like a fault and are none."""

from __future__ import annotations

import ast
import re
from typing import cast

from ...auditor.file import File
from ...auditor.nodes import argument_of, last_name
from ...auditor.regex import regex
from .names import SAMPLERS, SAYS_INTENDED

#: Samplers that choose places in an array: with one key they choose the same places in each.
_CHOOSE = frozenset({"jax.random.choice", "jax.random.permutation", "jax.random.shuffle"})
_PATHS = regex(
    r"(^|[/-])bench(mark)?(s|ing)?(/|_|\.)|_(bench(marks?)?|times|timings?)\.py$|"
    r"(^|[/_-])(speed|latency|throughput|timing)[^/]*$",
    re.I,
)
_MODELS = regex(
    r"(model|net|network|module|encoder|decoder|actor|critic|policy|layer|mlp)(_?\d|_?def)?$"
)
_INITIALIZERS = regex(r"(^|_)init_(\w+_)?fn$|^init(ialize)?_params$")


def called_name(file: File, node: ast.AST) -> str:
    """Return the resolved name of what is called."""
    if not isinstance(node, ast.Call):
        return ""
    return file.dotted(node.func, file.scope_of(node)) or ""


def draws_itself(file: File, node: ast.AST) -> bool:
    """Whether a call is itself a draw, and no function that draws somewhere within."""
    return isinstance(node, ast.Call) and (
        called_name(file, node) in SAMPLERS or last_name(node.func) in {"sample", "rsample"}
    )


def chooses_places(file: File, node: ast.AST) -> bool:
    """Whether a call chooses places in an array, or runs a function of this file that only does."""
    if called_name(file, node) in _CHOOSE:
        return True
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return False
    drawn = {
        name
        for function in file.nodes.of(ast.FunctionDef)
        if function.name == node.func.id
        for call in file.nodes.of(ast.Call, under=function)
        if (name := called_name(file, call)) in SAMPLERS
    }
    return bool(drawn) and drawn <= _CHOOSE


_BLOCKS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.While, ast.With)


def says_intended(file: File, node: ast.AST | None) -> bool:
    """Whether a comment directly above or beside a statement says that it is meant so."""
    at = file.enclosing_statement(node) if node is not None else None
    if at is None or isinstance(at, _BLOCKS):
        return False
    lines = file.lines
    if any(SAYS_INTENDED.search(line) for line in lines[at.lineno - 1 : at.end_lineno]):
        return True
    number = at.lineno - 2
    while number >= 0 and lines[number].lstrip().startswith("#"):
        if SAYS_INTENDED.search(lines[number]):
            return True
        number -= 1
    return False


def draw_alike(file: File, first: ast.AST, now: ast.AST) -> bool:
    """Whether two draws keep rows of two arrays together: `choice(key, x)` and `choice(key, y)`."""
    if not (isinstance(first, ast.Call) and isinstance(now, ast.Call)):
        return False
    names = {file.dotted(call.func, file.scope_of(call)) for call in (first, now)}
    if len(names) != 1 or not names <= _CHOOSE:
        return False
    rest = [_given_by_name(call) for call in (first, now)]
    arrays = [given.pop("x", "") for given in rest]
    return rest[0] == rest[1] and arrays[0] != arrays[1] and all(arrays)


def _given_by_name(call: ast.Call) -> dict[str, str]:
    """Return what a choice of places is given besides its key: the array is `x`."""
    order = ("key", "x", "shape") if last_name(call.func) == "choice" else ("key", "x", "axis")
    given = dict(zip(order, call.args, strict=False))
    given |= {"x" if item.arg == "a" else item.arg or "": item.value for item in call.keywords}
    given |= {str(at): part for at, part in enumerate(call.args[3:], 3)}
    given.pop("key", None)
    match given.get("axis"):
        case ast.Constant(value=0):
            del given["axis"]
        case _:
            pass
    return {name: ast.dump(part) for name, part in given.items()}


def draws_each(file: File, draw: ast.AST, loop: ast.AST | None) -> bool:
    """Whether a loop keeps rows of arrays together: `[permutation(key, a) for a in arrays]`."""
    if not (isinstance(draw, ast.Call) and len(draw.args) > 1):
        return False
    if file.dotted(draw.func, file.scope_of(draw)) not in _CHOOSE:
        return False
    loops = getattr(loop, "generators", [loop])
    targets = [part.target for part in loops if isinstance(part, (ast.For, ast.comprehension))]
    names = {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
    return isinstance(draw.args[1], ast.Name) and draw.args[1].id in names


#: Calls of which one or the other argument is taken, element by element.
_EITHER = frozenset({"jax.numpy.where", "jax.lax.select", "jax.numpy.select"})


def is_either(file: File, first: ast.AST, now: ast.AST) -> bool:
    """Whether only one of two draws is taken: `where(p < epsilon, explore(key), greedy(key))`."""
    ways: list[dict[ast.AST, ast.AST]] = []
    for node in (first, now):
        above: dict[ast.AST, ast.AST] = {}
        child, at = node, file.parents.get(node)
        while at is not None and not isinstance(at, ast.stmt):
            if (
                isinstance(at, ast.Call)
                and child in at.args[1:]
                and file.dotted(at.func, file.scope_of(at)) in _EITHER
            ):
                above[at] = child
            child, at = at, file.parents.get(at)
        ways.append(above)
    return any(ways[1].get(call, arm) is not arm for call, arm in ways[0].items())


#: A number that is written out and so large is chosen to lie beyond what is split.
_FAR = 100


def apart(split: ast.AST, fold: ast.AST) -> bool:
    """Whether a fold lies beyond what was split: `split(key, n)` and `fold_in(key, n)`."""
    if not (isinstance(split, ast.Call) and isinstance(fold, ast.Call)):
        return False
    number = argument_of(split, "num", 1) or ast.Constant(2)
    data = argument_of(fold, "data", 1)
    if data is None:
        return False
    match number, data:
        case ast.Constant(value=int(count)), ast.Constant(value=int(index)):
            return index >= count
        case _, ast.Constant(value=int(index)) if index >= _FAR:
            return True
        case _:
            return ast.dump(number) == ast.dump(data)


def are_parts_of_one(file: File, first: ast.AST, second: ast.AST) -> bool:
    """`permutation(key, n)[:k]` and `permutation(key, n)[k:]`: the same draw, cut in two."""
    match file.parents.get(first), file.parents.get(second):
        case (
            ast.Subscript(value=one, slice=ast.Slice(lower=None, upper=ast.expr() as end)),
            ast.Subscript(value=other, slice=ast.Slice(lower=ast.expr() as start, upper=None)),
        ):
            return ast.dump(one) == ast.dump(other) and ast.dump(end) == ast.dump(start)
        case _:
            return False


def draws_one_value(file: File, draw: ast.AST, *, by_default: bool = False) -> bool:
    """Whether a draw has one value to choose from: `randint(key, (), 0, 1)`, `choice(key, 1)`.

    `by_default`: where a parameter or an option has its default.
    """
    if not isinstance(draw, ast.Call):
        return False

    def known(part: ast.expr | None) -> object:
        found = file.values.constant(part, file.scope_of(draw)) if part is not None else None
        if found is None or (found.via in {"parameter", "option"} and not by_default):
            return None
        return found.value

    match called_name(file, draw):
        case "jax.random.randint":
            low, high = known(argument_of(draw, "minval", 2)), known(argument_of(draw, "maxval", 3))
            return isinstance(low, int) and isinstance(high, int) and high - low <= 1
        case "jax.random.choice":
            among = known(argument_of(draw, "a", 1))
            return among == 1 or (
                isinstance(among, tuple) and len(cast(tuple[object, ...], among)) == 1
            )
        case _:
            return False


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


def measures_time(path: str) -> bool:
    """Whether a file is a benchmark of speed, whose numbers nobody looks at."""
    return bool(_PATHS.search(path))
