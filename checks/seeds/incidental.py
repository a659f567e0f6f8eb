"""Draws that make no difference to results: names of runs, colours of plots, pauses, shapes."""

from __future__ import annotations

import ast
import re

from ...auditor.regex import regex
from ...auditor.walk import Event

_NAMES = regex(
    r"(^|_)(name|path|id|uid|uuid|port|colou?rs?|title|suffix|prefix|tag|run|token|delay|pause|"
    r"filename|folder|tmp|temp|wait|jitter|backoff|session|filepath|cmap|palette|dummy|example_input|vis|viz)s?(_|$|\d)",
    re.I,
)
_DEFINITIONS = regex(
    r"plot|visuali[sz]|imshow|show_|display|colou?rs$|colou?r_?map|palette|figure|backoff|retry|tmp|temp"
)
#: Files that draw pictures.
_PLOTS = regex(r"(^|[/_])(plot(s|ting|ter)?|visuali[sz]\w*|viz)(_utils)?\.py$")
_CALLS = regex(
    r"^(sleep|info|debug|warning|log|plot|scatter|bar|hist|imshow|title|text|axvline|"
    r"join|mkdtemp|subplot|legend|annotate|savefig|makedirs|fill_between|add_image|export|_export|trace)$"
)


def is_incidental(event: Event) -> bool:
    """Whether what is drawn is only shown, named or waited for."""
    last = event.definition.rsplit(".", 1)[-1].lower()
    if _DEFINITIONS.search(last) or _PLOTS.search(event.place.path):
        return True
    inner: ast.AST = event.node
    parents = event.file.parents
    while (outer := parents.get(inner)) is not None:
        match outer:
            case ast.JoinedStr() | ast.FormattedValue():
                return True
            case ast.Attribute(attr="shape" | "dtype" | "size" | "ndim" | "device"):
                return True
            case ast.Call() if outer is not event.node and inner is not outer.func:
                func = outer.func
                last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
                if _CALLS.match(last):
                    return True
            case ast.keyword():
                if outer.arg and _NAMES.search(outer.arg):
                    return True
            case ast.Assign():
                return any(_is_name(target) for target in outer.targets)
            case ast.AnnAssign():
                return _is_name(outer.target)
            case ast.stmt():
                return False
            case _:
                pass
        inner = outer
    return False


def _is_name(target: ast.expr) -> bool:
    match target:
        case ast.Name():
            return bool(_NAMES.search(target.id))
        case ast.Attribute():
            return bool(_NAMES.search(target.attr))
        case _:
            return False
