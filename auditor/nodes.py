"""The syntax tree of a file laid out in a row: every question about many nodes is a slice of it."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeVar, cast

_Node = TypeVar("_Node", bound=ast.AST)

#: Fields that hold no nodes, or only shared ones without a place (`ast.Load()`, `ast.Add()`).
_SKIPPED_FIELDS = frozenset(
    (
        "ctx op ops type_comment kind id attr arg conversion name names asname module level "
        "simple is_async rest kwd_attrs"
    ).split()
)
#: For each class of nodes, what gets the values of its fields; None for a leaf.
_Getter = Callable[[ast.AST], tuple[Any, ...]]


class _Getters(dict[type[ast.AST], _Getter | None]):
    """Made when a class of nodes is first met."""

    def __missing__(self, kind: type[ast.AST]) -> _Getter | None:
        skipped = _SKIPPED_FIELDS - ({"name"} if kind.__name__ == "TypeAlias" else set[str]())
        names = [name for name in kind._fields if name not in skipped]
        found: _Getter | None
        if not names or kind is ast.Constant:
            found = None
        elif len(names) == 1:
            only = attrgetter(names[0])

            def one(node: ast.AST) -> tuple[Any, ...]:
                return (only(node),)

            found = one
        else:
            found = cast(_Getter, attrgetter(*names))
        self[kind] = found
        return found


GETTERS = _Getters()


def children(node: ast.AST) -> list[ast.AST]:
    """Return the nodes directly below one; cheaper than `ast.iter_child_nodes`."""
    getter = GETTERS[node.__class__]
    found: list[ast.AST] = []
    if getter is not None:
        for value in getter(node):
            if value.__class__ is list:
                found += value
            elif value is not None and isinstance(value, ast.AST):
                found.append(value)
    # Lists hold None for what is left out: `{**a}`, keyword-only arguments without a default.
    return [child for child in found if cast(Any, child) is not None]


def last_name(func: ast.expr) -> str:
    """Return the last part of what is called: `load` for `torch.load`, or an empty text."""
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def argument_of(call: ast.Call, name: str, position: int | None) -> ast.expr | None:
    """Return what a call gives for a parameter, by its name or at its position."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if position is None or len(call.args) <= position:
        return None
    return call.args[position]


class Parents:
    """The parent of any node of a tree.

    The first few are found by going down from the root along the places of the nodes; who asks for
    more gets the whole tree laid out in a row.
    """

    def __init__(self, root: ast.AST, row: Callable[[], Nodes]) -> None:
        self._root = root
        self._row = row
        self._known: dict[ast.AST, ast.AST] = {}
        self._searches = 0

    def get(self, node: ast.AST) -> ast.AST | None:
        """Return the node directly around one; None for the root and for strangers."""
        found = self._known.get(node)
        if found is None and node is not self._root:
            if self._searches < _MAX_SEARCHES and hasattr(node, "lineno"):
                self._searches += 1
                self._search(node)
            if node not in self._known:
                self._searches = _MAX_SEARCHES
                self._known = self._row().parents
            found = self._known.get(node)
        return found

    def _search(self, node: Any) -> None:
        line = node.lineno
        end_line = node.end_lineno or line
        stack = [self._root]
        while stack:
            at = stack.pop()
            for child in children(at):
                if child is node:
                    self._known[child] = at
                    return
                first = getattr(child, "lineno", 0)
                if decorators := getattr(child, "decorator_list", None):
                    first = decorators[0].lineno
                if first <= line and (getattr(child, "end_lineno", None) or end_line) >= end_line:
                    self._known[child] = at
                    stack.append(child)


#: Searches after which laying out all nodes is cheaper.
_MAX_SEARCHES = 24


class Nodes:
    """All nodes of a tree in the order of the source, outer before inner.

    What stands under a node follows it directly, so that `under` is a slice and `of` a search in a
    sorted list. Contexts and operators (`ast.Load`, `ast.Add`) are shared objects and left out.
    """

    def __init__(self, root: ast.AST) -> None:
        row: list[ast.AST] = []
        parents: dict[ast.AST, ast.AST] = {}
        stack: list[ast.AST] = [root]
        getters = GETTERS
        append, pop, push = row.append, stack.pop, stack.append
        while stack:
            node = pop()
            append(node)
            getter = getters[node.__class__]
            if getter is None:
                continue
            for value in reversed(getter(node)):
                if value.__class__ is list:
                    for child in reversed(value):
                        if child is not None:
                            parents[child] = node
                            push(child)
                elif value is not None and isinstance(value, ast.AST):
                    parents[value] = node
                    push(value)
        self.row = row
        #: The parent of every node but the root.
        self.parents = parents
        self._at = dict(zip(row, range(len(row)), strict=True))
        self._ends: list[int] | None = None
        self._by_kind: dict[type[ast.AST], tuple[list[int], list[ast.AST]]] | None = None

    def under(self, node: ast.AST) -> list[ast.AST]:
        """Return a node and all nodes below it."""
        at = self._at[node]
        return self.row[at : self._end(at)]

    def of(self, *kinds: type[_Node], under: ast.AST | None = None) -> list[_Node]:
        """Return all nodes of some classes, in the whole tree or at and below one node."""
        if self._by_kind is None:
            self._by_kind = {}
            for at, node in enumerate(self.row):
                kind = node.__class__
                if kind in self._by_kind:
                    positions, nodes = self._by_kind[kind]
                    positions.append(at)
                    nodes.append(node)
                else:
                    self._by_kind[kind] = ([at], [node])
        known = [self._by_kind[kind] for kind in kinds if kind in self._by_kind]
        if under is None:
            parts = known
        else:
            first = self._at[under]
            end = self._end(first)
            parts = [
                (positions[low:high], nodes[low:high])
                for positions, nodes in known
                for low, high in [(bisect_left(positions, first), bisect_left(positions, end))]
            ]
        if len(parts) == 1:
            return cast(list[_Node], list(parts[0][1]))
        merged = sorted(
            (at, node)
            for positions, nodes in parts
            for at, node in zip(positions, nodes, strict=True)
        )
        return [cast(_Node, node) for _, node in merged]

    def contains(self, outer: ast.AST, inner: ast.AST) -> bool:
        """Whether `inner` is `outer` or stands below it."""
        at = self._at[outer]
        return at <= self._at[inner] < self._end(at)

    def _end(self, at: int) -> int:
        if self._ends is None:
            ends = list(range(1, len(self.row) + 1))
            positions, parents = self._at, self.parents
            for index in range(len(self.row) - 1, 0, -1):
                above = positions[parents[self.row[index]]]
                if ends[index] > ends[above]:
                    ends[above] = ends[index]
            self._ends = ends
        return self._ends[at]
