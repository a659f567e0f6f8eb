"""What following an order asks of a file, answered from one pass over its nodes."""

from __future__ import annotations

import ast
from functools import cached_property

from ...auditor.file import File
from ...auditor.nodes import last_name
from ...auditor.scopes import Scope
from .sinks import DRAWS, NOT_DRAWS, NUMBER_CALLS, READERS

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class View:
    """The calls, names and attributes of one file, by what they are called."""

    def __init__(self, file: File) -> None:
        self.file = file
        self._called: dict[ast.Call, tuple[str, str]] = {}

    def scope(self, node: ast.AST) -> Scope:
        """Return the scope in which a node stands."""
        return self.file.scope_of(node)

    def called(self, call: ast.Call) -> tuple[str, str]:
        """Return the resolved name of a call, or an empty one, and its last part."""
        if call not in self._called:
            name = self.file.dotted(call.func, self.scope(call)) or ""
            self._called[call] = name, last_name(call.func)
        return self._called[call]

    @cached_property
    def _calls(self) -> dict[str, list[ast.Call]]:
        found: dict[str, list[ast.Call]] = {}
        for call in self.file.nodes.of(ast.Call):
            found.setdefault(last_name(call.func), []).append(call)
        return found

    def calls_of(self, last: str) -> list[ast.Call]:
        """Return the calls whose name ends so."""
        return self._calls.get(last, [])

    @cached_property
    def _names(self) -> dict[str, list[ast.Name]]:
        found: dict[str, list[ast.Name]] = {}
        for name in self.file.nodes.of(ast.Name):
            found.setdefault(name.id, []).append(name)
        for names in found.values():
            names.sort(key=lambda name: (name.lineno, name.col_offset))
        return found

    def names(self, name: str, under: ast.AST) -> list[ast.Name]:
        """Return where a name stands below a node, in the order of the source."""
        contains = self.file.nodes.contains
        return [node for node in self._names.get(name, []) if contains(under, node)]

    @cached_property
    def _attributes(self) -> dict[str, list[ast.Attribute]]:
        found: dict[str, list[ast.Attribute]] = {}
        for attribute in self.file.nodes.of(ast.Attribute):
            found.setdefault(attribute.attr, []).append(attribute)
        return found

    def attributes(self, attr: str, under: ast.AST) -> list[ast.Attribute]:
        """Return where an attribute stands below a node."""
        contains = self.file.nodes.contains
        return [node for node in self._attributes.get(attr, []) if contains(under, node)]

    def function(self, node: ast.AST) -> FunctionNode | None:
        """Return the function around a node."""
        return self.file.enclosing_function(node)

    def family(self, owner: ast.AST) -> list[ast.AST]:
        """Return a class, and those of the file that it derives from or that derive from it."""
        found: list[ast.AST] = [owner]
        for up in (True, False):
            todo = [owner]
            while todo:
                at = todo.pop()
                for other in self.file.nodes.of(ast.ClassDef):
                    child, base = (at, other) if up else (other, at)
                    if other not in found and _derives(child, base):
                        found.append(other)
                        todo.append(other)
        return found

    def draws(self, node: ast.AST) -> bool:
        """Whether something below a node draws from a global random stream."""
        return any(self.is_draw(call) for call in self.file.nodes.of(ast.Call, under=node))

    def is_draw(self, call: ast.Call) -> bool:
        """Whether a call draws from a global random stream."""
        name = self.called(call)[0]
        return name.startswith(DRAWS) and name not in NOT_DRAWS

    def is_drawn(self, index: ast.expr) -> bool:
        """Whether an index is drawn, or runs through drawn ones."""
        if isinstance(index, ast.Subscript):
            index = index.value
        if not isinstance(index, ast.Name):
            return self.draws(index)
        stores = (n for n in self.names(index.id, self.scope(index).node) if n is not index)
        for store in stores:
            match self.file.parents.get(store):
                case ast.For(target=target, iter=value) if target is store:
                    if self.draws(value):
                        return True
                case ast.Assign(targets=[target], value=value) if target is store:
                    if self.draws(value):
                        return True
                case _:
                    pass
        return False

    def loads(self, node: ast.AST) -> bool:
        """Whether something below a node reads the content of files."""
        return any(
            last_name(call.func) in READERS for call in self.file.nodes.of(ast.Call, under=node)
        )

    def is_asked_as_text(self, name: str, under: ast.AST) -> bool:
        """`name.endswith(".jpg")`: whether something asks of a name what only strings can tell."""
        return any(
            isinstance(call.func, ast.Attribute)
            and isinstance(call.func.value, ast.Name)
            and call.func.value.id == name
            and self.file.nodes.contains(under, call)
            for last in ("endswith", "startswith")
            for call in self.calls_of(last)
        )

    def added_to(self, name: str) -> list[ast.expr]:
        """Return what is appended or added to collections of a name, one element at a time."""
        return self._added.get(name, [])

    @cached_property
    def _added(self) -> dict[str, list[ast.expr]]:
        found: dict[str, list[ast.expr]] = {}
        for last in ("append", "add"):
            for call in self.calls_of(last):
                if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
                    found.setdefault(call.func.value.id, []).extend(call.args)
        return found

    @cached_property
    def filled_with_numbers(self) -> frozenset[str]:
        """The names of collections to which `int(...)` or the like is appended."""
        return frozenset(
            name
            for name, elements in self._added.items()
            if any(
                isinstance(element, ast.Call) and getattr(element.func, "id", "") in NUMBER_CALLS
                for element in elements
            )
        )


def _derives(child: ast.AST, base: ast.AST) -> bool:
    return (
        isinstance(child, ast.ClassDef)
        and isinstance(base, ast.ClassDef)
        and any(isinstance(name, ast.Name) and name.id == base.name for name in child.bases)
    )


def view_of(file: File) -> View:
    """Return the view of a file; every site of a file asks."""
    return file.once(View)
