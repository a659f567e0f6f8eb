"""Whether expressions hold strings, as far as a file shows it."""

from __future__ import annotations

import ast

from ...auditor.file import Site
from ...auditor.regex import regex
from .sinks import NUMBER_CALLS
from .view import view_of

_TEXT_METHODS = frozenset(
    "split lower upper strip replace format join decode title readlines read splitlines".split()
)
_TEXT_NAMES = regex(
    r"word|token|char|vocab|name|path|file|text|sentence|string|letter|term|key|symbol|line|title|"
    r"author|lang|phoneme|genre|stem"
)
#: Names of strings as often as of numbers; numbering them says that they are strings.
_LABEL_NAMES = regex(r"label|class|tag|user|categor|entit|relation|doc")
#: Methods of tensors and arrays of numbers.
_NUMBER_METHODS = frozenset("cpu numpy argmax argsort cuda detach item".split())
_NUMBER_NAMES = regex(r"(^|_)(idx|ids?|index|indices|num|n|i|j|step|size|shape|dim|count)s?$")


def elements_are_text(site: Site, node: ast.expr, depth: int = 0) -> bool | None:
    """Whether a collection holds strings (a string holds its characters); None: cannot tell."""
    if depth > 5:
        return None
    match node:
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return agreed([is_text(site, element, depth + 1) for element in elements])
        case ast.ListComp(elt=element) | ast.GeneratorExp(elt=element) | ast.SetComp(elt=element):
            return is_text(site, element, depth + 1)
        case ast.Constant(value=value):
            return isinstance(value, str)
        case ast.Call(func=ast.Attribute(attr=attr)) if attr in _TEXT_METHODS:
            return True
        case ast.Call(func=ast.Attribute()) if _is_array(node):
            return False
        case ast.Call(func=ast.Attribute(attr="keys", value=holder)):
            return elements_are_text(site, holder, depth + 1)
        case ast.Call(func=func, args=[inner, *_]):
            last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
            if last in NUMBER_CALLS:
                return False
            if last in {"list", "tuple", "sorted", "set", "reversed", "iter", "chain"}:
                return elements_are_text(site, inner, depth + 1)
            return None
        case ast.BinOp(left=left, right=right):
            sides = {elements_are_text(site, side, depth + 1) for side in (left, right)} - {None}
            return sides.pop() if len(sides) == 1 else None
        case ast.DictComp(key=key):
            return is_text(site, key, depth + 1)
        case ast.Dict(keys=keys):
            return agreed([is_text(site, key, depth + 1) for key in keys if key is not None])
        case ast.Name() | ast.Attribute():
            return _named(site, node, depth)
        case ast.Subscript(slice=ast.Constant(value=str(column))):
            return _by_name(column)
        case _:
            return None


def is_text(site: Site, node: ast.expr, depth: int = 0) -> bool | None:
    """Whether one value is a string; None: cannot tell."""
    match node:
        case ast.Constant(value=value):
            return isinstance(value, (str, bytes))
        case ast.JoinedStr():
            return True
        case ast.Call(func=ast.Attribute(attr=attr)):
            return True if attr in _TEXT_METHODS - {"split", "readlines", "splitlines"} else None
        case ast.Call(func=ast.Name(id=name)):
            return True if name == "str" else False if name in NUMBER_CALLS else None
        case ast.Subscript(value=ast.Call(func=ast.Attribute(attr="split"))):
            return True
        case ast.Subscript(slice=ast.Constant(value=str(column))):
            return _by_name(column)
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Slice()):
            return True if view_of(site.file).is_asked_as_text(name, site.scope.node) else None
        case ast.Tuple(elts=elements):
            found = [is_text(site, element, depth + 1) for element in elements]
            return True if True in found else agreed(found)
        case ast.Name() if isinstance(made := _made_of(site, node), ast.Tuple) and depth < 5:
            return is_text(site, made, depth + 1)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            known = site.constant(node)
            return _by_name(name) if known is None else isinstance(known.value, (str, bytes))
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            sides = [is_text(site, left, depth + 1), is_text(site, right, depth + 1)]
            return True if True in sides else None
        case ast.BinOp() | ast.UnaryOp():
            return False if depth == 0 else None
        case _:
            return None


def _made_of(site: Site, node: ast.expr) -> ast.expr | None:
    """Return the one value that a name is given, or the expression itself."""
    if not isinstance(node, ast.Name) or (found := site.scope.lookup(node.id)) is None:
        return node
    values = [binding.value for binding in found[1]]
    return values[0] if len(values) == 1 else None


def agreed(found: list[bool | None]) -> bool | None:
    """Return what all say, or None."""
    return found[0] if found and all(item is found[0] for item in found) else None


def is_called_label(node: ast.expr) -> bool:
    """Whether an expression has a name that strings have as often as numbers."""
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return bool(_LABEL_NAMES.search(name.lower()))


def _is_array(node: ast.expr) -> bool:
    """`labels.unique().cpu().numpy().tolist()`: some method in the chain is one of tensors."""
    at: ast.expr = node
    while isinstance(at, ast.Call) and isinstance(at.func, ast.Attribute):
        if at.func.attr in _NUMBER_METHODS:
            return True
        at = at.func.value
    return False


def _named(site: Site, node: ast.Name | ast.Attribute, depth: int) -> bool | None:
    """Look at what a name was made of, then at its name."""
    if isinstance(node, ast.Name) and (found := site.scope.lookup(node.id)) is not None:
        answers = {
            elements_are_text(site, binding.value, depth + 1)
            for binding in found[1]
            if binding.value is not None
        } - {None}
        if len(answers) == 1:
            return answers.pop()
        added = view_of(site.file).added_to(node.id)
        if any(isinstance(_made_of(site, element), ast.Tuple) for element in added):
            return agreed([is_text(site, element, depth + 1) for element in added])
        if added and all(isinstance(e, ast.Subscript) and is_text(site, e) for e in added):
            return True
        if len(answers) > 1 or node.id in view_of(site.file).filled_with_numbers:
            return None
    return _by_name(node.id if isinstance(node, ast.Name) else node.attr)


def _by_name(name: str) -> bool | None:
    lowered = name.lower()
    if _NUMBER_NAMES.search(lowered):
        return None
    return True if _TEXT_NAMES.search(lowered) else None
