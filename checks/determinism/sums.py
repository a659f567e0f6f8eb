"""Sums whose order does not matter: of whole numbers, and with every place added to once."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ...auditor.file import File, Site
from ...auditor.nodes import last_name
from ...auditor.regex import regex
from .lineage import makes_whole

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def counts_integers(site: Site) -> bool:
    """Whether what is added is visibly whole numbers or ones, whose sums have no order."""
    text = site.file.text(site.statement)
    if re.search(r"\b(long|int|int32|int64|bool|ones_like|LongTensor)\b", text):
        return True
    by_segment = site.last in _SEGMENTS or (site.name or "").startswith("torch_scatter.")
    if by_segment and (data := site.argument(0, "data", "src")) is not None:
        return _is_whole(site, data)
    # `index_put_` takes all the indices as one.
    place = 1 if site.last.startswith("index_put") else 2
    added = site.argument(place, "src", "source", "values")
    if added is None:
        return False
    if _is_integer(site.file, added):
        return True
    if re.search(r"mask|ones|count|valid", site.file.text(added)):
        return True
    if (site.origin(added) or "").endswith((".ones", ".ones_like")):
        return True
    given = list(_given(site, added))
    return bool(given) and all(_counts(site.file, value) for value in given)


def _is_integer(file: File, node: ast.expr) -> bool:
    """Whether a tensor visibly holds whole numbers, also where its class keeps it."""
    match node:
        case ast.Call():
            return makes_whole(node)
        case ast.Name(id=name):
            found = file.scope_of(node).lookup(name)
            values = [binding.value for binding in found[1]] if found is not None else []
        case ast.Attribute(value=ast.Name(id="self"), attr=name) if file.enclosing_class(node):
            values = [_kept(file, store) for store in _stores(file, node)]
            # `self.ones = None`: not made yet.
            values = [v for v in values if not (isinstance(v, ast.Constant) and v.value is None)]
        case _:
            return False
    return bool(values) and all(
        isinstance(value, ast.Call) and _is_integer(file, value) for value in values
    )


def _stores(file: File, node: ast.Attribute) -> Iterator[ast.Attribute]:
    for other in file.nodes.of(ast.Attribute, under=file.enclosing_class(node)):
        if other.attr == node.attr and isinstance(other.ctx, ast.Store):
            yield other


def _kept(file: File, store: ast.Attribute) -> ast.expr | None:
    match file.parents.get(store):
        case ast.Assign(targets=[_], value=value):
            return value
        case _:
            return None


def _given(site: Site, added: ast.expr) -> Iterator[ast.expr]:
    """Yield what the file's calls give for a parameter: `per_sequence(is_clipped.float())`."""
    function = site.scope.node
    if not (isinstance(added, ast.Name) and isinstance(function, _FUNCTIONS)):
        return
    names = [parameter.arg for parameter in function.args.args]
    if added.id not in names:
        return
    for call in site.file.nodes.of(ast.Call):
        if isinstance(call.func, ast.Name) and call.func.id == function.name:
            named = [item.value for item in call.keywords if item.arg == added.id]
            yield from (named or call.args[names.index(added.id) :])[:1]


def _counts(file: File, node: ast.expr) -> bool:
    """Whether a tensor holds ones, or the truth of a comparison as numbers."""
    match node:
        case ast.Call(func=ast.Attribute(attr="ones" | "ones_like")):
            return True
        case ast.Call(func=ast.Attribute(value=inner, attr="float" | "to" | "type_as" | "double")):
            return _counts(file, inner)
        case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr(), right=right):
            return _counts(file, left) and _counts(file, right)
        case ast.UnaryOp(op=ast.Invert(), operand=inner):
            return _counts(file, inner)
        case ast.Name(id=name):
            found = file.scope_of(node).lookup(name)
            values = [binding.value for binding in found[1]] if found is not None else []
            return bool(values) and all(
                value is not None and not isinstance(value, ast.Name) and _counts(file, value)
                for value in values
            )
        case _:
            return isinstance(node, ast.Compare)


#: Sums by segment; the first argument is what is summed.
_SEGMENTS = frozenset({"segment_sum", "unsorted_segment_sum"})
_WHOLE_NAMES = regex(r"(^|_)(ids?|idx|index|indices|masks?|ones|counts?|lengths?|valid)(_|$)")


def _is_whole(site: Site, data: ast.expr) -> bool:
    """Whether values are whole numbers: by their names, or by a remainder that is taken of them."""
    remainders = {
        node.left.id
        for node in site.file.nodes.of(ast.BinOp, under=site.scope.node)
        if isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Name)
    }
    called = [site.dotted(n.func) or "" for n in ast.walk(data) if isinstance(n, ast.Call)]
    if any(name.endswith((".ones", ".ones_like")) for name in called):
        return True
    names = [node.id for node in ast.walk(data) if isinstance(node, ast.Name)]
    if isinstance(data, ast.Name) and _is_ones_by_default(site, data.id):
        return True
    for name in list(names):
        found = site.scope.lookup(name)
        values = [binding.value for binding in found[1]] if found is not None else []
        names += [
            n.id for v in values if v is not None for n in ast.walk(v) if isinstance(n, ast.Name)
        ]
    return (
        any(name in remainders for name in names)
        or (isinstance(data, ast.Name) and bool(_WHOLE_NAMES.search(data.id)))
        or (
            isinstance(data, ast.BinOp)
            and isinstance(data.left, ast.Name)
            and bool(_WHOLE_NAMES.search(data.left.id))
        )
    )


def _is_ones_by_default(site: Site, name: str) -> bool:
    """`if weight is None: weight = torch.ones(n)`: whether a sum only counts, if not told else."""
    for test in site.file.nodes.of(ast.If, under=site.scope.node):
        match test.test:
            case ast.Compare(left=ast.Name(id=asked), ops=[ast.Is()]) if asked == name:
                for part in test.body:
                    match part:
                        case ast.Assign(targets=[ast.Name(id=bound)], value=ast.Call(func=func)):
                            if bound == name and last_name(func) in {"ones", "ones_like"}:
                                return True
                        case _:
                            pass
            case _:
                pass
    return False


#: Calls whose results hold each index once.
_UNIQUE = frozenset({"where", "nonzero", "randperm", "arange", "unique", "argsort"})


def index_is_unique(site: Site) -> bool:
    """Whether no place is added to twice: the index comes from `where`, `randperm` and the like."""
    position = 1 if site.receiver is not None and not (site.name or "").startswith("torch.") else 2
    index = site.argument(position, "index")
    if isinstance(index, ast.Call):
        return last_name(index.func) in _UNIQUE or _is_group_of_counters(site, index)
    if not isinstance(index, ast.Name):
        return False
    for node in site.file.nodes.of(ast.Assign, under=site.scope.node):
        if isinstance(node.value, (ast.Call, ast.Subscript)):
            value = node.value.value if isinstance(node.value, ast.Subscript) else node.value
            names = {n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)}
            if (
                index.id in names
                and isinstance(value, ast.Call)
                and last_name(value.func) in _UNIQUE
            ):
                return True
    return False


#: Calls that make a tensor of a list.
_OF_LISTS = frozenset({"as_tensor", "tensor", "LongTensor", "array", "asarray"})


def _is_group_of_counters(site: Site, index: ast.Call) -> bool:
    """Whether an index is one of the lists into which the numbers of `enumerate` were sorted."""
    listed = index.args[0] if index.args and last_name(index.func) in _OF_LISTS else None
    if not isinstance(listed, ast.Name):
        return False
    loops: list[ast.For] = site.file.nodes.of(ast.For, under=site.scope.node)
    groups = {
        loop.iter.func.value.id
        for loop in loops
        if isinstance(loop.iter, ast.Call)
        and isinstance(loop.iter.func, ast.Attribute)
        and loop.iter.func.attr in {"items", "values"}
        and isinstance(loop.iter.func.value, ast.Name)
        and any(isinstance(n, ast.Name) and n.id == listed.id for n in ast.walk(loop.target))
    }
    counters = {
        loop.target.elts[0].id
        for loop in loops
        if isinstance(loop.target, ast.Tuple)
        and isinstance(loop.target.elts[0], ast.Name)
        and isinstance(loop.iter, ast.Call)
        and last_name(loop.iter.func) == "enumerate"
    }
    filled: list[bool] = []
    for call in site.file.nodes.of(ast.Call, under=site.scope.node):
        match call:
            case ast.Call(
                func=ast.Attribute(
                    value=(
                        ast.Subscript(value=ast.Name(id=name))
                        | ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="setdefault"))
                    ),
                    attr="append",
                ),
                args=[item],
            ) if name in groups:
                filled.append(isinstance(item, ast.Name) and item.id in counters)
            case _:
                pass
    return bool(filled) and all(filled)
