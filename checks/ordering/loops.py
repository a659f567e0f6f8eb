"""What the body of a loop does in the order in which it gets the elements."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .sink import NUMBERED, NUMBERED_FILES, Sink
from .sinks import JOINING, ORDERED, TRAINING
from .trees import (
    counted,
    goes_over,
    inside,
    is_length,
    is_position,
    mentions,
    names_beyond_remainders,
    walk_here,
)
from .view import View

if TYPE_CHECKING:
    from .flow import OrderFlow

_Loop = ast.For | ast.AsyncFor
#: Calls that write one array or object to a file of its own.
_SAVERS = frozenset({"numpy.save", "numpy.savez", "torch.save", "joblib.dump"})
_WORKED_IN = "worked into one value, one after the other"


class Loops:
    """Follows an order into loops over it."""

    def __init__(self, flow: OrderFlow, view: View) -> None:
        self.flow = flow
        self.view = view

    def sink(self, loop: _Loop, depth: int, index: str | None = None) -> Sink | None:
        """Return what a loop's body does in order; `index` is the counter of `enumerate`."""
        nodes = [node for statement in loop.body for node in walk_here(statement)]
        if index is not None:
            for node in nodes:
                if (sink := self._index_use(node, index, loop)) is not None:
                    return sink
        for node in nodes:
            if (sink := self._effect(node, loop, depth)) is not None:
                return sink
        return None

    def _index_use(self, node: ast.AST, index: str, loop: _Loop) -> Sink | None:
        match node:
            case ast.Assign(targets=[ast.Subscript(value=holder, slice=place)]) if is_position(
                place, index
            ):
                # A list whose elements are replaced in place has its order from before.
                return None if goes_over(loop.iter, holder) else Sink(node, "stored by position")
            case ast.Assign(targets=[ast.Subscript()], value=ast.Name(id=name)) if name == index:
                return Sink(node, NUMBERED)
            case ast.Call(func=ast.Attribute(attr="append" | "extend"), args=arguments):
                if any(names_beyond_remainders(argument, index) for argument in arguments):
                    return Sink(node, NUMBERED)
                return None
            case ast.Call(args=arguments) if self.view.called(node)[0] in _SAVERS:
                if any(mentions(argument, index) for argument in arguments):
                    return Sink(node, NUMBERED_FILES)
                return None
            case _:
                return None

    def _effect(self, node: ast.AST, loop: _Loop, depth: int) -> Sink | None:
        match node:
            case ast.Call():
                return self._call(node, loop, depth)
            case ast.AugAssign(
                target=ast.Name() | ast.Attribute() as holder,
                op=ast.Add(),
                value=ast.List() | ast.ListComp(),
            ):
                return self.flow.kept.collected(holder, loop, depth)
            case ast.AugAssign(target=ast.Name() as name, op=ast.Add()) if self.flow.returns:
                return Sink(node, "summed in floating point") if self._is_float(name) else None
            case ast.Assign(targets=[ast.Subscript(value=holder)], value=value):
                return self._stored(node, holder, value, loop)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                return self._worked_in(node, name, value, loop)
            case ast.Yield(value=value) if value is not None and self.view.loads(loop):
                if self.flow.functions.are_keyed(node):
                    return None
                return Sink(node, "yielded with their content")
            case _:
                return None

    def _call(self, node: ast.Call, loop: _Loop, depth: int) -> Sink | None:
        match node:
            case ast.Call(func=ast.Attribute(attr="append" | "extend" | "insert", value=holder)):
                if node.args and not all(isinstance(a, ast.Constant) for a in node.args):
                    return self.flow.kept.collected(holder, loop, depth)
                return None
            case ast.Call(
                func=ast.Attribute(attr="write" | "writerow" | "writelines", value=holder),
                args=[_],
                keywords=[],
            ):
                # With two arguments `write` puts a member into an archive, by name.
                written = self._made_outside(holder, loop)
                return Sink(node, "written to a file") if written else None
            case ast.Call(func=ast.Name(id="print"), keywords=keywords):
                if any(k.arg == "file" and self._made_outside(k.value, loop) for k in keywords):
                    return Sink(node, "written to a file")
                return None
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in TRAINING:
                return Sink(node, "trained on one after the other")
            case _ if self.view.is_draw(node):
                return Sink(node, "given random numbers one after the other")
            case _:
                return None

    @staticmethod
    def _stored(node: ast.AST, holder: ast.expr, value: ast.expr, loop: _Loop) -> Sink | None:
        """`table[key] = len(table)`, or a counter of the loop."""
        if is_length(value) and ast.dump(holder) in ast.dump(value):
            return Sink(node, NUMBERED)
        if isinstance(value, ast.Name) and counted(loop, value.id):
            return Sink(node, NUMBERED)
        return None

    def _worked_in(self, node: ast.AST, name: str, value: ast.expr, loop: _Loop) -> Sink | None:
        """A value made before the loop that each turn works on, in an order that matters."""
        if not mentions(value, name) or mentions(loop.target, name):
            return None
        within = self.view.names(name, loop)
        if name not in self.view.scope(loop).bindings or not within:
            return None
        made = self.flow.kept.stores(within[0])
        if not any(n.lineno < loop.lineno for n in made) or within[0].lineno < value.lineno:
            # Made in the loop, or made anew in each turn before it is worked on.
            return None
        match value:
            case ast.Call():
                return self._joined(node, value)
            case ast.ListComp():
                return Sink(node, _WORKED_IN)
            case ast.BinOp(op=ast.Add() | ast.Sub(), left=left, right=right):
                deep = (isinstance(s, ast.BinOp) and mentions(s, name) for s in (left, right))
                return Sink(node, _WORKED_IN) if any(deep) else None
            case _:
                return None

    def _joined(self, node: ast.AST, call: ast.Call) -> Sink | None:
        """`table = pd.concat([table, row])`."""
        name, last = self.view.called(call)
        if last not in JOINING or name not in ORDERED or self.flow.kept.sorted_later(call):
            return None
        return Sink(node, ORDERED[name])

    def _is_float(self, name: ast.Name) -> bool:
        """Whether a sum visibly begins as floating point."""
        for binding in self.view.scope(name).bindings.get(name.id, []):
            value = binding.value
            if isinstance(value, ast.Constant) and isinstance(value.value, float):
                return True
            if isinstance(value, ast.Call) and self.view.called(value)[1] in {
                "zeros",
                "zeros_like",
            }:
                return "int" not in ast.unparse(value)
        return False

    def _made_outside(self, holder: ast.expr, loop: ast.AST) -> bool:
        """Whether a file object was opened outside the loop (and is no standard stream)."""
        if not isinstance(holder, ast.Name):
            return False
        origin = self.view.file.names.origin(holder, self.view.scope(holder)) or ""
        if origin.startswith(("zipfile.", "tarfile.")):
            # Members of an archive are found by name.
            return False
        made = self.flow.kept.stores(holder)
        return bool(made) and not any(inside(name, loop) for name in made)
