"""What an operation is given, also where it is a layer that is made first and called later."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from ...auditor.file import File, Site
from ...auditor.nodes import last_name
from ...auditor.regex import regex
from ..usage.branches import is_outside_training
from .lineage import Lineage, Origin, is_cut_afterwards, is_model, origin
from .operations import Operation

_CONTAINERS = frozenset({"Sequential", "ModuleList", "ModuleDict"})
#: Classes whose input is another model's output.
AFTER_MODELS = regex(
    r"Loss|Criterion|Entropy|Ohem|Dice|Perceptual|LPIPS|SSIM|Discriminator|Critic|Warp|Renderer|Metric"
)
_LOSSES = regex(r"(Loss|_loss)$")
#: Ways to the layers of a model that do not name them.
_INDIRECT = frozenset({"getattr", "children", "modules", "named_children", "named_modules"})


@dataclass(frozen=True, slots=True)
class Given:
    """What an operation is given, and the class or the function whose callers hand it."""

    lineage: Lineage
    #: The model whose own input this is, or an empty text.
    model: str = ""
    #: The function whose arguments these are, and which of them, where the lineage says so.
    function: str = ""
    arguments: tuple[tuple[str, int], ...] = ()


def given(site: Site, operation: Operation) -> Given:
    """Return what flows into an operation as far as the file says."""
    found = _given(site, operation)
    if found.lineage is not Lineage.CUT and _LOSSES.search(site.last):
        # What is learned from, whoever calls it.
        return Given(Lineage.LEARNT)
    return found


def _given(site: Site, operation: Operation) -> Given:
    if site.last[:1].isupper():
        return _given_to_layer(site)
    if is_outside_training(site.file, site.node) or is_cut_afterwards(site.file, site.statement):
        return Given(Lineage.CUT)
    if operation.framework == "torch" and _runs_in_constructor(site):
        return Given(Lineage.CUT)
    found = [
        origin(site.file, site.argument(place, name), site.statement)
        for place, name in enumerate(operation.gradient_of)
    ]
    worst = max(item.lineage for item in found)
    made_of = (item.arguments for item in found if item.lineage is worst)
    return _of(site.file, Origin(worst, tuple(chain.from_iterable(made_of))), site.node)


def _of(file: File, found: Origin, node: ast.AST) -> Given:
    owner, function = file.enclosing_class(node), file.enclosing_function(node)
    if function is None or found.lineage not in {Lineage.INPUT, Lineage.GIVEN}:
        return Given(found.lineage)
    if found.lineage is Lineage.GIVEN:
        return Given(found.lineage, "", function.name, found.arguments)
    if owner is None or AFTER_MODELS.search(owner.name):
        return Given(Lineage.LEARNT)
    return Given(found.lineage, owner.name, function.name, found.arguments)


def _runs_in_constructor(site: Site) -> bool:
    """Whether a model fits its weights with this when it is made, before anything is learned."""
    function, owner = site.file.enclosing_function(site.node), site.file.enclosing_class(site.node)
    return (
        function is not None
        and function.name == "__init__"
        and owner is not None
        and is_model(owner)
        and not any(isinstance(above, ast.Lambda) for above in site.ancestors())
    )


def _given_to_layer(site: Site) -> Given:
    """A layer: called at once, or kept as an attribute and called in `forward`."""
    file = site.file
    if isinstance(site.parent, ast.Call) and site.parent.func is site.node:
        if is_outside_training(file, site.node) or is_cut_afterwards(file, site.statement):
            return Given(Lineage.CUT)
        first = site.parent.args[0] if site.parent.args else None
        return _of(file, origin(file, first, site.statement), site.node)
    attribute = kept_as(file, site.node)
    owner = file.enclosing_class(site.node)
    if attribute is None or owner is None:
        if isinstance(target := _named(site), ast.Name):
            around = file.enclosing_function(site.node)
            names = [n for n in file.nodes.of(ast.Name, under=around) if n.id == target.id]
            return _worst(file, names) or Given(Lineage.LEARNT)
        begins = owner is not None and _begins_list(site) and is_model(owner)
        # Other layers of a list stand before this one.
        return _of(file, Origin(Lineage.INPUT if begins else Lineage.LEARNT), site.node)
    kept = [n for n in file.nodes.of(ast.Attribute, under=owner) if n.attr == attribute]
    found = _worst(file, kept)
    if found is not None:
        return found
    if not any(isinstance(n.ctx, ast.Load) for n in kept) and _is_reached_otherwise(
        file, owner, attribute
    ):
        return Given(Lineage.OPEN)
    return Given(Lineage.CUT)


def _named(site: Site) -> ast.expr | None:
    match site.parent:
        case ast.Assign(targets=[target]):
            return target
        case _:
            return None


def _worst(file: File, names: Sequence[ast.Name | ast.Attribute]) -> Given | None:
    """Return what a layer is given by the calls of what holds it; None where nothing calls it."""
    found: list[Given] = []
    for node in names:
        call = file.parents.get(node)
        if not isinstance(node.ctx, ast.Load) or _is_moved(call):
            continue
        if not isinstance(call, ast.Call) or call.func is not node or not call.args:
            return Given(Lineage.OPEN)
        if is_outside_training(file, call):
            continue
        at = file.enclosing_statement(call) or call
        found.append(_of(file, origin(file, call.args[0], at), call))
    return max(found, key=lambda item: item.lineage, default=None)


def _is_moved(above: ast.AST | None) -> bool:
    """`layer.cuda()`, `layer.to(device)`: whether a layer is only put somewhere."""
    return isinstance(above, ast.Attribute) and above.attr in {"cuda", "to", "cpu"}


def kept_as(file: File, made: ast.AST) -> str | None:
    """Return the attribute that holds a layer, where it is the first that the input meets."""
    node = made
    above = file.parents.get(node)
    while isinstance(above, (ast.Call, ast.List, ast.IfExp)):
        if isinstance(above, ast.Call):
            is_first = bool(above.args) and above.args[0] is node
            if last_name(above.func) not in _CONTAINERS or not is_first:
                return None
        elif isinstance(above, ast.List) and above.elts[0] is not node:
            return None
        node, above = above, file.parents.get(above)
    if not isinstance(above, ast.Assign) or len(above.targets) != 1:
        return None
    target = above.targets[0]
    function = file.enclosing_function(made)
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
