"""Where the order of a sequence goes: upwards from the expression that makes it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...auditor.file import File
from ...auditor.scopes import Scope
from .sinks import (
    DRAWS,
    JOINING,
    KEEPING,
    NOT_DRAWS,
    ORDER_FREE,
    ORDERED,
    ORDERED_CLASSES,
    ORDERED_METHODS,
    READERS,
    TRAINING,
    TRANSPARENT,
)
from .trees import (
    counted,
    first_name,
    inside,
    is_dataset,
    is_length,
    is_position,
    loaded,
    mentions,
    walk_here,
)

_MAX_DEPTH = 6
#: A function or variable with such a name hands on examples or labels.
_NAMES_DATA = re.compile(
    r"sample|dataset|image|example|record|classes|class_names|labels|(^|_)split|train|clips|utterance"
)


@dataclass(frozen=True, slots=True)
class Sink:
    """The node at which the order starts to matter, and what happens there."""

    node: ast.AST
    note: str


class OrderFlow:
    """Follows one unordered expression through its file."""

    def __init__(self, file: File, *, is_set: bool = False, returns: bool = False) -> None:
        self.file = file
        #: A list that is returned counts, even when this file does not show what becomes of it.
        self.returns = returns
        #: Sets: operators between sets keep a set, and methods of sets are known.
        self.is_set = is_set
        self._visited: set[int] = set()

    def sink(self, node: ast.expr, depth: int = 0) -> Sink | None:
        """Return where the order of this expression's elements first matters, or None."""
        if depth > _MAX_DEPTH or id(node) in self._visited:
            return None
        self._visited.add(id(node))
        parent = self.file.parents.get(node)
        match parent:
            case ast.Call():
                return self._argument(node, parent, depth)
            case ast.keyword():
                call = self.file.parents.get(parent)
                return self._argument(node, call, depth) if isinstance(call, ast.Call) else None
            case ast.comprehension(iter=source) if source is node:
                return self._comprehension(parent, depth)
            case ast.For(iter=source) | ast.AsyncFor(iter=source) if source is node:
                return self._loop(parent, depth)
            case ast.Assign():
                return self._first(self._target(t, parent, depth) for t in parent.targets)
            case ast.AnnAssign() | ast.AugAssign():
                return self._target(parent.target, parent, depth)
            case ast.NamedExpr():
                return self._target(parent.target, parent, depth) or self.sink(parent, depth)
            case ast.Return():
                return self._returned(parent, depth)
            case ast.Yield() | ast.YieldFrom():
                return None
            case ast.Starred() | ast.Await():
                return self.sink(parent, depth)
            case ast.List() | ast.Tuple() if isinstance(node, ast.Starred):
                return self.sink(parent, depth)
            case ast.Dict():
                return self.sink(parent, depth)
            case ast.IfExp() if parent.test is not node:
                return self.sink(parent, depth)
            case ast.BoolOp(op=ast.Or()):
                return self.sink(parent, depth)
            case ast.BinOp(op=ast.Add()):
                return self.sink(parent, depth)
            case ast.BinOp(op=ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor()):
                return self.sink(parent, depth) if self.is_set else None
            case ast.Subscript(value=value, slice=ast.Slice()) if value is node:
                return Sink(parent, "cut by position")
            case ast.Attribute(value=value):
                return self._method(parent, depth)
            case _:
                return None

    @staticmethod
    def _first(found: Iterator[Sink | None]) -> Sink | None:
        return next((sink for sink in found if sink is not None), None)

    def _scope(self, node: ast.AST) -> Scope:
        return self.file.scope_of(node)

    def _call_name(self, call: ast.Call) -> tuple[str, str]:
        name = self.file.dotted(call.func, self._scope(call)) or ""
        func = call.func
        last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
        return name, last

    def _argument(self, node: ast.expr, call: ast.Call, depth: int) -> Sink | None:
        name, last = self._call_name(call)
        if "sort" in last.lower() or last in ORDER_FREE:
            return None
        if (note := ORDERED.get(name)) is not None:
            return None if self._sorted_later(call) else Sink(call, note)
        if last == "enumerate":
            return self._numbered(call, depth)
        if last == "zip":
            others = [argument for argument in call.args if argument is not node]
            if any(self._counts(other) for other in others):
                return Sink(call, "numbered by position")
            return self.sink(call, depth)
        if last == "join" and isinstance(call.func, ast.Attribute):
            return self.sink(call, depth) if self._is_text_join(call.func) else None
        if last in TRANSPARENT:
            return self.sink(call, depth)
        if last in {"extend", "append"} and isinstance(call.func, ast.Attribute):
            return self._collected(call.func.value, call, depth)
        if isinstance(call.func, ast.Attribute) and last in ORDERED_METHODS:
            # With two arguments `write` puts a member into an archive, by name.
            return (
                Sink(call, ORDERED_METHODS[last]) if last != "write" or not call.args[1:] else None
            )
        if last.endswith(ORDERED_CLASSES):
            return Sink(call, "made into a dataset")
        return None

    def _sorted_later(self, call: ast.Call) -> bool:
        """Whether the table or array that a call makes is sorted by its content."""
        statement = self.file.parents.get(call)
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            return False
        names = self._names(statement.targets[0])
        return any(self._is_sorted_here(name) for name in names if name.lineno >= statement.lineno)

    def _is_text_join(self, func: ast.Attribute) -> bool:
        value = func.value
        return isinstance(value, (ast.Constant, ast.JoinedStr, ast.Name))

    def _counts(self, node: ast.expr) -> bool:
        if not isinstance(node, ast.Call):
            return False
        return self._call_name(node)[1] in {"range", "count", "arange"}

    def _method(self, attribute: ast.Attribute, depth: int) -> Sink | None:
        call = self.file.parents.get(attribute)
        if not (isinstance(call, ast.Call) and call.func is attribute):
            return None
        if attribute.attr == "index":
            return Sink(call, "numbered by position")
        if attribute.attr == "copy" or (not self.is_set and attribute.attr in KEEPING):
            return self.sink(call, depth)
        if self.is_set and attribute.attr in {"union", "intersection", "difference"}:
            return self.sink(call, depth)
        return None

    def _numbered(self, call: ast.Call, depth: int) -> Sink | None:
        """`enumerate(...)`: the numbers matter unless they are only shown."""
        parent = self.file.parents.get(call)
        if isinstance(parent, ast.comprehension):
            owner = self.file.parents.get(parent)
            if isinstance(owner, (ast.DictComp, ast.ListComp, ast.GeneratorExp)):
                index = first_name(parent.target)
                parts = [owner.key, owner.value] if isinstance(owner, ast.DictComp) else [owner.elt]
                if index and any(mentions(part, index) for part in parts):
                    return Sink(call, "numbered by position")
                return None if isinstance(owner, ast.DictComp) else self.sink(owner, depth)
            return None
        if isinstance(parent, ast.Call) and self._call_name(parent)[1] in {"dict", "tqdm", "list"}:
            if self._call_name(parent)[1] == "dict":
                return Sink(parent, "numbered by position")
            grand = self.file.parents.get(parent)
            if isinstance(grand, (ast.For, ast.AsyncFor)):
                return self._loop(grand, depth, first_name(grand.target))
            return None
        if isinstance(parent, (ast.For, ast.AsyncFor)):
            return self._loop(parent, depth, first_name(parent.target))
        return None

    def _comprehension(self, part: ast.comprehension, depth: int) -> Sink | None:
        owner = self.file.parents.get(part)
        match owner:
            case ast.ListComp() | ast.GeneratorExp():
                if self.draws(owner.elt) or any(self.draws(test) for test in part.ifs):
                    return Sink(owner, "given random numbers one after the other")
                return self.sink(owner, depth)
            case ast.DictComp():
                if is_length(owner.value) or self._next_number(owner.value):
                    return Sink(owner, "numbered by position")
                return None
            case _:
                return None

    def _next_number(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and self._call_name(node)[1] == "next"

    def draws(self, node: ast.AST) -> bool:
        """Whether something below a node draws from a global random stream."""
        for inner in ast.walk(node):
            if isinstance(inner, ast.Call):
                name = self._call_name(inner)[0]
                if name.startswith(DRAWS) and name not in NOT_DRAWS:
                    return True
        return False

    # -- names ---------------------------------------------------------------------------------

    def _target(self, target: ast.expr, statement: ast.AST, depth: int) -> Sink | None:
        if isinstance(target, ast.Name):
            return self.uses(target, statement, depth)
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            return self._attribute_uses(target, depth)
        return None

    def uses(self, target: ast.Name, after: ast.AST, depth: int) -> Sink | None:
        """Follow a name from where it holds the sequence; sorting it anywhere ends the matter."""
        end = getattr(after, "end_lineno", 0) or 0
        reads = [node for node in self._names(target) if isinstance(node.ctx, ast.Load)]
        if any(self._is_sorted_here(node) for node in reads):
            return None
        later = [node for node in reads if node.lineno >= end and not inside(node, after)]
        until = self._rebound(target, end)
        found: Sink | None = None
        for node in later:
            if node.lineno > until:
                break
            if (sink := self.sink(node, depth + 1)) is not None:
                found = found or sink
        return found

    def _names(self, target: ast.Name) -> list[ast.Name]:
        scope = self._scope(target)
        node = scope.node
        names = [
            inner
            for inner in ast.walk(node)
            if isinstance(inner, ast.Name) and inner.id == target.id
        ]
        names.sort(key=lambda name: (name.lineno, name.col_offset))
        return names

    def _rebound(self, target: ast.Name, after: int) -> int:
        """Return the line at which the same block gives the name another value."""
        block = self._block(target)
        for statement in block:
            if statement.lineno <= after or not isinstance(statement, ast.Assign):
                continue
            if any(isinstance(t, ast.Name) and t.id == target.id for t in statement.targets):
                return statement.lineno
        return 10**9

    def _block(self, node: ast.AST) -> list[ast.stmt]:
        at: ast.AST | None = node
        while at is not None and not isinstance(at, ast.stmt):
            at = self.file.parents.get(at)
        parent = self.file.parents.get(at) if at is not None else None
        for name in ("body", "orelse", "finalbody"):
            block: list[ast.stmt] | ast.expr | None = getattr(parent, name, None)
            if isinstance(block, list) and at in block:
                return block
        return []

    def _is_sorted_here(self, node: ast.expr) -> bool:
        """`x.sort()`, or `x = sorted(x)`."""
        parent = self.file.parents.get(node)
        if isinstance(parent, ast.Attribute) and parent.attr in {"sort", "sort_values"}:
            return True
        if isinstance(parent, ast.Call) and "sort" in self._call_name(parent)[1].lower():
            grand = self.file.parents.get(parent)
            targets = grand.targets if isinstance(grand, ast.Assign) else []
            same = ast.dump(loaded(node))
            return any(ast.dump(loaded(target)) == same for target in targets)
        return False

    def _attribute_uses(self, target: ast.Attribute, depth: int) -> Sink | None:
        owner = self._scope(target).enclosing_class()
        if owner is None:
            return None
        name = target.attr
        reads = [
            node
            for node in ast.walk(owner.node)
            if isinstance(node, ast.Attribute)
            and node.attr == name
            and isinstance(node.value, ast.Name)
            and isinstance(node.ctx, ast.Load)
        ]
        if any(self._is_sorted_here(node) for node in reads):
            return None
        for node in reads:
            parent = self.file.parents.get(node)
            if isinstance(parent, ast.Subscript) and parent.value is node:
                is_slice = isinstance(parent.slice, (ast.Slice, ast.Constant))
                if self._function_name(node) == "__getitem__" or (
                    not is_slice and is_dataset(owner.node)
                ):
                    return Sink(parent, "read by position in a dataset")
            elif (sink := self.sink(node, depth + 1)) is not None:
                return sink
        return None

    def _function(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        at = self.file.parents.get(node)
        while at is not None:
            if isinstance(at, (ast.FunctionDef, ast.AsyncFunctionDef)):
                return at
            at = self.file.parents.get(at)
        return None

    def _function_name(self, node: ast.AST) -> str:
        function = self._function(node)
        return function.name if function is not None else ""

    # -- loops ---------------------------------------------------------------------------------

    def _loop(
        self, loop: ast.For | ast.AsyncFor, depth: int, index: str | None = None
    ) -> Sink | None:
        nodes = [node for statement in loop.body for node in walk_here(statement)]
        for node in nodes:
            if index is not None and (sink := self._index_use(node, index)) is not None:
                return sink
        for node in nodes:
            if (sink := self._effect(node, loop, depth)) is not None:
                return sink
        return None

    def _index_use(self, node: ast.AST, index: str) -> Sink | None:
        match node:
            case ast.Assign(targets=[ast.Subscript(slice=place)]) if is_position(place, index):
                return Sink(node, "stored by position")
            case ast.Assign(targets=[ast.Subscript()], value=ast.Name(id=name)) if name == index:
                return Sink(node, "numbered by position")
            case ast.Call(func=ast.Attribute(attr="append" | "extend"), args=arguments):
                if any(mentions(argument, index) for argument in arguments):
                    return Sink(node, "numbered by position")
                return None
            case _:
                return None

    def _effect(self, node: ast.AST, loop: ast.For | ast.AsyncFor, depth: int) -> Sink | None:
        match node:
            case ast.Call(func=ast.Attribute(attr="append" | "extend" | "insert", value=holder)):
                if node.args and not all(isinstance(a, ast.Constant) for a in node.args):
                    return self._collected(holder, loop, depth)
            case ast.AugAssign(
                target=ast.Name() as name, op=ast.Add(), value=ast.List() | ast.ListComp()
            ):
                return self._collected(name, loop, depth)
            case ast.Assign(targets=[ast.Subscript(value=holder)], value=value):
                if is_length(value) and ast.dump(holder) in ast.dump(value):
                    return Sink(node, "numbered by position")
                if isinstance(value, ast.Name) and counted(loop, value.id):
                    return Sink(node, "numbered by position")
            case ast.Call(
                func=ast.Attribute(attr="write" | "writerow" | "writelines", value=holder),
                args=[_],
                keywords=[],
            ):
                # With two arguments `write` puts a member into an archive, by name.
                if self._made_outside(holder, loop):
                    return Sink(node, "written to a file")
            case ast.Call(func=ast.Name(id="print"), keywords=keywords):
                if any(k.arg == "file" and self._made_outside(k.value, loop) for k in keywords):
                    return Sink(node, "written to a file")
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                if self._recurs(name, value, loop):
                    return Sink(node, "worked into one value, one after the other")
            case ast.AugAssign(target=ast.Name() as name, op=ast.Add()) if self.returns:
                if self._is_float(name):
                    return Sink(node, "summed in floating point")
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in TRAINING:
                return Sink(node, "trained on one after the other")
            case ast.Call():
                called = self._call_name(node)[0]
                if called.startswith(DRAWS) and called not in NOT_DRAWS:
                    return Sink(node, "given random numbers one after the other")
            case ast.Yield(value=value) if value is not None and self.loads(loop):
                return Sink(node, "yielded with their content")
            case _:
                pass
        return None

    def _recurs(self, name: str, value: ast.expr, loop: ast.For | ast.AsyncFor) -> bool:
        """Whether a value made before the loop is worked on in an order that matters."""
        if not mentions(value, name) or mentions(loop.target, name):
            return False
        inside = [node for node in ast.walk(loop) if isinstance(node, ast.Name) and node.id == name]
        if name not in self._scope(loop).bindings or not inside:
            return False
        made = [n for n in self._names(inside[0]) if isinstance(n.ctx, ast.Store)]
        if not any(n.lineno < loop.lineno for n in made) or inside[0].lineno < value.lineno:
            # Made in the loop, or made anew in each turn before it is worked on.
            return False
        match value:
            case ast.Call():
                return self._call_name(value)[1] in JOINING and self._is_data_join(value)
            case ast.ListComp():
                return True
            case ast.BinOp(op=ast.Add() | ast.Sub(), left=left, right=right):
                return any(isinstance(s, ast.BinOp) and mentions(s, name) for s in (left, right))
            case _:
                return False

    def _is_data_join(self, call: ast.Call) -> bool:
        return self._call_name(call)[0] in ORDERED and not self._sorted_later(call)

    def _is_float(self, name: ast.Name) -> bool:
        """Whether a sum visibly begins as floating point."""
        for binding in self._scope(name).bindings.get(name.id, []):
            value = binding.value
            if isinstance(value, ast.Constant) and isinstance(value.value, float):
                return True
            if isinstance(value, ast.Call) and self._call_name(value)[1] in {"zeros", "zeros_like"}:
                return "int" not in ast.unparse(value)
        return False

    def _made_outside(self, holder: ast.expr, loop: ast.AST) -> bool:
        """Whether a file object was opened outside the loop (and is no standard stream)."""
        if not isinstance(holder, ast.Name):
            return False
        origin = self.file.names.origin(holder, self._scope(holder)) or ""
        if origin.startswith(("zipfile.", "tarfile.")):
            # Members of an archive are found by name.
            return False
        names = [n for n in self._names(holder) if not isinstance(n.ctx, ast.Load)]
        return bool(names) and not any(inside(name, loop) for name in names)

    def _collected(self, holder: ast.expr, loop: ast.AST, depth: int) -> Sink | None:
        """Follow a list to which the elements are appended."""
        if isinstance(holder, ast.Attribute) and isinstance(holder.value, ast.Name):
            return self._attribute_uses(holder, depth)
        if not isinstance(holder, ast.Name):
            return None
        made = [node for node in self._names(holder) if not isinstance(node.ctx, ast.Load)]
        is_loop = isinstance(loop, (ast.For, ast.AsyncFor))
        if is_loop and made and all(inside(node, loop) for node in made):
            return None
        if holder.id not in self._scope(holder).bindings:
            return None
        return self.uses(holder, loop, depth)

    # -- functions -----------------------------------------------------------------------------

    def loads(self, node: ast.AST) -> bool:
        """Whether something below a node reads the content of files."""
        return any(
            isinstance(inner, ast.Call) and self._call_name(inner)[1] in READERS
            for inner in ast.walk(node)
        )

    def _returned(self, statement: ast.AST, depth: int) -> Sink | None:
        """A returned sequence: look at the callers in this file; without any, at its content."""
        function = self._function(statement)
        if function is None:
            return None
        calls = [
            node
            for node in ast.walk(self.file.tree)
            if isinstance(node, ast.Call)
            and self._call_name(node)[1] == function.name
            and not inside(node, function)
        ]
        for call in calls:
            if (sink := self.sink(call, depth + 1)) is not None:
                return sink
        if not calls and not self._is_private(function) and not self._is_still_a_set(statement):
            if self.returns:
                return Sink(statement, "returned as they come")
            if self.loads(function):
                return Sink(statement, "returned with their content")
            if _NAMES_DATA.search(f"{function.name} {self._returned_name(statement)}".lower()):
                return Sink(statement, "returned as data")
        return None

    def _is_still_a_set(self, statement: ast.AST) -> bool:
        """Whether what is returned is the set itself: then no order has come of it yet."""
        value = statement.value if isinstance(statement, ast.Return) else None
        if isinstance(value, ast.Call):
            return self.is_set and self._call_name(value)[1] in {"set", "frozenset"}
        return isinstance(value, (ast.Set, ast.SetComp))

    def _returned_name(self, statement: ast.AST) -> str:
        value = statement.value if isinstance(statement, ast.Return) else None
        names = [node.id for node in ast.walk(value) if isinstance(node, ast.Name)] if value else []
        return " ".join(names)

    def _is_private(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        return function.name.startswith("_") and not function.name.startswith("__")
