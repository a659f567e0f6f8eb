"""Draws of a script that nothing uses any more when the seed comes."""

from __future__ import annotations

import ast

from ...auditor.file import File
from ...auditor.place import Place
from .acts import Draw, Seed


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


def _statement(file: File, place: Place) -> ast.stmt | None:
    """Return the statement at module level in which a place stands."""
    for statement in file.tree.body:
        at = file.place(statement)
        inside = at.line <= place.line <= (at.end_line or at.line)
        if at.path == place.path and at.cell == place.cell and inside:
            return statement
    return None
