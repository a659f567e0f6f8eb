"""Loaders over which a program only evaluates, while it learns from others."""

from __future__ import annotations

import ast

from ...auditor.place import Place
from ...auditor.walk import Event, Kind, Made
from .survey import Surveyed
from .vocabulary import learns


def evaluation_loaders(item: Surveyed) -> frozenset[Place]:
    """Return where the loaders are made over which only loops run in which nothing is learnt.

    Empty where the program learns nothing at all: then evaluation is what it is for.
    """
    steps = list(filter(learns, item.walk.events))
    if not steps:
        return frozenset()
    idle: dict[Place, bool] = {}
    for event in item.walk.events:
        made = event.receiver
        if event.kind is Kind.ITERATE and isinstance(made, Made) and made.place is not None:
            loop = _loop_over(event)
            idly = loop is not None and not any(_is_in(event, loop, each) for each in steps)
            # A generator hands on what it takes: who learns from it stands elsewhere.
            idly = idly and not event.file.nodes.of(ast.Yield, under=loop or event.node)
            idle[made.place] = idle.get(made.place, True) and idly
    return frozenset(place for place, idly in idle.items() if idly)


def _loop_over(event: Event) -> ast.For | ast.AsyncFor | None:
    """Return the loop that takes what is iterated over."""
    statement = event.file.enclosing_statement(event.node)
    return statement if isinstance(statement, (ast.For, ast.AsyncFor)) else None


def _is_in(event: Event, loop: ast.For | ast.AsyncFor, learning: Event) -> bool:
    """Whether something is learnt in the body of a loop, or in what it calls."""
    first, last = event.file.place(loop.body[0]), event.file.place(loop.body[-1])
    return any(
        place.path == first.path
        and place.cell == first.cell
        and first.line <= place.line <= last.end_line
        for place in (*learning.way, learning.place)
    )
