"""How a project uses its classes and functions: as parts of models, with which options."""

from __future__ import annotations

import ast
import re

from ...auditor.file import File
from ...auditor.nodes import last_name
from ...auditor.regex import regex
from .branches import Choice
from .lineage import FORWARD, enclosing_function
from .reach import Reach

#: A class around models that trains them; its own parts are whole models.
_TRAINS = regex(r"training_step|optimi[sz]er|\.backward\(|\.fit\(")
#: Functions that only look at a class.
_ASKS = frozenset({"isinstance", "issubclass", "super", "type", "getattr", "hasattr", "print"})
_OUTSIDE = ("torch", "tensorflow", "keras", "jax", "numpy")


class Parts:
    """Asks the files of a project how they use a name; each name is looked up once."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self._parts: dict[str, bool] = {}
        self._made: dict[Choice, bool] = {}

    def is_part(self, name: str) -> bool:
        """Whether a class is a part of a model: another model makes it, or is given it to make."""
        if name not in self._parts:
            self._parts[name] = False
            self._parts[name] = any(
                self._is_part_in(file, name) for file in self._files(rf"\b{re.escape(name)}\b")
            )
        return self._parts[name]

    def _files(self, pattern: str) -> list[File]:
        sought = re.compile(pattern.encode())
        paths = [path for path, text in self.reach.texts() if sought.search(text)]
        return [file for path in paths if (file := self.reach.project.file(path)) is not None]

    def _is_part_in(self, file: File, name: str) -> bool:
        names: list[ast.Name | ast.Attribute] = [
            *file.nodes.of(ast.Name),
            *file.nodes.of(ast.Attribute),
        ]
        for node in names:
            if not isinstance(node.ctx, ast.Load) or last_name(node) != name:
                continue
            parent = file.parents.get(node)
            if isinstance(parent, ast.ClassDef):
                if parent.name != name and self.is_part(parent.name):
                    return True
                continue
            if isinstance(parent, ast.Call) and parent.func is not node:
                is_handed = last_name(parent.func) not in _ASKS
            else:
                is_handed = isinstance(parent, (ast.keyword, ast.arguments))
            if is_handed or _is_in_model(file, node, name):
                return True
            # A function that makes it may be called by a model.
            maker = enclosing_function(file, node)
            if isinstance(parent, ast.Call) and maker is not None and maker.name.islower():
                is_method = isinstance(file.parents.get(maker), ast.ClassDef)
                if not is_method and maker.name != "main" and self.is_part(maker.name):
                    return True
        return False

    def is_made(self, choice: Choice) -> bool:
        """Whether a call in the project makes a choice that the default does not make."""
        if choice not in self._made:
            name = re.escape(choice.called)
            option = rf"\b{re.escape(choice.parameter)}\s*="
            self._made[choice] = any(
                self._is_made_in(file, choice) for file in self._files(rf"\b{name}\s*\(|{option}")
            )
        return self._made[choice]

    def _is_made_in(self, file: File, choice: Choice) -> bool:
        for call in file.nodes.of(ast.Call):
            is_own = last_name(call.func) == choice.called
            given = next((k.value for k in call.keywords if k.arg == choice.parameter), None)
            if given is None and is_own and len(call.args) > choice.position:
                given = call.args[choice.position]
            if not isinstance(given, ast.Constant) or not choice.takes(given.value):
                continue
            name = file.dotted(call.func, file.scope_of(call)) or ""
            if is_own or name.split(".", 1)[0] not in _OUTSIDE:
                return True
        return False


def _is_in_model(file: File, node: ast.AST, name: str) -> bool:
    """Whether a node stands in a class that is called like a model and does not train it."""
    above = file.parents.get(node)
    while above is not None and not isinstance(above, ast.ClassDef):
        above = file.parents.get(above)
    return (
        above is not None
        and above.name != name
        and any(isinstance(i, ast.FunctionDef) and i.name in FORWARD for i in above.body)
        and not _TRAINS.search(file.text(above))
    )
