"""What an operation is given, also where it is a layer that is made first and called later."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ...auditor.file import File, Site
from ...auditor.nodes import last_name
from ...auditor.regex import regex
from ..usage.branches import is_outside_training
from .lineage import Lineage, is_cut_afterwards, is_model, lineage

_CONTAINERS = frozenset({"Sequential", "ModuleList", "ModuleDict"})
#: Classes whose input is another model's output.
_AFTER_MODELS = regex(
    r"Loss|Criterion|Perceptual|LPIPS|SSIM|Discriminator|Critic|Warp|Renderer|Metric"
)
#: Ways to the layers of a model that do not name them.
_INDIRECT = frozenset({"getattr", "children", "modules", "named_children", "named_modules"})


@dataclass(frozen=True, slots=True)
class Given:
    """What an operation is given, and the class whose `forward` hands it on."""

    lineage: Lineage
    #: The model whose own input this is, or an empty text.
    model: str = ""


def given(site: Site) -> Given:
    """Return what flows into an operation as far as the file says."""
    if site.last[:1].isupper():
        return _given_to_layer(site)
    if is_outside_training(site.file, site.node) or is_cut_afterwards(site.file, site.statement):
        return Given(Lineage.CUT)
    found = lineage(site.file, site.argument(0, "input"), site.statement)
    if found is Lineage.INPUT and site.last == "grid_sample":
        # The gradient of a sampled picture may be that of the grid.
        found = max(found, lineage(site.file, site.argument(1, "grid"), site.statement))
    return _of(site.file, found, site.node)


def _of(file: File, found: Lineage, node: ast.AST) -> Given:
    owner = file.enclosing_class(node)
    if found is not Lineage.INPUT or owner is None or _AFTER_MODELS.search(owner.name):
        return Given(Lineage.OPEN if found is Lineage.INPUT else found)
    return Given(found, owner.name)


def _given_to_layer(site: Site) -> Given:
    """A layer: called at once, or kept as an attribute and called in `forward`."""
    file = site.file
    if isinstance(site.parent, ast.Call) and site.parent.func is site.node:
        first = site.parent.args[0] if site.parent.args else None
        return _of(file, lineage(file, first, site.statement), site.node)
    attribute = _attribute(site)
    owner = file.enclosing_class(site.node)
    if attribute is None or owner is None:
        begins = owner is not None and _begins_list(site) and is_model(owner)
        return _of(file, Lineage.INPUT if begins else Lineage.OPEN, site.node)
    found: list[Given] = []
    for node in file.nodes.of(ast.Attribute, under=owner):
        if node.attr != attribute or not isinstance(node.ctx, ast.Load):
            continue
        call = file.parents.get(node)
        if not isinstance(call, ast.Call) or call.func is not node or not call.args:
            return Given(Lineage.OPEN)
        if is_outside_training(file, call):
            continue
        found.append(
            _of(file, lineage(file, call.args[0], file.enclosing_statement(call) or call), call)
        )
    if not found and _is_reached_otherwise(file, owner, attribute):
        return Given(Lineage.OPEN)
    return max(found, key=lambda item: item.lineage, default=Given(Lineage.CUT))


def _attribute(site: Site) -> str | None:
    """Return the attribute that holds the layer, where it is the first that the input meets."""
    node: ast.AST = site.node
    above = site.parent
    while isinstance(above, (ast.Call, ast.List, ast.IfExp)):
        if isinstance(above, ast.Call):
            is_first = bool(above.args) and above.args[0] is node
            if last_name(above.func) not in _CONTAINERS or not is_first:
                return None
        elif isinstance(above, ast.List) and above.elts[0] is not node:
            return None
        node, above = above, site.file.parents.get(above)
    if not isinstance(above, ast.Assign) or len(above.targets) != 1:
        return None
    target = above.targets[0]
    function = site.file.enclosing_function(site.node)
    is_own = (
        isinstance(target, ast.Attribute)
        and isinstance(target.value, ast.Name)
        and function is not None
        and bool(function.args.args)
        and target.value.id == function.args.args[0].arg
    )
    return target.attr if is_own and isinstance(target, ast.Attribute) else None


def _begins_list(site: Site) -> bool:
    """Whether a layer is the first of a model that is put together: `model = [pad, conv]`."""
    above = site.parent
    if not isinstance(above, ast.List) or above.elts[0] is not site.node or len(above.elts) < 2:
        return False
    statement = site.file.parents.get(above)
    return isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)


def _is_reached_otherwise(file: File, owner: ast.ClassDef, attribute: str) -> bool:
    """Whether a layer that its class does not call may be called from elsewhere in the file."""
    if not is_model(owner):
        return True
    if any(node.value == attribute for node in file.nodes.of(ast.Constant)):
        return True
    for node in file.nodes.of(ast.Attribute, ast.Name):
        name = last_name(node)
        is_read = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
        if is_read and name == attribute and not file.nodes.contains(owner, node):
            return True
        if name in _INDIRECT:
            # Weights are mostly set in a loop over all layers, which calls none.
            function = file.enclosing_function(node)
            if function is None or "init" not in function.name:
                return True
    return False
