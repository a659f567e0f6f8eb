"""Pickles that a script of the repository downloads, and the code that loads them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from ...auditor.document import Document
from ...auditor.documents.shell import commands
from ...auditor.file import File, Site, sites
from ...auditor.nodes import last_name
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.scopes import Scope
from ..pins.hub import is_run_code

_FETCHES = regex(r"\b(wget|curl|gdown|aria2c|gsutil|azcopy)\b|\baws s3\b")
#: An address, spelled or held in a variable that is called so.
_ADDRESS = regex(r"://|\$\{?\w*(url|host|server|remote|bucket)", re.I)
_PICKLE = regex(r"/([\w.-]+\.(?:pkl|pickle|joblib|dill))$")
#: Calls that pass a path on: the last argument of `join`, the first of the others.
_PASS_ON = frozenset({"open", "Path", "PurePath", "str", "GzipFile", "BZ2File", "expanduser"})
_MAX_DEPTH = 6


def fetched_pickles(document: Document) -> dict[str, int]:
    """Return the names of the pickles that a shell script downloads, with their lines."""
    if not _FETCHES.search(document.text):
        return {}
    found: dict[str, int] = {}
    for command in commands(document.text):
        for word in command.words:
            name = _PICKLE.search(word.split("?", 1)[0])
            if name is not None and _ADDRESS.search(word):
                found.setdefault(name[1], command.line)
    return found


def loads_of(
    project: Project, calls: frozenset[str], names: dict[str, int]
) -> Iterator[tuple[Site, str]]:
    """Yield the calls that load a file of one of these names, with the name."""
    spelled = [name.encode() for name in names]
    for state in project.discovery.files:
        if not state.is_python or not is_run_code(state.path):
            continue
        try:
            text = Path(state.absolute).read_bytes()
        except OSError:
            continue
        if not any(name in text for name in spelled):
            continue
        file = project.file(state.path)
        if file is None:
            continue
        for site in sites(file, file.scouted.seen):
            if site.name in calls and site.call.args:
                name = _file_name(file, _opened(site, site.call.args[0]), site.scope)
                if name in names:
                    yield site, name


def _opened(site: Site, node: ast.expr) -> ast.expr:
    """Return what `with open(…) as name` around a call opened, for that name."""
    for around in site.ancestors():
        for item in around.items if isinstance(around, (ast.With, ast.AsyncWith)) else []:
            target = item.optional_vars
            if isinstance(target, ast.Name) and isinstance(node, ast.Name) and target.id == node.id:
                return item.context_expr
    return node


def _file_name(file: File, node: ast.expr, scope: Scope, depth: int = 0) -> str:
    """Return the last part of the path that an expression opens, or an empty text."""
    if depth > _MAX_DEPTH:
        return ""
    inner: ast.expr | None = None
    match node:
        case ast.Constant(value=str(text)):
            return text.rsplit("/", 1)[-1]
        case ast.JoinedStr(values=[*_, last]):
            inner = last
        case ast.BinOp(op=ast.Div() | ast.Add(), right=right):
            inner = right
        case ast.Call(func=func, args=[*_, last]) if last_name(func) in {"join", "joinpath"}:
            inner = last
        case ast.Call(func=func, args=[first, *_]) if last_name(func) in _PASS_ON:
            inner = first
        case ast.Call(func=ast.Attribute(attr="open" | "read_bytes", value=path)):
            inner = path
        case ast.Name(id=name) if (found := scope.lookup(name)) is not None:
            values = [binding.value for binding in found[1] if binding.value is not None]
            names = {_file_name(file, value, found[0], depth + 1) for value in values}
            return names.pop() if len(names) == 1 else ""
        case _:
            pass
    return _file_name(file, inner, scope, depth + 1) if inner is not None else ""
