"""Whether a value visibly comes from outside: a download, an upload, a socket."""

from __future__ import annotations

import ast

from ...auditor.file import Site
from ...auditor.scopes import Bound, Scope

#: Calls that bring something from outside, by resolved name or by the last part of a method.
_OUTSIDE = {
    "urllib.request.urlopen": "a download",
    "urllib.request.urlretrieve": "a download",
    "requests.get": "a download",
    "requests.post": "a download",
    "wget.download": "a download",
    "gdown.download": "a download",
    "gdown.cached_download": "a download",
    "huggingface_hub.hf_hub_download": "a download",
    "huggingface_hub.snapshot_download": "a download",
    "huggingface_hub.cached_download": "a download",
    "transformers.utils.cached_file": "a download",
    "torch.hub.download_url_to_file": "a download",
    "tensorflow.keras.utils.get_file": "a download",
    "keras.utils.get_file": "a download",
    "keras.utils.data_utils.get_file": "a download",
    "pooch.retrieve": "a download",
    "streamlit.file_uploader": "an upload",
}
_PASSED_ON = frozenset(
    {"open", "BytesIO", "StringIO", "Path", "join", "GzipFile", "BZ2File", "read"}
)
_MAX_DEPTH = 6


def is_from_outside(site: Site, node: ast.expr) -> str | None:
    """Return what the value comes from (`a download`), or None when that is not visible."""
    return _follow(site, node, site.scope, 0)


def _follow(site: Site, node: ast.expr, scope: Scope, depth: int) -> str | None:
    if depth > _MAX_DEPTH:
        return None
    match node:
        case ast.Call():
            return _call(site, node, scope, depth)
        case ast.Attribute(value=inner) | ast.Subscript(value=inner):
            return _follow(site, inner, scope, depth + 1)
        case ast.Constant(value=str() as text) if text.startswith(("http://", "https://")):
            return "a download"
        case ast.Name(id=name):
            return _name(site, name, scope, depth)
        case _:
            return None


def _call(site: Site, node: ast.Call, scope: Scope, depth: int) -> str | None:
    dotted = site.file.names.dotted(node.func, scope)
    if dotted in _OUTSIDE:
        return _OUTSIDE[dotted]
    last = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if last in _PASSED_ON:
        inner = [*node.args, *([node.func.value] if isinstance(node.func, ast.Attribute) else [])]
        for part in inner:
            if (found := _follow(site, part, scope, depth + 1)) is not None:
                return found
    return None


def _name(site: Site, name: str, scope: Scope, depth: int) -> str | None:
    found = scope.lookup(name)
    if found is None:
        return None
    owner, bindings = found
    for binding in bindings:
        origin = None
        if binding.value is not None and binding.how is Bound.ASSIGNED:
            origin = _follow(site, binding.value, owner, depth + 1)
        elif binding.how is Bound.OPAQUE:
            origin = _with_item(site, name, owner, depth)
        if origin is not None:
            return origin
    return None


def _with_item(site: Site, name: str, scope: Scope, depth: int) -> str | None:
    """Follow `with opened(…) as name`."""
    for node in site.ancestors():
        if isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                target = item.optional_vars
                if isinstance(target, ast.Name) and target.id == name:
                    return _follow(site, item.context_expr, scope, depth + 1)
    return None
