"""Which functions of a file are worth a walk, and the walk's results."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ...auditor.file import File
from ...auditor.nodes import last_name
from .ledger import Reuse
from .linearity import Walker

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the analysis of one file found."""

    reuses: tuple[Reuse, ...]


def analysis(file: File) -> Analysis:
    """Analyse a file, once for all rules that ask."""
    return file.once(_analyse)


def _analyse(file: File) -> Analysis:
    return Analysis(tuple(Walker(file).run(roots(file))))


def roots(file: File) -> list[ast.AST]:
    """Return the module and the functions in which keys are handled."""
    interesting: set[ast.AST] = set()
    names: set[str] = set()
    calls = file.nodes.of(ast.Call)
    for call in calls:
        name = file.dotted(call.func, file.scope_of(call)) or ""
        if name.startswith("jax.random."):
            _mark(file, call, interesting, names)
    if not interesting:
        return []
    # Functions that hand keys to those functions, two calls up.
    for _ in range(2):
        known = frozenset(names)
        for call in calls:
            if last_name(call.func) in known:
                _mark(file, call, interesting, names)
    found = file.nodes.of(ast.Module, *_DEFINITIONS)
    return [node for node in found if node in interesting]


def _mark(file: File, node: ast.AST, interesting: set[ast.AST], names: set[str]) -> None:
    at = file.parents.get(node)
    while at is not None:
        if isinstance(at, _DEFINITIONS):
            names.add(at.name)
        interesting.add(at)
        at = file.parents.get(at)
