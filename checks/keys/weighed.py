"""How sure it is that a reuse of a key is a fault: what is drawn has to meet, and not by choice."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...auditor.file import File
from ...auditor.nodes import last_name
from ...auditor.regex import regex
from .alike import measures_time
from .ledger import Fault, Reuse
from .names import NOISE, SAMPLERS, TREE_MAP
from .values import Kind

#: Loops whose turns anybody sees.
_LOOPS = (
    *(ast.For, ast.AsyncFor, ast.While),
    *(ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp),
)
#: Where a script that is written as a notebook begins a cell.
_CELL = regex(r"^# ?%%|^# In\[")
#: Panels of a figure, one after the other.
_FIGURES = frozenset({"subplots", "subplot", "add_subplot", "figure", "savefig", "imshow"})
_PANELS = regex(r"^(ax|axe|axs|axes|axis|panel|subplot)(_|\d|$)|_ax$")


def certainty(file: File, reuse: Reuse) -> int:
    """Return 2 for two draws that are seen, 1 for calls known to draw, 0 for what is mostly meant.

    On code that the rules had not seen, the latter were mostly choices, or without effect.
    """
    if measures_time(file.path) or _is_tested(file, reuse.node):
        return 0
    if _is_lane(file, reuse) or _is_split_afterwards(reuse):
        return 0
    if reuse.fault is Fault.LOOP and reuse.loop is not None:
        if _goes_on(reuse) or not _is_in_sight(file, reuse.node):
            return 0
        meant = _draws_panels(file, reuse.loop) or _is_one_turn(file, reuse)
        return 0 if meant else reuse.certainty
    if reuse.loop is not None:
        return reuse.certainty
    if _is_derived(reuse):
        return 0
    if _runs_again(file, reuse) or _is_never_read(file, reuse):
        return 0
    apart = _cell(file, reuse.node) != _cell(file, reuse.first)
    return 0 if apart and not _meet(file, reuse) else reuse.certainty


def _is_tested(file: File, node: ast.AST) -> bool:
    """Whether this is a test that stands beside what it tests."""
    at: ast.AST | None = node
    while at is not None:
        if isinstance(at, (ast.FunctionDef, ast.AsyncFunctionDef)) and at.name.startswith("test_"):
            return True
        at = file.parents.get(at)
    return False


def _is_lane(file: File, reuse: Reuse) -> bool:
    """Whether the key is shared by lanes of `vmap` or by turns of a `scan`.

    Noise that is the same in every leaf of a tree is seen: nobody wants it so.
    """
    loop = reuse.loop
    if reuse.fault is not Fault.LOOP or loop is None or isinstance(loop, _LOOPS):
        return False
    return not (called_name(file, loop) in TREE_MAP and called_name(file, reuse.node) in NOISE)


def called_name(file: File, node: ast.AST) -> str:
    """Return the resolved name of what is called."""
    if not isinstance(node, ast.Call):
        return ""
    return file.dotted(node.func, file.scope_of(node)) or ""


def _is_split_afterwards(reuse: Reuse) -> bool:
    """Whether a key is split once it was drawn from: JAX forbids it, but no number comes twice."""
    return reuse.kind is Kind.SPLIT and reuse.first_kind is not Kind.SPLIT


def _draws_panels(file: File, loop: ast.AST) -> bool:
    """Whether a loop goes over the panels of a figure, which are drawn alike to be compared."""
    if not isinstance(loop, ast.For):
        return False
    return any(
        isinstance(node, ast.Name) and _PANELS.search(node.id)
        for part in (loop.target, loop.iter)
        for node in ast.walk(part)
    ) or any(last_name(call.func) in _FIGURES for call in file.nodes.of(ast.Call, under=loop))


def _is_in_sight(file: File, node: ast.AST) -> bool:
    """Whether JAX, or a model with its masks, draws in the loop itself.

    A function that every turn calls with one key mostly compares settings, or starts anew.
    """
    named = called_name(file, node)
    return named.startswith("jax.random.") or (
        isinstance(node, ast.Call) and last_name(node.func) == "apply"
    )


def _is_one_turn(file: File, reuse: Reuse) -> bool:
    """Whether a draw is made in one turn of its loop: `if t == 0`."""
    loop, child, at = reuse.loop, reuse.node, file.parents.get(reuse.node)
    if not isinstance(loop, ast.For):
        return False
    targets = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
    while at is not None and at is not loop:
        match at:
            case ast.If(
                test=ast.Compare(
                    left=ast.Name(id=name), ops=[ast.Eq()], comparators=[ast.Constant()]
                )
            ) if name in targets and child in at.body:
                return True
            case _:
                child, at = at, file.parents.get(at)
    return False


def _goes_on(reuse: Reuse) -> bool:
    """Whether the next turn goes on with a key that this one has split, by another split."""
    return {reuse.kind, reuse.first_kind} == {Kind.SPLIT} and reuse.node is not reuse.first


#: Methods of models, which fold the names of their parts into the key that they are given.
_FOLDS = frozenset({"init", "init_with_output", "lazy_init", "apply"})


def _is_derived(reuse: Reuse) -> bool:
    """Whether a model draws from keys of its own, which no other draw has."""
    models = [_model(node) for node in (reuse.first, reuse.node)]
    return any(models) and models[0] != models[1]


def _model(node: ast.AST) -> str:
    """Return the variable that holds a model which is given a key: `actor` of `actor.init(key)`."""
    match node:
        case ast.Call(func=ast.Attribute(value=model, attr=method)) if method in _FOLDS:
            return "" if last_name(model)[:1].isupper() else ast.unparse(model)
        case _:
            return ""


def _runs_again(file: File, reuse: Reuse) -> bool:
    """Whether a function is run anew: its first result is dropped, or replaced by the second.

    The same projection of two arrays, `features(key, x)` and `features(key, y)`, is one as well.
    """
    first, now = reuse.first, reuse.node
    if not (isinstance(first, ast.Call) and isinstance(now, ast.Call)):
        return False
    if ast.dump(first.func) != ast.dump(now.func) or _draws_itself(file, now):
        return False
    before, after = _statement(file, first), _statement(file, now)
    if isinstance(before, ast.Expr):
        return before.value is first
    if _differs_in_data(first, now):
        return True
    return bool(names := _assigned(before)) and names == _assigned(after)


def _differs_in_data(first: ast.Call, now: ast.Call) -> bool:
    """Whether two calls are given all alike but for one array."""
    if len(first.args) != len(now.args) or [ast.dump(k) for k in first.keywords] != [
        ast.dump(k) for k in now.keywords
    ]:
        return False
    pairs = zip(first.args, now.args, strict=True)
    other = [pair for pair in pairs if ast.dump(pair[0]) != ast.dump(pair[1])]
    return len(other) == 1 and all(isinstance(part, ast.Name) for part in other[0])


def _draws_itself(file: File, call: ast.Call) -> bool:
    return called_name(file, call) in SAMPLERS or last_name(call.func) in {"sample", "rsample"}


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
    before, after = _statement(file, reuse.first), _statement(file, reuse.node)
    if before is None or after is None:
        return False
    wanted = _assigned(before)
    if reuse.certainty < 2:
        given = {node.id for node in ast.walk(reuse.node) if isinstance(node, ast.Name)}
        return bool(wanted & given)
    return any(line >= after.lineno for line in _reads(file, before))


def _is_never_read(file: File, reuse: Reuse) -> bool:
    """Whether the first use is a split whose keys nobody reads before they are replaced."""
    before = _statement(file, reuse.first)
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
        if node.id in wanted and (at := _statement(file, node)) is not None:
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


def _statement(file: File, node: ast.AST) -> ast.stmt | None:
    at: ast.AST | None = node
    while at is not None and not isinstance(at, ast.stmt):
        at = file.parents.get(at)
    return at
