"""How sure it is that a reuse of a key is a fault: what is drawn has to meet, and not by choice."""

from __future__ import annotations

import ast
from typing import TypeGuard

from ...auditor.file import File
from ...auditor.nodes import last_name
from ...auditor.regex import regex
from .alike import (
    are_parts_of_one,
    called_name,
    chooses_places,
    draws_itself,
    draws_one_value,
    measures_time,
)
from .carried import is_carried
from .ledger import Fault, Reuse
from .meeting import meet
from .names import INTENDED, SPLIT
from .read import (
    are_chosen_between,
    assigned,
    is_dropped,
    is_left,
    is_never_read,
    is_read,
    only_starts,
    reads,
)
from .shown import calls_to_judge, is_judged, is_shown, is_tried
from .values import Kind

#: Where a script that is written as a notebook begins a cell.
_CELL = regex(r"^# ?%%|^# In\[")


#: Variables of what only gives a shape, is looked at or evaluated.
_NOT_COUNTED = regex(
    r"dummy|fake|example|warm_?up|(^|_)(sample_input\w*|test\w*|eval\w*|valid\w*|vis\w*|bench)(_|$)|"
    r"(rng|key)s?_samples?$|^samples?_(rng|key)s?$"
)


def certainty(file: File, reuse: Reuse) -> int:
    """Return 2 for two draws that are seen, 1 for calls known to draw, 0 for what is mostly meant.

    On code that the rules had not seen, the latter were mostly choices, or without effect.
    """
    if reuse.fault is Fault.PARENT and not _draws_beside_children(file, reuse):
        # Of those, half were without effect on code that the rules had not seen.
        return 0
    if measures_time(file.path) or is_tried(file, reuse.node) or is_judged(file, reuse.node):
        return 0
    if _is_split_afterwards(reuse):
        return 0
    if reuse.fault is not Fault.LOOP and any(
        is_dropped(file, node) for node in (reuse.first, reuse.node)
    ):
        return 0
    if any(
        calls_to_judge(node) or draws_one_value(file, node, by_default=True)
        for node in (reuse.first, reuse.node)
    ):
        return 0
    if reuse.fault is Fault.DEVICE and chooses_places(file, reuse.first):
        # Each device permutes a part of the data of its own.
        return 0
    if reuse.fault is Fault.LOOP:
        # Turns mostly draw alike to be compared, or start anew; not where one meets the next.
        return reuse.certainty if is_carried(file, reuse) else 0
    if reuse.loop is not None:
        return reuse.certainty
    if are_parts_of_one(file, reuse.first, reuse.node):
        return 0
    if chooses_places(file, reuse.first) and chooses_places(file, reuse.node):
        # The same places of two arrays belong together.
        return 0
    if _is_derived(file, reuse) or _are_compared(reuse) or is_shown(file, reuse):
        return 0
    if _runs_again(file, reuse) or is_never_read(file, reuse) or is_left(file, reuse):
        return 0
    if reuse.name.isupper() or only_starts(file, reuse) or are_chosen_between(file, reuse):
        # A constant of the module, `ANCHOR_KEY`, is meant to give the same numbers.
        return 0
    if _are_called_so(file, reuse) or _is_now_and_then(file, reuse.node):
        return 0
    if file.path.endswith(".ipynb") or _is_zero(file, reuse):
        # Of what notebooks draw twice, little mattered on code that the rule had not seen.
        return 0
    if reuse.certainty < 2 and reuse.fault is not Fault.PARENT:
        # Of what is only known to draw, half was meant so on code that the rules had not seen.
        return 0
    apart = _cell(file, reuse.node) != _cell(file, reuse.first)
    return reuse.certainty if (_meet if apart else meet)(file, reuse) else 0


def _draws_beside_children(file: File, reuse: Reuse) -> bool:
    """Whether a function splits a key, reads the children, and draws from the key itself as well.

    Not where the draw only puts in order what the children gave.
    """
    before = file.enclosing_statement(reuse.first)
    return (
        reuse.kind in {Kind.SAMPLE, Kind.CONSUMER}
        and called_name(file, reuse.first) == SPLIT
        and file.scope_of(reuse.first) is file.scope_of(reuse.node)
        and not chooses_places(file, reuse.node)
        and (not isinstance(before, ast.Assign) or is_read(file, before))
    )


def _is_split_afterwards(reuse: Reuse) -> bool:
    """Whether a key is split once it was drawn from: JAX forbids it, but no number comes twice.

    A key whose name says so, `eval_rng`, is meant to be split again.
    """
    if reuse.kind is not Kind.SPLIT:
        return False
    return reuse.first_kind is not Kind.SPLIT or bool(INTENDED.search(reuse.name.lower()))


def _are_called_so(file: File, reuse: Reuse) -> bool:
    """Whether the variables say that what is drawn does not count: `dummy`, `rng_sample`."""
    for node in (reuse.first, reuse.node):
        names = assigned(file.enclosing_statement(node)) - {reuse.name, "_"}
        if names and all(_NOT_COUNTED.search(name.lower()) for name in names):
            return True
    return False


def _is_now_and_then(file: File, node: ast.AST) -> bool:
    """Whether this stands in `if step % n == 0`: what is looked at while a model trains."""
    for at in file.ancestors(node):
        if isinstance(at, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
        if isinstance(at, ast.If) and any(
            isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mod)
            for part in ast.walk(at.test)
        ):
            return True
    return False


def _is_zero(file: File, reuse: Reuse) -> bool:
    """Whether a draw is only there for its shape: `normal(key, (3,)) * 0`."""
    for node in (reuse.first, reuse.node):
        match file.parents.get(node):
            case ast.BinOp(op=ast.Mult(), left=left, right=right):
                sides = (left, right)
                if any(isinstance(side, ast.Constant) and side.value == 0 for side in sides):
                    return True
            case _:
                pass
    return False


#: Methods of models, which fold the names of their parts into the key that they are given.
_FOLDS = frozenset({"init", "init_with_output", "lazy_init", "apply"})


def _is_derived(file: File, reuse: Reuse) -> bool:
    """Whether a model draws from keys of its own, which no other draw has.

    A model that is made and then run, `init(key, x)` and `apply(params, key, x)`, is one as well.
    """
    calls = (reuse.first, reuse.node)
    methods = {last_name(call.func) for call in calls if isinstance(call, ast.Call)}
    if methods == {"init", "apply"}:
        return True
    models = [_model(file, node) for node in calls]
    return any(models) and models[0] != models[1]


def _model(file: File, node: ast.AST) -> str:
    """Return the variable that holds a model which is given a key: `actor` of `actor.init(key)`."""
    match node:
        case ast.Call(keywords=given) if any(item.arg == "rngs" for item in given):
            return ast.unparse(node.func)
        case ast.Call(func=ast.Attribute(value=model, attr=method)) if method in _FOLDS:
            is_class = last_name(model)[:1].isupper() and not _is_made(file, model)
            return "" if is_class else ast.unparse(model)
        case _:
            return ""


def _is_made(file: File, node: ast.expr) -> bool:
    """Whether a variable holds what a call gave, and is no class."""
    found = file.scope_of(node).lookup(node.id) if isinstance(node, ast.Name) else None
    return found is not None and any(isinstance(one.value, ast.Call) for one in found[1])


def _are_compared(reuse: Reuse) -> bool:
    """Whether two functions are given the same lanes: `vmap(f)(x, keys)` and `vmap(g)(x, keys)`."""
    first, now = reuse.first, reuse.node
    if not (_calls_mapped(first) and _calls_mapped(now)):
        return False
    if ast.dump(first.func) == ast.dump(now.func):
        return False
    before, after = (
        [ast.dump(part) for part in (*call.args, *call.keywords)] for call in (first, now)
    )
    return before == after


def _calls_mapped(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Call)


def _runs_again(file: File, reuse: Reuse) -> bool:
    """Whether a function is run anew: its first result is dropped, or replaced by the second.

    The same projection of two arrays, `features(key, x)` and `features(key, y)`, is one as well.
    """
    first, now = reuse.first, reuse.node
    if not (isinstance(first, ast.Call) and isinstance(now, ast.Call)):
        return False
    if ast.dump(first.func) != ast.dump(now.func) or draws_itself(file, now):
        return False
    before, after = file.enclosing_statement(first), file.enclosing_statement(now)
    if isinstance(before, ast.Expr):
        return before.value is first
    if _differs_in_data(first, now):
        return True
    return bool(names := assigned(before)) and names == assigned(after)


def _differs_in_data(first: ast.Call, now: ast.Call) -> bool:
    """Whether two calls are given all alike but for one array, or for what is on or off."""
    if len(first.args) != len(now.args) or len(first.keywords) != len(now.keywords):
        return False
    pairs = zip((*first.args, *first.keywords), (*now.args, *now.keywords), strict=True)
    other = [pair for pair in pairs if ast.dump(pair[0]) != ast.dump(pair[1])]
    return len(other) == 1 and (
        all(isinstance(_value(part), ast.Name) for part in other[0])
        or all(_is_switch(part) for part in other[0])
    )


def _value(part: ast.AST) -> ast.AST:
    return part.value if isinstance(part, ast.keyword) else part


def _is_switch(part: ast.AST) -> bool:
    value = _value(part)
    return isinstance(value, ast.Constant) and isinstance(value.value, bool)


def _cell(file: File, node: ast.AST) -> int:
    """Return the cell of a script that is written as a notebook."""
    return sum(bool(_CELL.match(line)) for line in file.lines[: file.place(node).line])


def _meet(file: File, reuse: Reuse) -> bool:
    """Whether what the first use gave is still read where the second is, or after it."""
    before, after = file.enclosing_statement(reuse.first), file.enclosing_statement(reuse.node)
    if before is None or after is None:
        return False
    return any(line >= after.lineno for line in reads(file, before))
