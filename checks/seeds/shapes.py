"""What is drawn only to be counted, printed, or to show its shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from ...auditor.file import File
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.walk import Event
from .acts import Act, Draw, Seed
from .environments import is_tried_once

_LISTS = frozenset("parameters named_parameters modules named_modules buffers children".split())
_MEASURES = frozenset("numel nelement size shape itemsize element_size".split())
_SHOWS = frozenset("print str repr len type summary id".split())
_MOVES = frozenset("to cuda cpu half float double eval train".split())


def without_counted(project: Project, acts: list[Act]) -> list[Act]:
    """Leave out what is drawn to make models that only serve to count their parameters."""
    known: dict[Place, bool] = {}

    def counted(act: Act) -> bool:
        if not isinstance(act, Draw):
            return False
        for place in (*act.event.way, act.event.place):
            if place not in known:
                file = project.file(place.path)
                known[place] = file is not None and _is_counted_only(file, place)
            if known[place]:
                return True
        return False

    return [act for act in acts if not counted(act)]


def without_trials(acts: list[Act]) -> list[Act]:
    """Leave out environments that are only tried, where others are run in earnest."""
    drawn = [a for a in acts if isinstance(a, Draw) and a.stream.startswith("gym-")]
    tried = {id(act) for act in drawn if is_tried_once(act.event)}
    earnest = {act.stream for act in drawn if id(act) not in tried}
    return [
        act
        for act in acts
        if not (isinstance(act, Draw) and id(act) in tried and act.stream in earnest)
    ]


def without_shapes(acts: list[Act]) -> list[Act]:
    """Leave out sampled actions that only show their shape, where nobody seeds their space."""
    space = "gym-action-space"
    if any(isinstance(act, Seed) and space in act.streams for act in acts):
        return acts
    return [
        act
        for act in acts
        if not (isinstance(act, Draw) and act.stream == space and _shows_shapes(act.event))
    ]


def _shows_shapes(event: Event) -> bool:
    """Whether the same statement, one beside it, or the same constructor samples an observation.

    Then both only show shapes.
    """
    file = event.file
    if event.definition.endswith("__init__"):
        around: list[ast.AST] = [file.enclosing_function(event.node) or file.tree]
    else:
        around = [*_beside(file, file.enclosing_statement(event.node))] or [file.tree]
    return any(
        isinstance(call.func, ast.Attribute)
        and call.func.attr == "sample"
        and ast.unparse(call.func.value).endswith("observation_space")
        for each in around
        for call in file.nodes.of(ast.Call, under=each)
    )


def _beside(file: File, statement: ast.stmt | None) -> Iterator[ast.stmt]:
    """Yield a statement, and the plain ones directly before and after it."""
    if statement is None:
        return
    block = getattr(file.parents.get(statement), "body", [])
    at = block.index(statement) if statement in block else None
    near = block[max(at - 1, 0) : at + 2] if at is not None else []
    yield statement
    yield from (each for each in near if isinstance(each, (ast.Assign, ast.Expr)))


@lru_cache(maxsize=512)
def _calls(file: File) -> dict[Place, ast.Call]:
    return {file.place(node): node for node in file.nodes.of(ast.Call)}


def _is_counted_only(file: File, place: Place) -> bool:
    """Whether the call at a place gives a local name that is only counted and shown."""
    call = _calls(file).get(place)
    statement: ast.AST | None = file.parents.get(call) if call is not None else None
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is call:
            pass
        case _:
            return False
    function = file.enclosing_function(statement)
    if function is None:
        return False
    loads = [
        node
        for node in file.nodes.of(ast.Name, under=function)
        if node.id == name and isinstance(node.ctx, ast.Load)
    ]
    uses = [_use(file, node) for node in loads]
    return "count" in uses and "other" not in uses


def _use(file: File, node: ast.Name) -> str:
    """Say what a use of the model is for: `count`, `show`, `move` or `other`."""
    outer = file.parents.get(node)
    if isinstance(outer, ast.Call) and node in outer.args:
        func = outer.func
        last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
        return "show" if last in _SHOWS else "other"
    call = file.parents.get(outer) if isinstance(outer, ast.Attribute) else None
    if not isinstance(outer, ast.Attribute) or not isinstance(call, ast.Call):
        return "other"
    around = file.parents.get(call)
    if outer.attr in _MOVES:
        same = isinstance(around, (ast.Expr, ast.Assign))
        return "move" if same and _binds(around, node.id) else "other"
    if outer.attr not in _LISTS or not isinstance(around, (ast.For, ast.comprehension)):
        return "other"
    loop = file.parents.get(around) if isinstance(around, ast.comprehension) else around
    measured = loop is not None and any(
        each.attr in _MEASURES for each in file.nodes.of(ast.Attribute, under=loop)
    )
    return "count" if measured else "other"


def _binds(statement: ast.AST | None, name: str) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Name(id=bound)]):
            return bound == name
        case _:
            return True
