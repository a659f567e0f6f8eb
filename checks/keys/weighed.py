"""How sure it is that a reuse of a key is a fault: what is drawn has to meet, and not by choice."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ...auditor.file import File
from ...auditor.nodes import last_name
from ...auditor.regex import regex
from .alike import called_name, draws_itself, measures_time
from .carried import is_carried
from .ledger import Fault, Reuse
from .names import SPLIT
from .values import Kind

#: Where a script that is written as a notebook begins a cell.
_CELL = regex(r"^# ?%%|^# In\[")
_PLOT = r"plot\w*|imshow|show\w*|savefig|scatter|hist|contourf?|pcolormesh|subplots?|figure"
#: Calls that draw a picture, and those that show or print.
_PICTURES = regex(f"^({_PLOT})$")
_SHOWS = regex(f"^({_PLOT}|display|p?print)$")


def certainty(file: File, reuse: Reuse) -> int:
    """Return 2 for two draws that are seen, 1 for calls known to draw, 0 for what is mostly meant.

    On code that the rules had not seen, the latter were mostly choices, or without effect.
    """
    if measures_time(file.path) or _is_tested(file, reuse.node):
        return 0
    if _is_split_afterwards(reuse):
        return 0
    if reuse.fault is Fault.LOOP:
        # Turns mostly draw alike to be compared, or start anew; not where one meets the next.
        return reuse.certainty if is_carried(file, reuse) else 0
    if reuse.loop is not None:
        return reuse.certainty
    if _is_derived(file, reuse) or _are_compared(file, reuse) or _is_shown(file, reuse):
        return 0
    if _runs_again(file, reuse) or _is_never_read(file, reuse):
        return 0
    apart = _cell(file, reuse.node) != _cell(file, reuse.first)
    return 0 if apart and not _meet(file, reuse) else reuse.certainty


def _is_tested(file: File, node: ast.AST) -> bool:
    """Whether this is a test that stands beside what it tests."""
    return any(
        isinstance(at, (ast.FunctionDef, ast.AsyncFunctionDef)) and at.name.startswith("test_")
        for at in file.ancestors(node)
    )


def _is_split_afterwards(reuse: Reuse) -> bool:
    """Whether a key is split once it was drawn from: JAX forbids it, but no number comes twice."""
    return reuse.kind is Kind.SPLIT and reuse.first_kind is not Kind.SPLIT


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
        case ast.Call(func=ast.Attribute(value=model, attr=method)) if method in _FOLDS:
            is_class = last_name(model)[:1].isupper() and not _is_made(file, model)
            return "" if is_class else ast.unparse(model)
        case _:
            return ""


def _is_made(file: File, node: ast.expr) -> bool:
    """Whether a variable holds what a call gave, and is no class."""
    found = file.scope_of(node).lookup(node.id) if isinstance(node, ast.Name) else None
    return found is not None and any(isinstance(one.value, ast.Call) for one in found[1])


def _are_compared(file: File, reuse: Reuse) -> bool:
    """Whether two functions are given the same lanes: `vmap(f)(x, keys)` and `vmap(g)(x, keys)`."""
    first, now = (_given_to(file, node) for node in (reuse.first, reuse.node))
    if first is None or now is None or ast.dump(first.func) == ast.dump(now.func):
        return False
    before, after = (
        [ast.dump(part) for part in (*call.args, *call.keywords)] for call in (first, now)
    )
    return before == after


def _given_to(file: File, node: ast.AST) -> ast.Call | None:
    """Return the call of a mapped function, or the one that is given keys split on the spot."""
    if called_name(file, node) == SPLIT:
        parent = file.parents.get(node)
        return parent if isinstance(parent, ast.Call) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Call):
        return node
    return None


def _is_shown(file: File, reuse: Reuse) -> bool:
    """Whether one of two draws is only looked at, and not beside the other.

    It is printed, or drawn into a picture; a notebook's cell shows what its last line gives.
    """
    pairs = ((reuse.first, reuse.node), (reuse.node, reuse.first))
    return any(_is_looked_at(file, node, beside) for node, beside in pairs)


def _is_looked_at(file: File, node: ast.AST, beside: ast.AST) -> bool:
    statement = file.enclosing_statement(node)
    if isinstance(statement, ast.Expr):
        call = statement.value
        if call is node:
            return isinstance(call, ast.Call) and (draws_itself(file, call) or _plots(file, call))
        return _shows(call, _SHOWS) and all(part is not beside for part in ast.walk(call))
    if not isinstance(statement, ast.Assign) or file.place(node).cell != file.place(beside).cell:
        return False
    names, others = _assigned(statement), _assigned(file.enclosing_statement(beside))
    scope = file.scope_of(statement)
    users = [
        file.enclosing_statement(name)
        for name in file.nodes.of(ast.Name)
        if name.id in names and isinstance(name.ctx, ast.Load) and file.scope_of(name) is scope
    ]
    return bool(users) and all(
        isinstance(user, ast.Expr)
        and _shows(user.value, _PICTURES)
        and not any(isinstance(part, ast.Name) and part.id in others for part in ast.walk(user))
        for user in users
    )


def _shows(call: ast.AST, names: re.Pattern[str]) -> bool:
    return isinstance(call, ast.Call) and bool(names.match(last_name(call.func) or ""))


def _plots(file: File, call: ast.AST) -> bool:
    """Whether a call that gives nothing back runs a function of this file that plots."""
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
        return False
    return any(
        function.name == call.func.id
        and not any(node.value for node in file.nodes.of(ast.Return, under=function))
        and any(_shows(part, _PICTURES) for part in file.nodes.of(ast.Call, under=function))
        for function in file.nodes.of(ast.FunctionDef)
    )


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
    return bool(names := _assigned(before)) and names == _assigned(after)


def _differs_in_data(first: ast.Call, now: ast.Call) -> bool:
    """Whether two calls are given all alike but for one array, or for what is on or off."""
    if len(first.args) != len(now.args) or len(first.keywords) != len(now.keywords):
        return False
    pairs = zip((*first.args, *first.keywords), (*now.args, *now.keywords), strict=True)
    other = [pair for pair in pairs if ast.dump(pair[0]) != ast.dump(pair[1])]
    return len(other) == 1 and (
        all(isinstance(part, ast.Name) for part in other[0])
        or all(_is_switch(part) for part in other[0])
    )


def _is_switch(part: ast.AST) -> bool:
    value = part.value if isinstance(part, ast.keyword) else part
    return isinstance(value, ast.Constant) and isinstance(value.value, bool)


def _cell(file: File, node: ast.AST) -> int:
    """Return the cell of a notebook, or of a script that is written as one."""
    place = file.place(node)
    if place.cell is not None:
        return place.cell
    return sum(bool(_CELL.match(line)) for line in file.lines[: place.line])


def _meet(file: File, reuse: Reuse) -> bool:
    """Whether what the first use gave is still read where the second is, or after it.

    A call that is only known to draw has to be given it.
    """
    before, after = file.enclosing_statement(reuse.first), file.enclosing_statement(reuse.node)
    if before is None or after is None:
        return False
    wanted = _assigned(before)
    if reuse.certainty < 2:
        given = {node.id for node in ast.walk(reuse.node) if isinstance(node, ast.Name)}
        return bool(wanted & given)
    return any(line >= after.lineno for line in _reads(file, before))


def _is_never_read(file: File, reuse: Reuse) -> bool:
    """Whether the first use is a split whose keys nobody reads before they are replaced."""
    before = file.enclosing_statement(reuse.first)
    if reuse.first_kind is not Kind.SPLIT or not isinstance(before, ast.Assign):
        return False
    names = all(isinstance(target, (ast.Name, ast.Tuple, ast.List)) for target in before.targets)
    return names and next(_reads(file, before), None) is None


def _reads(file: File, before: ast.stmt) -> Iterator[int]:
    """Yield the lines that read what a statement assigns, until it is assigned anew."""
    wanted = _assigned(before)
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


def _assigned(statement: ast.stmt | None) -> frozenset[str]:
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
        targets = [statement.target]
    else:
        return frozenset()
    return frozenset(
        node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)
    )
