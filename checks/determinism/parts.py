"""How a project uses its classes and functions: as parts of models, and with gradients."""

from __future__ import annotations

import ast
from itertools import chain

from ...auditor.file import File
from ...auditor.nodes import last_name
from ...auditor.regex import regex
from ..usage.uses import Uses
from .lineage import FORWARD, Lineage, is_model, lineage
from .surroundings import is_without_gradient

#: A class around models that trains them; its own parts are whole models.
_TRAINS = regex(r"training_step|optimi[sz]er|\.backward\(|\.fit\(")
#: Functions that only look at a class or a function.
_ASKS = frozenset({"isinstance", "issubclass", "super", "type", "getattr", "hasattr", "print"})
_INSPECTS = "inspect."


class Parts:
    """Asks how the files of a project use a class or a function; each is looked up once."""

    def __init__(self, uses: Uses) -> None:
        self.uses = uses
        self._parts: dict[str, bool] = {}
        self._without_gradient: dict[str, bool] = {}

    def is_part(self, name: str) -> bool:
        """Whether a class is a part of a model: another model makes it, or is given it to make."""
        if name not in self._parts:
            self._parts[name] = False
            self._parts[name] = any(
                self._makes_part(file, node, name)
                for file, nodes in self.uses.reads(name)
                for node in nodes
            )
        return self._parts[name]

    def _makes_part(self, file: File, node: ast.expr, name: str) -> bool:
        parent = file.parents.get(node)
        if isinstance(parent, ast.ClassDef):
            return parent.name != name and self.is_part(parent.name)
        if isinstance(parent, ast.Call) and parent.func is not node:
            is_handed = not _only_asks(file, parent)
        else:
            is_handed = isinstance(parent, (ast.keyword, ast.arguments))
        if is_handed or _is_in_model(file, node, name):
            return True
        # A function that makes it may be called by a model.
        maker = file.enclosing_function(node)
        if not isinstance(parent, ast.Call) or maker is None or not maker.name.islower():
            return False
        is_method = isinstance(file.parents.get(maker), ast.ClassDef)
        return not is_method and maker.name != "main" and self.is_part(maker.name)

    def is_without_gradient(self, name: str) -> bool:
        """Whether a function is used, and only where no gradient can be meant."""
        if name not in self._without_gradient:
            self._without_gradient[name] = False
            reads = ((file, node) for file, nodes in self.uses.reads(name) for node in nodes)
            first = next(reads, None)
            self._without_gradient[name] = first is not None and all(
                self._is_read_without_gradient(file, node) for file, node in chain([first], reads)
            )
        return self._without_gradient[name]

    def _is_read_without_gradient(self, file: File, node: ast.expr) -> bool:
        if is_without_gradient(file, node) or _is_given_cut(file, node):
            return True
        above = file.enclosing_function(node)
        return (
            above is not None and above.name not in FORWARD and self.is_without_gradient(above.name)
        )


def _is_given_cut(file: File, function: ast.expr) -> bool:
    """Whether a function is called here with nothing through which a gradient flows."""
    call = file.parents.get(function)
    if not isinstance(call, ast.Call) or call.func is not function or not call.args:
        return False
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return all(lineage(file, item, call) is Lineage.CUT for item in given)


def _only_asks(file: File, call: ast.Call) -> bool:
    """Whether a call only looks at what it is given: `isinstance`, `inspect.signature`."""
    name = file.dotted(call.func, file.scope_of(call)) or ""
    return last_name(call.func) in _ASKS or name.startswith(_INSPECTS)


def _is_in_model(file: File, node: ast.AST, name: str) -> bool:
    """Whether a node stands in a class that is called like a model and does not train it."""
    above = file.enclosing_class(node)
    return (
        above is not None
        and above.name != name
        and is_model(above)
        and not _TRAINS.search(file.text(above))
    )
