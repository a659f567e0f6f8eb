"""Whether what a program saves and what it loads can be one file, and the resume can run."""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatchcase

from ...auditor.file import File
from ...auditor.regex import regex
from ...auditor.walk import Event

_FIELD = regex(r"%[-+ #0-9.]*[a-z]|\{[^{}]*\}")
_MAX_DEPTH = 4


def may_meet(saved: Event, loaded: Event) -> bool:
    """Whether a save and a load may name one file, as far as their names are written out."""
    first = _file_name(saved, 1)
    second = _file_name(loaded, 0)
    return fnmatchcase(first, second) or fnmatchcase(second, first)


def is_bound(event: Event) -> bool:
    """Whether the local name whose method is called is bound before the call."""
    func = getattr(event.node, "func", None)
    if not isinstance(func, ast.Attribute) or not isinstance(func.value, ast.Name):
        return True
    function = event.file.enclosing_function(event.node)
    if function is None:
        return True
    name, line = func.value.id, func.lineno
    given = [argument.arg for argument in event.file.nodes.of(ast.arg, under=function)]
    stored = [
        node.lineno
        for node in event.file.nodes.of(ast.Name, under=function)
        if node.id == name and isinstance(node.ctx, ast.Store)
    ]
    return name in given or not stored or min(stored) < line


def _file_name(event: Event, position: int) -> str:
    """Return the last part of the path that a call is given, with `*` for what is not written."""
    assert isinstance(event.node, ast.Call)
    arguments = event.node.args
    given = arguments[position] if position < len(arguments) else None
    pattern = _pattern(event.file, given, 0) if given is not None else "*"
    name = re.sub(r"\*+", "*", pattern.replace("\\", "/").rpartition("/")[2])
    return name if re.search(r"\w", name) else "*"


def _pattern(file: File, node: ast.expr, depth: int) -> str:
    if depth > _MAX_DEPTH:
        return "*"
    match node:
        case ast.Constant(value=str() as text):
            return _FIELD.sub("*", text)
        case ast.JoinedStr(values=parts):
            return "".join(_pattern(file, part, depth) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _pattern(file, left, depth) + _pattern(file, right, depth)
        case ast.BinOp(op=ast.Div(), right=right):
            return "*/" + _pattern(file, right, depth)
        case ast.BinOp(left=left, op=ast.Mod()):
            return _pattern(file, left, depth)
        case ast.Call(func=ast.Attribute(value=text, attr="format")):
            return _pattern(file, text, depth)
        case ast.Call(func=ast.Name(id="str"), args=[given]):
            return _pattern(file, given, depth)
        case ast.Call(
            func=ast.Name(id="join") | ast.Attribute(attr="join" | "joinpath"), args=[*_, last]
        ):
            return "*/" + _pattern(file, last, depth)
        case ast.Name(id=name):
            found = file.scope_of(node).lookup(name)
            made = [binding.value for binding in found[1]] if found is not None else []
            if len(made) == 1 and made[0] is not None:
                return _pattern(file, made[0], depth + 1)
            return "*"
        case _:
            return "*"
