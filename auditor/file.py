"""One Python file or notebook with its syntax tree, as rules see it in a worker process."""

from __future__ import annotations

import ast
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar, cast

from .interest import Interest
from .module import is_main_guard
from .nodes import Nodes, Parents, children
from .place import Place
from .scopes import Names, Scope
from .scout import scout
from .scouted import Scouted, Seen
from .source import Source
from .syntax import Fragment, parse_fragment
from .values import Constant, Option, Values
from .versions import Versions

if TYPE_CHECKING:
    import libcst as cst

Made = TypeVar("Made")


class File:
    """A parsed file: names, values, places, and LibCST on demand.

    Lines of syntax-tree nodes are those of the joined text; `place` turns a node into a place.
    """

    def __init__(
        self,
        source: Source,
        tree: ast.Module,
        module: str,
        versions: Versions,
        lasts: frozenset[str] | None = None,
        kinds: frozenset[type[ast.AST]] = frozenset(),
        interest: Interest | None = None,
    ) -> None:
        self.source = source
        self.path = source.path
        self.tree = tree
        self.module = module
        self.versions = versions
        self._wanted = (lasts, kinds, interest)
        self._fragments: dict[tuple[int, int], Fragment | None] = {}
        self._made: dict[Callable[[File], object], object] = {}

    @cached_property
    def scouted(self) -> Scouted:
        """What one walk over the tree brought back; a file that is only run through has none."""
        is_package = self.path.rsplit("/", 1)[-1] == "__init__.py"
        return scout(self.tree, self.module, is_package, *self._wanted)

    @cached_property
    def names(self) -> Names:
        """Expressions to dotted names."""
        stars = [item.module for item in self.scouted.imports if item.star]
        return Names(self.module, self.scouted.top, stars)

    @cached_property
    def values(self) -> Values:
        """Expressions to what they are worth."""
        return Values(self.names, self.scouted)

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the joined text."""
        return self.source.text.split("\n")

    @cached_property
    def nodes(self) -> Nodes:
        """All nodes of the tree in a row; built when first asked for."""
        return Nodes(self.tree)

    @cached_property
    def parents(self) -> Parents:
        """The parent of every node."""
        return Parents(self.tree, lambda: self.nodes)

    @cached_property
    def imported(self) -> frozenset[str]:
        """The first parts of all imported module names."""
        return frozenset(item.module.split(".", 1)[0] for item in self.scouted.imports)

    def once(self, make: Callable[[File], Made]) -> Made:
        """Return what rules make of this file; made when first asked for, then kept."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(Made, self._made[make])

    def dotted(self, node: ast.expr, scope: Scope) -> str | None:
        """Return the dotted name that an expression stands for; see `Names`."""
        return self.names.dotted(node, scope)

    def scope_of(self, node: ast.AST) -> Scope:
        """Return the scope in which a node stands."""
        # Outermost first: a definition that was passed over opens its inner scopes when asked.
        around: list[ast.AST] = []
        at: ast.AST | None = self.parents.get(node)
        while at is not None:
            around.append(at)
            at = self.parents.get(at)
        found = self.scouted.top
        for at in reversed(around):
            found = self.scouted.scope_opened_by(at) or found
        return found

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes around a node, innermost first."""
        at = self.parents.get(node)
        while at is not None:
            yield at
            at = self.parents.get(at)

    def enclosing_statement(self, node: ast.AST) -> ast.stmt | None:
        """Return the innermost statement that a node is or stands in."""
        at: ast.AST | None = node
        while at is not None and not isinstance(at, ast.stmt):
            at = self.parents.get(at)
        return at

    def enclosing_function(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """Return the innermost function around a node."""
        for at in self.ancestors(node):
            if isinstance(at, (ast.FunctionDef, ast.AsyncFunctionDef)):
                return at
        return None

    def enclosing_class(self, node: ast.AST) -> ast.ClassDef | None:
        """Return the innermost class around a node."""
        for at in self.ancestors(node):
            if isinstance(at, ast.ClassDef):
                return at
        return None

    def enclosing_main_block(self, node: ast.AST) -> ast.stmt | None:
        """Return the `if __name__ == "__main__":` that a node stands in."""
        for at in self.ancestors(node):
            if isinstance(at, ast.stmt) and is_main_guard(at):
                return at
        return None

    def loads(self, names: Container[str], scope: Scope) -> Iterator[ast.Name]:
        """Yield where code reads variables of a scope, from functions within as well."""
        for node in self.nodes.of(ast.Name):
            if node.id in names and isinstance(node.ctx, ast.Load):
                found = self.scope_of(node).lookup(node.id)
                if found is not None and found[0] is scope:
                    yield node

    def enclosing_definition(self, line: int) -> str:
        """Return the qualified name of the innermost function or class around a line, or ""."""
        names: list[str] = []
        at: ast.AST | None = self.tree
        while at is not None:
            at = _child_around(at, line)
            if isinstance(at, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                names.append(at.name)
        return ".".join(names)

    def release(self) -> None:
        """Let go of the tree and all that hangs on it; the file is of no use afterwards.

        Scopes, parents and what rules keep of a file are cycles: they would wait for the collector.
        """
        for scope in self.scouted.opened.values():
            scope.attributes.clear()
            scope.pending.clear()
        self.scouted.passed.clear()
        for made in self._made.values():
            getattr(made, "__dict__", {}).clear()
        self.__dict__.clear()

    def place(self, node: ast.AST) -> Place:
        """Return where a node stands, in characters."""
        line = getattr(node, "lineno", 1)
        end_line = getattr(node, "end_lineno", None) or line
        column = self._characters(line, getattr(node, "col_offset", 0))
        end_column = self._characters(end_line, getattr(node, "end_col_offset", None) or 0)
        return self.source.place(line, column + 1, end_line, end_column + 1)

    def place_of_line(self, line: int) -> Place:
        """Return the place of a whole line of the joined text."""
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        start = len(text) - len(text.lstrip()) + 1
        return self.source.place(line, start, line, len(text.rstrip()) + 1)

    def _characters(self, line: int, offset: int) -> int:
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return offset if text.isascii() else len(text.encode()[:offset].decode(errors="ignore"))

    def text(self, node: ast.AST) -> str:
        """Return the source text of a node."""
        first = getattr(node, "lineno", 0)
        last = getattr(node, "end_lineno", None) or first
        if not 0 < first <= last <= len(self.lines):
            return ""
        start = self._characters(first, getattr(node, "col_offset", 0))
        end = self._characters(last, getattr(node, "end_col_offset", None) or 0)
        if first == last:
            return self.lines[first - 1][start:end]
        between = self.lines[first : last - 1]
        return "\n".join([self.lines[first - 1][start:], *between, self.lines[last - 1][:end]])

    def fragment(self, statement: ast.stmt) -> Fragment | None:
        """Return a statement's lines parsed by LibCST."""
        decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
        first = min([statement.lineno, *[node.lineno for node in decorators]])
        last = statement.end_lineno or statement.lineno
        key = (first, last)
        if key not in self._fragments:
            self._fragments[key] = parse_fragment(self.lines, first, last)
        return self._fragments[key]


@dataclass(frozen=True, slots=True)
class Site:
    """A node that a rule asked for. For a call, `name` is its resolved dotted name, if any."""

    file: File
    node: ast.AST
    scope: Scope
    statement: ast.stmt
    name: str | None
    last: str

    @property
    def call(self) -> ast.Call:
        """The node, which is a call."""
        assert isinstance(self.node, ast.Call)
        return self.node

    @property
    def place(self) -> Place:
        """Where the node stands."""
        return self.file.place(self.node)

    @property
    def cst(self) -> cst.CSTNode | None:
        """The same node in LibCST, from the statement around it."""
        fragment = self.file.fragment(self.statement)
        return fragment.find(self.node) if fragment is not None else None

    @property
    def versions(self) -> Versions:
        """The versions of frameworks that the project declares."""
        return self.file.versions

    def argument(self, position: int | None, *keywords: str) -> ast.expr | None:
        """Return an argument by position (from 0) or by any of its keywords; None when not given.

        An argument after `*args` is not found by position.
        """
        for keyword in self.call.keywords:
            if keyword.arg in keywords:
                return keyword.value
        if position is not None and position < len(self.call.args):
            before = self.call.args[: position + 1]
            if not any(isinstance(argument, ast.Starred) for argument in before):
                return before[-1]
        return None

    @property
    def spreads(self) -> bool:
        """Whether the call passes `*args` or `**kwargs`, which may hold any argument."""
        return any(isinstance(argument, ast.Starred) for argument in self.call.args) or any(
            keyword.arg is None for keyword in self.call.keywords
        )

    def constant(self, node: ast.expr | None) -> Constant | None:
        """Return the value of an expression at this site, when the file alone says it."""
        return None if node is None else self.file.values.constant(node, self.scope)

    def option(self, node: ast.expr) -> Option | None:
        """Return the option that an expression reads."""
        return self.file.values.option(node, self.scope)

    def dotted(self, node: ast.expr) -> str | None:
        """Return the dotted name that an expression stands for here."""
        return self.file.names.dotted(node, self.scope)

    def origin(self, node: ast.expr) -> str | None:
        """Return the dotted name of the call that made the value of an expression."""
        return self.file.names.origin(node, self.scope)

    @property
    def receiver(self) -> ast.expr | None:
        """The expression before the last dot of the called name."""
        func = self.call.func
        return func.value if isinstance(func, ast.Attribute) else None

    @property
    def parent(self) -> ast.AST | None:
        """The node directly around this one."""
        return self.file.parents.get(self.node)

    def ancestors(self) -> Iterator[ast.AST]:
        """Yield the nodes around this one, innermost first."""
        return self.file.ancestors(self.node)


def _child_around(node: ast.AST, line: int) -> ast.AST | None:
    for child in children(node):
        first, last = getattr(child, "lineno", 0), getattr(child, "end_lineno", 0)
        if first <= line <= last and isinstance(
            child, (ast.stmt, ast.ExceptHandler, ast.match_case)
        ):
            return child
    return None


def sites(file: File, seen: list[Seen]) -> Iterator[Site]:
    """Turn what the scout saw into sites, with resolved names."""
    for item in seen:
        name = None
        if isinstance(item.node, ast.Call):
            name = file.names.dotted(item.node.func, item.scope)
        yield Site(file, item.node, item.scope, item.statement, name, item.last)
