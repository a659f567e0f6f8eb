"""Draws that somebody only looks at: tested, demonstrated, printed or drawn into a picture."""

from __future__ import annotations

import ast
import re
from pathlib import PurePosixPath

from ...auditor.file import File
from ...auditor.module import is_main_guard
from ...auditor.nodes import last_name
from ...auditor.regex import regex
from ...auditor.words import words_of
from .alike import draws_itself
from .ledger import Reuse
from .read import assigned

_PLOT = r"plot\w*|imshow|show\w*|savefig|scatter|hist|contourf?|pcolormesh|subplots?|figure"
#: Calls that draw a picture, and those that show or print.
_PICTURES = regex(f"^({_PLOT})$")
_SHOWS = regex(f"^({_PLOT}|display|p?print)$")
#: Functions that try something, and calls by which something is learned or kept.
_TRIES = regex(r"^_?(test|demo|example)(_|$)|_tests?$")
#: Calls by which a function says that two arrays have to be equal, whatever they hold.
_EQUAL = regex(r"(^|_)(allclose|all_close|array_equal|trees_all_equal)$")
_MATTERS = regex(
    r"grad(s|ients?)?$|^(train|fit|learn|optimi[sz]e|solve|update|main|run|save|dump|write|"
    r"log(_metrics?)?$)"
)
#: Words that code is called by which shows what was learned, or measures it.
_PRESENTS = regex(
    r"(demos?|enjoy|render\w*|animat\w*|visuali[sz]\w*|viz|plot\w*|interactive|scratch)$"
)
_JUDGES = regex(
    r"(evals?|evaluat\w*|valid\w*|tests?|testing|profil\w*|bench|benchmark\w*|show\w*)$"
)
_BENCHMARKS = regex(r"_?bench(mark\w*)?(_|$)")
#: Classes that show or measure what was learned.
_JUDGE_CLASSES = regex(r"(eval|evaluat\w*|validator|visuali[sz]\w*|plotter|render\w*)$")
_LEARNS = regex(r"value_and_grad|apply_gradients?\(|\bgrad\(|optax|optimi[sz]er")


def is_tried(file: File, node: ast.AST) -> bool:
    """Whether this is a test or a demonstration that stands beside what it tries.

    A module that is run as a program, and neither learns nor keeps anything, only tries itself.
    """
    for at in file.ancestors(node):
        if isinstance(at, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if _TRIES.search(at.name) or _asserts(file, at):
                return True
        elif isinstance(at, ast.stmt) and is_main_guard(at):
            called = [
                last_name(call.func) or ""
                for call in file.nodes.of(ast.Call, under=at)
                if not (isinstance(call.func, ast.Attribute) and _names_config(call.func.value))
            ]
            return not any(map(_MATTERS.search, called))
    return False


def _asserts(file: File, function: ast.AST) -> bool:
    """Whether a function checks that something holds for whatever it drew."""
    return any(
        _EQUAL.search(name) and (name.startswith("assert") or _is_asserted(file, call))
        for call in file.nodes.of(ast.Call, under=function)
        if (name := last_name(call.func))
    )


def _is_asserted(file: File, call: ast.Call) -> bool:
    return isinstance(file.enclosing_statement(call), ast.Assert)


def _names_config(node: ast.expr) -> bool:
    """`jax.config` of `jax.config.update`."""
    return (last_name(node) or "") == "config"


def is_judged(file: File, node: ast.AST) -> bool:
    """Whether the code around a node only measures or shows what was learned, by its names."""
    path = PurePosixPath(file.path)
    stem = words_of(path.stem)
    named = (stem[0], stem[-1], *path.parts[:-1])
    if any(map(_PRESENTS.match, named)):
        return True
    if any(map(_JUDGES.match, named)) and not _LEARNS.search(file.source.text):
        return True
    around = [at for at in file.ancestors(node) if isinstance(at, _SCOPES)]
    return any(_shows_or_measures(at) or _is_only_timed(file, at) for at in around)


_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _shows_or_measures(at: ast.AST) -> bool:
    """Whether a function or class shows or measures something, by its name."""
    match at:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return any(pattern.match(words_of(name)[0]) for pattern in (_PRESENTS, _JUDGES))
        case ast.ClassDef(name=name):
            words = words_of(name)
            return any(map(_JUDGE_CLASSES.match, (words[0], words[-1])))
        case _:
            return False


def _is_only_timed(file: File, function: ast.AST) -> bool:
    """Whether a function of the module is only called by its benchmarks: what they run on."""
    if not (isinstance(function, ast.FunctionDef) and function in file.tree.body):
        return False
    callers = [
        file.enclosing_function(call)
        for call in file.nodes.of(ast.Call)
        if isinstance(call.func, ast.Name) and call.func.id == function.name
    ]
    return bool(callers) and all(at is not None and _BENCHMARKS.match(at.name) for at in callers)


def calls_to_judge(node: ast.AST) -> bool:
    """Whether a key is given to what shows or measures, by its name: `self.plot(params, key)`."""
    words = words_of(last_name(node.func) or "") if isinstance(node, ast.Call) else []
    return bool(words) and any(pattern.match(words[0]) for pattern in (_PRESENTS, _JUDGES))


def is_shown(file: File, reuse: Reuse) -> bool:
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
    names, others = assigned(statement), assigned(file.enclosing_statement(beside))
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
