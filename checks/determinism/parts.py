"""How a project uses its classes and functions: as parts of models, with which options."""

from __future__ import annotations

import ast
import re

from ...auditor.file import File
from ...auditor.module import is_main_guard
from ...auditor.nodes import last_name
from ...auditor.regex import regex
from .branches import Choice, Parameter, parameter_of
from .lineage import FORWARD, Lineage, is_model, lineage
from .reach import Reach
from .surroundings import is_without_gradient

#: A class around models that trains them; its own parts are whole models.
_TRAINS = regex(r"training_step|optimi[sz]er|\.backward\(|\.fit\(")
#: Functions that only look at a class or a function.
_ASKS = frozenset({"isinstance", "issubclass", "super", "type", "getattr", "hasattr", "print"})
_INSPECTS = "inspect."
#: How many functions may hand a parameter on.
_MAX_DEPTH = 4
_OUTSIDE = ("torch", "tensorflow", "keras", "jax", "numpy")


class Parts:
    """Asks the files of a project how they use a name; each name is looked up once."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self._parts: dict[str, bool] = {}
        self._used: dict[str, bool] = {}
        self._made: dict[Choice, bool] = {}
        self._without_gradient: dict[str, bool] = {}
        self._read: dict[str, list[tuple[File, list[ast.Name | ast.Attribute]]]] = {}

    def is_part(self, name: str) -> bool:
        """Whether a class is a part of a model: another model makes it, or is given it to make."""
        if name not in self._parts:
            self._parts[name] = False
            self._parts[name] = any(
                self._makes_part(file, node, name)
                for file, nodes in self._reads(name)
                for node in nodes
            )
        return self._parts[name]

    def _reads(self, name: str) -> list[tuple[File, list[ast.Name | ast.Attribute]]]:
        """Return the files that hold a name, and where each reads it or an attribute called so."""
        if name not in self._read:
            self._read[name] = [
                (file, [node for node in _names(file) if last_name(node) == name])
                for file in self._files(rf"\b{re.escape(name)}\b")
            ]
        return self._read[name]

    def _files(self, pattern: str) -> list[File]:
        sought = re.compile(pattern.encode())
        paths = [path for path, text in self.reach.texts() if sought.search(text)]
        return [file for path in paths if (file := self.reach.project.file(path)) is not None]

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

    def is_used(self, name: str) -> bool:
        """Whether anything uses a class or function, and is not itself left unused."""
        if name not in self._used:
            self._used[name] = False
            self._used[name] = any(
                _renames(file, name) or any(self._uses(file, node, name) for node in nodes)
                for file, nodes in self._reads(name)
            )
        return self._used[name]

    def _uses(self, file: File, node: ast.Name | ast.Attribute, name: str) -> bool:
        above = file.enclosing_class(node) or file.enclosing_function(node)
        if above is None:
            return not _is_tried(file, node)
        # What runs `main` may be outside: an installed command, a framework.
        return above.name != name and bool(
            above.decorator_list or above.name == "main" or self.is_used(above.name)
        )

    def is_named(self, name: str) -> bool:
        """Whether any file reads a name."""
        return any(nodes for _, nodes in self._reads(name))

    def is_without_gradient(self, name: str) -> bool:
        """Whether a function is used, and only where no gradient can be meant."""
        if name not in self._without_gradient:
            self._without_gradient[name] = False
            reads = [(file, node) for file, nodes in self._reads(name) for node in nodes]
            self._without_gradient[name] = bool(reads) and all(
                is_without_gradient(file, node)
                or _is_given_cut(file, node)
                or (
                    (above := file.enclosing_function(node)) is not None
                    and above.name not in FORWARD
                    and self.is_without_gradient(above.name)
                )
                for file, node in reads
            )
        return self._without_gradient[name]

    def is_made(self, choice: Choice) -> bool:
        """Whether a call in the project makes a choice; one that nobody sees made is made."""
        if choice in self._made:
            return self._made[choice]
        if choice.has_default:
            name = re.escape(choice.called)
            option = rf"\b{re.escape(choice.parameter)}\s*="
            made = any(
                self._is_made_in(file, choice) for file in self._files(rf"\b{name}\s*\(|{option}")
            )
        else:
            at = Parameter(choice.called, choice.position, None, choice.owner)
            values = self._values(at, choice.parameter, 0)
            made = values is None or any(choice.takes(value) for value in values)
        self._made[choice] = made
        return made

    def _values(self, at: Parameter, name: str, depth: int) -> list[object] | None:
        """Return what the calls in the project give for a parameter; None when one is not seen."""
        values: list[object] = []
        if isinstance(at.default, ast.Constant):
            values.append(at.default.value)
        elif at.default is not None or depth > _MAX_DEPTH:
            return None
        for file in self._files(rf"\b{re.escape(at.called)}\s*\("):
            for call in file.nodes.of(ast.Call):
                if last_name(call.func) != at.called:
                    continue
                around = file.enclosing_class(call) if at.owner else None
                if around is not None and around.name != at.owner:
                    continue
                given = _argument(call, name, at.position)
                if given is None and at.default is not None:
                    continue
                found = self._worth(file, call, given, depth)
                if found is None:
                    return None
                values += found
        return values or None

    def _worth(
        self, file: File, call: ast.Call, given: ast.expr | None, depth: int
    ) -> list[object] | None:
        if isinstance(given, ast.Constant):
            return [given.value]
        function = file.enclosing_function(call)
        if not isinstance(given, ast.Name) or function is None:
            return None
        handed = parameter_of(file, function, given.id)
        return self._values(handed, given.id, depth + 1) if handed is not None else None

    def _is_made_in(self, file: File, choice: Choice) -> bool:
        for call in file.nodes.of(ast.Call):
            is_own = last_name(call.func) == choice.called
            given = _argument(call, choice.parameter, choice.position if is_own else None)
            if not isinstance(given, ast.Constant) or not choice.takes(given.value):
                continue
            name = file.dotted(call.func, file.scope_of(call)) or ""
            if is_own or name.split(".", 1)[0] not in _OUTSIDE:
                return True
        return False


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


def _names(file: File) -> list[ast.Name | ast.Attribute]:
    """Return what a file reads by a name or as an attribute."""
    names: list[ast.Name | ast.Attribute] = [
        *file.nodes.of(ast.Name),
        *file.nodes.of(ast.Attribute),
    ]
    return [node for node in names if isinstance(node.ctx, ast.Load)]


def _renames(file: File, name: str) -> bool:
    """Whether a file imports a name under another."""
    aliases = (alias for item in file.nodes.of(ast.ImportFrom) for alias in item.names)
    return any(alias.name == name and alias.asname for alias in aliases)


def _is_tried(file: File, node: ast.AST) -> bool:
    """Whether a module only tries in its main block what it defines itself."""
    defined = {item.name for item in file.nodes.of(ast.ClassDef)}
    return (
        isinstance(node, ast.Name)
        and node.id in defined
        and any(isinstance(at, ast.stmt) and is_main_guard(at) for at in file.ancestors(node))
    )


def _argument(call: ast.Call, name: str, position: int | None) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if position is None or len(call.args) <= position:
        return None
    return call.args[position]


def _is_in_model(file: File, node: ast.AST, name: str) -> bool:
    """Whether a node stands in a class that is called like a model and does not train it."""
    above = file.enclosing_class(node)
    return (
        above is not None
        and above.name != name
        and is_model(above)
        and not _TRAINS.search(file.text(above))
    )
