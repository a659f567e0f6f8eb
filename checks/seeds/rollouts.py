"""Environments that are run in earnest: made in sight, stepped in a loop, to learn or to score."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...auditor.file import File
from ...auditor.nodes import last_name
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.walk import Event, Instance, Made, Value
from ...auditor.walk.abstract import Choice, MethodOf
from ..usage.reach import Reach, reach_of
from .incidental import is_incidental
from .survey import Surveyed
from .vocabulary import learns

#: Packages whose environments start from entropy unless they are given a seed.
_FROM_ENTROPY = ("gym.", "dm_control.", "procgen.", "dopamine.", "metaworld.", "pettingzoo.")
_MAX_WRAPPERS = 8
_OWN_ENTROPY = regex(r"\bnp_random\b|\bgym(nasium)?\.(\w+\.)*make|suite\.load\(|default_rng\(\)")
_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.comprehension)
_STEPS = frozenset(("step", "step_wait", "step_async"))
_IS_STEPPED = regex(rb"\.step(_wait|_async)?\(")
_LEARNS = regex(
    rb"\.(backward|apply_gradients|minimize|fit|train_on_batch)\(|value_and_grad\(|\bgrad\(|"
    rb"apply_updates\(|\b(agent|algo\w*|model|learner|trainer|policy)\.(train|update|learn)\w*\("
)
#: Results that outlive the program, or a score over what was seen; pictures are neither.
_KEEPS = regex(
    rb"\b(np|numpy|jnp)\.(save\w*|mean|median)\(|\.dump\(|\.to_(csv|json|pickle|parquet|hdf)\(|"
    rb"(buffer|replay|memory|dataset|demos)\w*\.save\("
)


def is_in_earnest(project: Project, item: Surveyed, event: Event) -> bool:
    """Whether results visibly depend on an environment that a program resets or samples from."""
    return (
        _is_in_sight(event)
        and not is_incidental(event)
        and _is_stepped(reach_of(project), item, event)
        and _has_purpose(reach_of(project), item, event)
    )


def _is_in_sight(event: Event) -> bool:
    is_known = event.name.startswith(_FROM_ENTROPY) and not isinstance(event.receiver, Instance)
    return is_known or _draws_entropy(event.receiver)


def _draws_entropy(value: Value | None, depth: int = 0) -> bool:
    """Whether an environment, or what it wraps, comes from a maker that is known to need a seed.

    What another package makes may be seeded there.
    """
    match value:
        case Made(name=name) if name.startswith(_FROM_ENTROPY):
            return True
        case Made() | Instance() if depth < _MAX_WRAPPERS:
            wrapped = value.arguments.get(0, "env", "envs", "venv")
            is_own = isinstance(value, Instance) and _owns_entropy(value)
            return is_own or _draws_entropy(wrapped, depth + 1)
        case MethodOf():
            return _draws_entropy(value.receiver, depth)
        case Choice():
            return all(_draws_entropy(each, depth) for each in value.values)
        case _:
            return False


def _owns_entropy(environment: Instance) -> bool:
    """Whether a class of the project draws from a generator that gym keeps, or makes what does.

    Others draw from a global stream, which is seeded as such.
    """
    return any(_OWN_ENTROPY.search(each.file.text(each.node)) for each in environment.cls.line())


def _is_stepped(reach: Reach, item: Surveyed, event: Event) -> bool:
    """Whether a loop steps the environment: beside the draw, or else elsewhere in the program."""
    file = event.file
    holder = _holder(event.node).removesuffix(".action_space")
    around = file.enclosing_function(event.node) or file.tree
    beside = [call for call in _steps(file, around) if _holder(call) == holder]
    if event.method == "sample" and not (_is_looped(file, event.node) if beside else event.loops):
        # A sample outside of the loop shows what an action looks like.
        return False
    if beside:
        return any(_is_looped(file, call) for call in beside)
    return any(
        _is_looped(other, call)
        for path, text in reach.texts(reach.closure(item.entry))
        if _IS_STEPPED.search(text) and (other := reach.project.file(path)) is not None
        for call in _steps(other, other.tree)
    )


def _steps(file: File, under: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls that step an environment: an optimizer's step takes no argument."""
    for call in file.nodes.of(ast.Call, under=under):
        if isinstance(call.func, ast.Attribute) and call.func.attr in _STEPS:
            if call.args or call.keywords or call.func.attr != "step":
                yield call


def _holder(call: ast.AST) -> str:
    func = getattr(call, "func", None)
    return ast.unparse(func.value) if isinstance(func, ast.Attribute) else ""


def _is_looped(file: File, node: ast.AST) -> bool:
    for outer in file.ancestors(node):
        if isinstance(outer, _LOOPS):
            return True
        if isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
    return False


def _has_purpose(reach: Reach, item: Surveyed, event: Event) -> bool:
    """Whether a program learns, or keeps or sums up what it saw."""
    if any(map(learns, item.walk.events)):
        return True
    entry = reach.project.file(item.entry.path)
    if entry is not None and any(last_name(c.func) == "input" for c in entry.nodes.of(ast.Call)):
        # An operator runs it: a robot in a room, a game.
        return False
    own = frozenset((item.entry.path, event.place.path, *(place.path for place in event.way)))
    return reach.holds(_KEEPS, own) or reach.holds(_LEARNS, reach.with_imports(own))
