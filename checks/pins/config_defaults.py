"""Defaults of configuration classes: what `config.model_name` is when nobody changes it."""

from __future__ import annotations

import ast

from ...auditor.file import Site
from ...auditor.scopes import Bound, Scope
from ...auditor.values import Constant

_HOLDER_ENDINGS = ("args", "arguments", "config", "cfg", "conf", "opts", "options", "params", "hp")
_DATACLASS = ("dataclass", "dataclasses.dataclass", "define", "attrs", "chz", "configclass")


def config_default(site: Site, node: ast.expr) -> Constant | None:
    """Return the default of the one configuration class of this file that has such a field.

    The object must be made from that class here, or be called what such objects are called.
    """
    if not isinstance(node, ast.Attribute):
        return None
    classes = [
        scope
        for scope in site.file.scouted.scopes.values()
        if scope.kind == "class" and node.attr in scope.bindings
    ]
    origin = site.origin(node.value) or ""
    made = [
        scope for scope in classes if origin and origin == f"{site.file.module}.{scope.qualname}"
    ]
    if not made and holds_options(node.value):
        made = [scope for scope in classes if _is_dataclass(scope)]
    if len(made) != 1:
        return None
    bindings = made[0].bindings[node.attr]
    if len(bindings) != 1 or bindings[0].how is not Bound.ASSIGNED or bindings[0].value is None:
        return None
    return _default(site, bindings[0].value, made[0])


def holds_options(node: ast.expr) -> bool:
    """Whether an object is called what the options of a program are called: `script_args`."""
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name.lower().rpartition("_")[2] in _HOLDER_ENDINGS


def _is_dataclass(scope: Scope) -> bool:
    node = scope.node
    if not isinstance(node, ast.ClassDef):
        return False
    decorators = [item.func if isinstance(item, ast.Call) else item for item in node.decorator_list]
    names = [getattr(item, "attr", getattr(item, "id", "")) for item in decorators]
    bases = [getattr(base, "attr", getattr(base, "id", "")) for base in node.bases]
    return any(name in _DATACLASS for name in names) or "BaseModel" in bases


def _default(site: Site, value: ast.expr, scope: Scope) -> Constant | None:
    if isinstance(value, ast.Call):
        default = next((item.value for item in value.keywords if item.arg == "default"), None)
        if default is None:
            return None
        value = default
    known = site.file.values.constant(value, scope)
    return None if known is None else Constant(known.value, "parameter", known.source)
