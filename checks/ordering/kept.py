"""Where an order goes that is kept: in a variable, an attribute, a list that is filled."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from .sink import Sink
from .trees import assigned, inside, is_dataset, loaded
from .view import View

if TYPE_CHECKING:
    from .flow import OrderFlow

_NEVER = 10**9
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
#: Methods of pools.
_WORKERS = frozenset({"map", "starmap", "map_async", "starmap_async"})


class Kept:
    """Follows names and attributes that hold a sequence."""

    def __init__(self, flow: OrderFlow, view: View) -> None:
        self.flow = flow
        self.view = view

    def target(self, target: ast.expr, statement: ast.AST, depth: int) -> Sink | None:
        """Follow what a statement assigns the sequence to."""
        if isinstance(target, ast.Name):
            return self.uses(target, statement, depth)
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            return self.attribute(target, depth)
        return None

    def uses(self, target: ast.Name, after: ast.AST, depth: int) -> Sink | None:
        """Follow a name from where it holds the sequence."""
        end = getattr(after, "end_lineno", 0) or 0
        names = self.view.names(target.id, self.view.scope(target).node)
        elsewhere = self._other_branches(target)
        later = [
            name
            for name in names
            if name.lineno >= end and not any(inside(name, part) for part in (after, *elsewhere))
        ]
        until = min(self._rebound(target.id, block, end) for block in self._blocks(target))
        return self._reads(names, later, until, depth)

    def parameter(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str, depth: int
    ) -> Sink | None:
        """Follow a parameter that gets the sequence."""
        names = [n for s in function.body for n in self.view.names(name, s)]
        return self._reads(names, names, self._rebound(name, function.body, 0), depth)

    def _reads(
        self, names: list[ast.Name], later: list[ast.Name], until: int, depth: int
    ) -> Sink | None:
        """Follow the reads of a name up to a line; sorting it anywhere ends the matter."""
        loads = (name for name in names if isinstance(name.ctx, ast.Load))
        if arranged := [name for name in loads if self.is_sorted(name)]:
            others = [self._other_branches(name) for name in arranged]
            later = [n for n in later if all(any(inside(n, s) for s in other) for other in others)]
        reads = [name for name in later if isinstance(name.ctx, ast.Load) and name.lineno <= until]
        # Every read is walked, also after the first sink: each is asked about only once.
        sinks = [self.flow.sink(name, depth + 1) for name in reads]
        return _first([sink for sink in sinks if sink is not None])

    def _other_branches(self, node: ast.AST) -> list[ast.stmt]:
        """Return the statements that do not run where this one does."""
        found: list[ast.stmt] = []
        child = node
        for at in self.view.file.ancestors(node):
            if isinstance(at, (ast.FunctionDef, ast.ClassDef, ast.For)):
                break
            if isinstance(at, ast.If):
                found += at.orelse if child in at.body else at.body if child in at.orelse else []
            child = at
        return found

    @staticmethod
    def _rebound(name: str, block: list[ast.stmt], after: int) -> int:
        """Return the last line of what gives the name another value in the block."""
        for statement in block:
            if statement.lineno <= after or not isinstance(statement, ast.Assign):
                continue
            if any(isinstance(t, ast.Name) and t.id == name for t in statement.targets):
                return statement.end_lineno or statement.lineno
        return _NEVER

    def _blocks(self, node: ast.AST) -> list[list[ast.stmt]]:
        """Return the statements beside the one of a node, and beside each one around it.

        What one of them does after the node is done on every way on from there.
        """
        found: list[list[ast.stmt]] = [[]]
        at: ast.AST | None = self.view.file.enclosing_statement(node)
        while at is not None and not isinstance(at, _DEFINITIONS):
            parent = self.view.file.parents.get(at)
            for name in ("body", "orelse", "finalbody"):
                block: list[ast.stmt] | ast.expr | None = getattr(parent, name, None)
                if isinstance(block, list) and at in block:
                    found.append(block)
            at = parent
        return found

    def is_sorted(self, node: ast.expr) -> bool:
        """`x.sort()`, `x = sorted(x)`, `x, y = zip(*sorted(zip(x, y)))`."""
        parent = self.view.file.parents.get(node)
        if isinstance(parent, ast.Attribute) and parent.attr in {"sort", "sort_values"}:
            return True
        at: ast.AST | None = parent
        is_within = False
        while isinstance(at, (ast.expr, ast.keyword, ast.comprehension)):
            is_within = is_within or (
                isinstance(at, ast.Call) and "sort" in self.view.called(at)[1].lower()
            )
            at = self.view.file.parents.get(at)
        if not is_within or not isinstance(at, ast.Assign):
            return False
        same = ast.dump(loaded(node))
        return any(ast.dump(loaded(target)) == same for target in assigned(at))

    def sorted_later(self, call: ast.Call) -> bool:
        """Whether the table or array that a call makes is sorted by its content."""
        statement = self.view.file.parents.get(call)
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            return False
        target = statement.targets[0]
        names = self.view.names(target.id, self.view.scope(target).node)
        return any(self.is_sorted(name) for name in names if name.lineno >= statement.lineno)

    def attribute(self, target: ast.Attribute, depth: int) -> Sink | None:
        """Follow `self.name` through the methods of its class, its bases and its subclasses."""
        owner = self.view.scope(target).enclosing_class()
        if owner is None:
            return None
        family = self.view.family(owner.node)
        reads = [
            node
            for member in family
            for node in self.view.attributes(target.attr, member)
            if isinstance(node.value, ast.Name)
            and isinstance(node.ctx, ast.Load)
            and not self._is_before(node, target)
        ]
        if any(self.is_sorted(node) for node in reads):
            return None
        found: list[Sink] = []
        for node in reads:
            parent = self.view.file.parents.get(node)
            if isinstance(parent, ast.Subscript) and parent.value is node:
                function = self.view.function(node)
                is_slice = isinstance(parent.slice, (ast.Slice, ast.Constant))
                is_getter = function is not None and function.name == "__getitem__"
                if is_getter or (not is_slice and any(map(is_dataset, family))):
                    found.append(Sink(parent, "read by position in a dataset"))
                    continue
            if (sink := self.flow.sink(node, depth + 1)) is not None:
                found.append(sink)
        # Another method that cuts may hand out one batch after the other.
        function = self.view.function(found[0].node) if found else None
        return _first([sink for sink in found if self.view.function(sink.node) is function])

    def _is_before(self, read: ast.expr, write: ast.expr) -> bool:
        """Whether a function has read, where it reads, before it writes, or never does both."""
        function = self.view.function(write)
        if function is None or self.view.function(read) is not function:
            return False
        if any(inside(read, statement) for statement in self._other_branches(write)):
            return True
        at = self.view.file.enclosing_statement(write)
        around = self.view.file.ancestors(write)
        return (
            at is not None
            and read.lineno < at.lineno
            and not any(isinstance(n, _LOOPS) and inside(read, n) for n in around)
        )

    def is_only_counted(self, part: ast.expr, depth: int = 0) -> bool:
        """`names = names[:n]`, where only how many there are is asked of it afterwards."""
        statement = self.view.file.parents.get(part)
        match statement:
            case (
                ast.Assign(targets=[ast.Name() as target])
                | ast.AugAssign(target=ast.Name() as target)
            ):
                pass
            case _:
                return False
        names = self.view.names(target.id, self.view.scope(target).node)
        reads = [n for n in names if isinstance(n.ctx, ast.Load) and _place(n) > _place(part)]
        return bool(reads) and all(self._is_counted(name, target.id, depth) for name in reads)

    def _is_counted(self, name: ast.Name, kept_as: str, depth: int) -> bool:
        match parent := self.view.file.parents.get(name):
            case ast.Call(func=ast.Name(id="len")):
                return True
            case ast.AugAssign(value=value) if value is name and depth < 3:
                return self.is_only_counted(name, depth + 1)
            case ast.Subscript(value=value, slice=ast.Slice()) if value is name:
                match self.view.file.parents.get(parent):
                    case ast.Assign(targets=[ast.Name(id=target)]):
                        return target == kept_as
                    case _:
                        return False
            case _:
                return False

    def is_dealt_out(self, node: ast.expr) -> bool:
        """`random.shuffle(jobs); pool.map(work, jobs)`: only which worker gets what changes."""
        if not isinstance(node, ast.Name):
            return False
        names = self.view.names(node.id, self.view.scope(node).node)
        later = [name for name in names if _place(name) > _place(node)]
        return bool(later) and all(self._is_given_to_workers(name) for name in later)

    def _is_given_to_workers(self, name: ast.Name) -> bool:
        """Whether a pool runs over a name and what it returns is dropped."""
        call = self.view.file.parents.get(name)
        return (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr in _WORKERS
            and isinstance(self.view.file.parents.get(call), ast.Expr)
        )

    def collected(self, holder: ast.expr, around: ast.AST, depth: int) -> Sink | None:
        """Follow a list to which the elements are appended."""
        if isinstance(holder, ast.Attribute) and isinstance(holder.value, ast.Name):
            return self.attribute(holder, depth)
        if not isinstance(holder, ast.Name):
            return None
        made = self.stores(holder)
        is_loop = isinstance(around, (ast.For, ast.AsyncFor))
        if is_loop and made and all(inside(node, around) for node in made):
            return None
        if holder.id not in self.view.scope(holder).bindings:
            return None
        return self.uses(holder, around, depth)

    def stores(self, name: ast.Name) -> list[ast.Name]:
        """Return where the scope of a name gives it a value."""
        names = self.view.names(name.id, self.view.scope(name).node)
        return [node for node in names if not isinstance(node.ctx, ast.Load)]


def _first(sinks: list[Sink]) -> Sink | None:
    """Return the first of several sinks; of a shuffle, say whether what it shuffled is divided."""
    if not sinks:
        return None
    first, *rest = sinks
    is_divided = first.is_shuffle and any(sink.divides for sink in rest)
    return replace(first, is_divided=True) if is_divided else first


def _place(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset
