"""Scopes of one file and what their names are bound to, without following the flow of control."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto


class Bound(Enum):
    """How a name came to be bound."""

    IMPORT = auto()
    DEFINITION = auto()
    PARAMETER = auto()
    ASSIGNED = auto()
    #: Bound to something that is not followed: a loop target, an unpacked value, `except … as`.
    OPAQUE = auto()


@dataclass(slots=True)
class Binding:
    """One binding of a name. `target` is dotted (imports, definitions); `value` an expression."""

    how: Bound
    target: str = ""
    value: ast.expr | None = None
    node: ast.AST | None = None


@dataclass(slots=True)
class Scope:
    """A module, class or function body. `qualname` is empty for the module."""

    kind: str
    qualname: str
    parent: Scope | None
    node: ast.AST
    bindings: dict[str, list[Binding]] = field(default_factory=dict[str, list[Binding]])
    outer_names: set[str] = field(default_factory=set[str])
    #: Assignments to `self.name` below a class: name -> (value, scope of the assignment).
    attributes: dict[str, list[tuple[ast.expr, Scope]]] = field(
        default_factory=dict[str, list[tuple[ast.expr, "Scope"]]]
    )
    #: Walks the methods of a class that were passed over, which may assign attributes too.
    pending: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])

    def assigned(self, attribute: str) -> list[tuple[ast.expr, Scope]]:
        """Return what the methods of this class assign to `self.attribute`, and where."""
        while self.pending:
            self.pending.pop()()
        return self.attributes.get(attribute, [])

    def bind(self, name: str, binding: Binding) -> None:
        """Add a binding, in the scope that `global` or `nonlocal` names."""
        scope: Scope = self
        if name in self.outer_names:
            while scope.parent is not None and (
                scope is self or scope.kind == "class" or name not in scope.bindings
            ):
                scope = scope.parent
        scope.bindings.setdefault(name, []).append(binding)

    def lookup(self, name: str) -> tuple[Scope, list[Binding]] | None:
        """Find the bindings that a read of `name` sees; class bodies are not seen from below."""
        scope: Scope | None = self
        while scope is not None:
            if (found := scope.bindings.get(name)) is not None and (
                scope.kind != "class" or scope is self
            ):
                return scope, found
            scope = scope.parent
        return None

    def enclosing_class(self) -> Scope | None:
        """Return the class in whose method this scope stands."""
        scope: Scope | None = self
        while scope is not None and scope.kind != "class":
            scope = scope.parent
        return scope

    def self_name(self) -> str | None:
        """Return the name of the instance parameter when this is a method's scope."""
        scope: Scope | None = self
        while scope is not None:
            parent = scope.parent
            if parent is not None and parent.kind == "class" and scope.kind == "function":
                node = scope.node
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.args.args:
                    return node.args.args[0].arg
                return None
            scope = parent
        return None


_BUILTINS = frozenset(dir(builtins))
_MAX_ALIAS_DEPTH = 8


class Names:
    """Resolves expressions of one file to dotted names.

    Imports give the imported name; local definitions give `module.qualname`; builtins give
    `builtins.name`; a name assigned once from a dotted expression gives what it stands for.
    """

    def __init__(self, module: str, top: Scope, stars: list[str]) -> None:
        self.module = module
        self.top = top
        self.stars = stars

    def dotted(self, node: ast.expr, scope: Scope, depth: int = 0) -> str | None:
        """Return the dotted name that an expression stands for, or None when it is not one."""
        parts: list[str] = []
        at = node
        while isinstance(at, ast.Attribute):
            parts.append(at.attr)
            at = at.value
        if not isinstance(at, ast.Name):
            return None
        if parts and at.id == scope.self_name() and at.id in {"self", "cls"}:
            owner = scope.enclosing_class()
            base = None if owner is None else f"{self.module}.{owner.qualname}"
        else:
            base = self.name(at.id, scope, depth)
        if base is None:
            return None
        parts.append(base)
        return ".".join(reversed(parts))

    def name(self, name: str, scope: Scope, depth: int = 0) -> str | None:
        """Return what a bare name stands for."""
        found = scope.lookup(name)
        if found is None:
            if name in _BUILTINS:
                return f"builtins.{name}"
            return f"{self.stars[0]}.{name}" if len(self.stars) == 1 else None
        owner, bindings = found
        for binding in bindings:
            if binding.how is Bound.IMPORT:
                return binding.target
        if len({binding.target for binding in bindings}) == 1 and bindings[0].target:
            return bindings[0].target
        if len(bindings) == 1 and depth < _MAX_ALIAS_DEPTH:
            binding = bindings[0]
            if binding.how is Bound.ASSIGNED and isinstance(
                binding.value, (ast.Name, ast.Attribute)
            ):
                value = binding.value
                if not (isinstance(value, ast.Name) and value.id == name):
                    return self.dotted(value, owner, depth + 1)
        return None

    def origin(self, node: ast.expr, scope: Scope, depth: int = 0) -> str | None:
        """Return the dotted name of the call whose result an expression holds, where visible.

        Follows names assigned once, `self.x` assigned in the class, and annotations of parameters.
        """
        if depth > _MAX_ALIAS_DEPTH:
            return None
        if isinstance(node, ast.Call):
            return self.dotted(node.func, scope)
        if isinstance(node, ast.Name):
            return self._origin_of_name(node.id, scope, depth)
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == scope.self_name()
            and (owner := scope.enclosing_class()) is not None
        ):
            origins = {
                self.origin(value, where, depth + 1)
                for value, where in owner.assigned(node.attr)
                if not (isinstance(value, ast.Constant) and value.value is None)
            }
            return origins.pop() if len(origins) == 1 else None
        return None

    def _origin_of_name(self, name: str, scope: Scope, depth: int) -> str | None:
        found = scope.lookup(name)
        if found is None:
            return None
        owner, bindings = found
        origins: set[str | None] = set()
        for binding in bindings:
            if binding.how is Bound.ASSIGNED and binding.value is not None:
                if isinstance(binding.value, ast.Constant) and binding.value.value is None:
                    continue
                origins.add(self.origin(binding.value, owner, depth + 1))
            elif binding.how is Bound.PARAMETER and isinstance(binding.node, ast.arg):
                annotation = binding.node.annotation
                origins.add(self._annotated(annotation, owner) if annotation is not None else None)
            else:
                origins.add(None)
        return origins.pop() if len(origins) == 1 else None

    def _annotated(self, annotation: ast.expr, scope: Scope) -> str | None:
        if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
            annotation = annotation.left
        if isinstance(annotation, ast.Subscript):
            outer = self.dotted(annotation.value, scope)
            if outer in {"typing.Optional", "typing.Annotated"}:
                inner = annotation.slice
                inner = inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner
                return self._annotated(inner, scope)
            return outer
        return self.dotted(annotation, scope)
