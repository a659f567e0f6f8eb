"""Draws that nothing uses any more when the seed comes, or whose use is over by then."""

from __future__ import annotations

import ast
import re

from ...auditor.file import File
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.walk import Guard, Kind, Walk
from ..usage.branches import parameter_of
from ..usage.choices import choices_of
from ..usage.reach import reach_of
from .acts import Draw, Seed
from .seed_values import Quality
from .survey import Surveyed
from .vocabulary import learns

_GRADIENTS = regex(rb"value_and_grad\(|\bgrad\(|apply_updates\(|apply_gradients\(")
_PUTS_BACK = regex(r"\.(set_\w*state\w*|setstate)$")
_SEED = regex(r"seed|rng_?state", re.I)


def is_over_before(draw: Draw, seed: Seed) -> bool:
    """Whether a top-level statement drew, and no name that it bound is read after the seeding.

    Teaching notebooks show how something draws and then seed each experiment: what they showed
    makes no difference to what follows.
    """
    file = seed.event.file
    begun = draw.event.way[0] if draw.event.way else draw.event.place
    drawn = _statement(file, begun)
    if seed.event.way or seed.event.definition or drawn is None:
        return False
    line = getattr(seed.event.node, "lineno", 0)
    names = file.nodes.of(ast.Name)
    bound = {
        node.id for node in file.nodes.of(ast.Name, under=drawn) if isinstance(node.ctx, ast.Store)
    }
    # What is drawn into no name changes something in place: a shuffle.
    return bool(bound) and not any(
        node.id in bound and isinstance(node.ctx, ast.Load) and node.lineno > line for node in names
    )


def is_loaded_over(walk: Walk, draw: Draw) -> bool:
    """Whether the function that makes the drawn model loads a checkpoint into it at once."""
    way = draw.event.way
    for event in walk.events:
        depth = len(event.way)
        if event.kind is not Kind.CALL or event.method != "load_state_dict":
            continue
        if event.guard > Guard.MET or depth >= len(way) or event.way != way[:depth]:
            continue
        func = getattr(event.node, "func", None)
        if isinstance(func, ast.Attribute) and way[depth].path == event.file.path:
            holder = ast.unparse(func.value)
            if any(
                event.file.place(made.value) == way[depth]
                and any(ast.unparse(target) == holder for target in made.targets)
                for made in event.file.nodes.of(ast.Assign)
            ):
                return True
    return False


def is_for_learning(project: Project, item: Surveyed, draw: Draw, seed: Seed) -> bool:
    """Whether a late seeding may come by default, before the program learns from what was drawn.

    A seeding that comes when the program has learnt already is for what follows: a score, a plot.
    """
    if seed.value.quality is not Quality.FIXED or seed.event.guard > Guard.MET:
        return False
    if _PUTS_BACK.search(seed.event.name) or _is_set_free(item, seed):
        # The state was taken before: what follows goes on from there.
        return False
    at = {id(event): number for number, event in enumerate(item.walk.events)}
    drawn, seeded = at[id(draw.event)], at[id(seed.event)]
    steps = [number for number, event in enumerate(item.walk.events) if learns(event)]
    if not steps:
        # Gradients in JAX are no events of the walk.
        reach = reach_of(project)
        ways = (*draw.event.way, *seed.event.way)
        own = frozenset((item.entry.path, *(place.path for place in ways)))
        return reach.holds(_GRADIENTS, reach.with_imports(own))
    return max(steps) > seeded and not any(drawn < step < seeded for step in steps)


def _is_set_free(item: Surveyed, seed: Seed) -> bool:
    """Whether the stream is then seeded from entropy: the seed is one part's, not the run's."""
    seeds = [
        act for act in item.acts if isinstance(act, Seed) and set(act.streams) & set(seed.streams)
    ]
    following = seeds[seeds.index(seed) + 1 :]
    return bool(following) and following[0].value.quality is Quality.ENTROPY


def is_never_taken(project: Project, draw: Draw) -> bool:
    """Whether a draw makes the default of a parameter that every call gives something else for."""
    for place in (*draw.event.way, draw.event.place):
        file = project.file(place.path)
        calls = file.nodes.of(ast.Call) if file is not None else []
        made = next((call for call in calls if file and file.place(call) == place), None)
        if file is None or made is None:
            continue
        around = file.parents.get(made)
        function = file.parents.get(around) if isinstance(around, ast.arguments) else None
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        for argument in file.nodes.of(ast.arg, under=function.args):
            parameter = parameter_of(file, function, argument.arg)
            if parameter is not None and parameter.default is made:
                left_out = choices_of(project).left_out
                return left_out(parameter.called, argument.arg, parameter.position) is None
    return False


def makes_a_seed(draw: Draw) -> bool:
    """Whether what is drawn is kept under the name of a seed, which then decides."""
    match draw.event.file.enclosing_statement(draw.event.node):
        case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
            return bool(_SEED.search(draw.event.file.text(target)))
        case _:
            return False


def _statement(file: File, place: Place) -> ast.stmt | None:
    """Return the statement at module level in which a place stands."""
    for statement in file.tree.body:
        at = file.place(statement)
        inside = at.line <= place.line <= (at.end_line or at.line)
        if at.path == place.path and at.cell == place.cell and inside:
            return statement
    return None
