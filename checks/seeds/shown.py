"""Draws that nothing uses any more when the seed comes, or whose use is over by then."""

from __future__ import annotations

import ast

from ...auditor.file import File
from ...auditor.place import Place
from ...auditor.walk import Guard, Kind, Walk
from .acts import Draw, Seed
from .vocabulary import learns


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


def is_past_learning(walk: Walk, draw: Draw, seed: Seed) -> bool:
    """Whether the program has learnt before the seed comes, which is for what follows."""
    at = {id(event): number for number, event in enumerate(walk.events)}
    between = walk.events[at[id(draw.event)] : at[id(seed.event)]]
    return any(map(learns, between))


def _statement(file: File, place: Place) -> ast.stmt | None:
    """Return the statement at module level in which a place stands."""
    for statement in file.tree.body:
        at = file.place(statement)
        inside = at.line <= place.line <= (at.end_line or at.line)
        if at.path == place.path and at.cell == place.cell and inside:
            return statement
    return None
