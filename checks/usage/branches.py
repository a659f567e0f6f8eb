"""Branches that training does not take: evaluation, and options that are off by default."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import chain
from typing import Any, TypeGuard

from ...auditor.file import File

_LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def is_outside_training(file: File, node: ast.AST) -> bool:
    """Whether a node runs only where the model does not train: `if not self.training`."""
    return any(_asks_training(test) is (not holds) for test, holds in tests(file, node))


def tests(file: File, node: ast.AST) -> Iterator[tuple[ast.expr, bool]]:
    """Yield the tests of a function that a node waits for, and whether they must hold."""
    for test, holds in _whole_tests(file, node):
        yield from _parts(test, holds)


def _parts(test: ast.expr, holds: bool) -> Iterator[tuple[ast.expr, bool]]:
    """Yield what must hold, or must not, for sure: all that `and` joins, none that `or` does."""
    match test:
        case ast.BoolOp(op=op, values=values) if isinstance(op, ast.And) is holds:
            for value in values:
                yield from _parts(value, holds)
        case _:
            yield test, holds


def _whole_tests(file: File, node: ast.AST) -> Iterator[tuple[ast.expr, bool]]:
    child: ast.AST = node
    above = file.parents.get(node)
    while above is not None:
        if isinstance(above, (ast.If, ast.IfExp)) and child is not above.test:
            body = above.body if isinstance(above.body, list) else [above.body]
            yield above.test, child in body
        for block in _blocks(above):
            if child in block:
                for earlier in block[: block.index(child)]:
                    if isinstance(earlier, ast.If) and isinstance(earlier.body[-1], _LEAVES):
                        yield earlier.test, False
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return
        child, above = above, file.parents.get(above)


def is_elsewhere(file: File, node: ast.AST, other: ast.AST) -> bool:
    """Whether two nodes stand in branches of which never both run."""
    around = [*reversed([*file.ancestors(other)]), other]
    child = node
    for above in file.ancestors(node):
        if isinstance(above, ast.If) and above in around:
            beside = around[around.index(above) + 1]
            return (child in above.body and beside in above.orelse) or (
                child in above.orelse and beside in above.body
            )
        child = above
    return False


def _blocks(node: ast.AST) -> list[list[Any]]:
    blocks = (getattr(node, name, None) for name in ("body", "orelse"))
    return [block for block in blocks if isinstance(block, list)]


def _asks_training(test: ast.expr) -> bool | None:
    """Return what `self.training` is where a test holds; None when the test asks for no such."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        asked = _asks_training(test.operand)
        return None if asked is None else not asked
    if isinstance(test, ast.Attribute) and test.attr == "training":
        return True
    return None


def waits_for_other_size(file: File, node: ast.AST) -> bool:
    """Whether a node runs only where the sizes of two tensors differ: `if a.shape != b.shape`."""
    for test, holds in _whole_tests(file, node):
        parts = test.values if isinstance(test, ast.BoolOp) else [test]
        differs = ast.NotEq if holds else ast.Eq
        if all(
            isinstance(part, ast.Compare)
            and isinstance(part.ops[0], differs)
            and all(_is_size(file, side) for side in (part.left, *part.comparators))
            for part in parts
        ):
            return True
    return False


def _is_size(file: File, node: ast.expr) -> bool:
    """Whether an expression is a size of a tensor, or a name that holds one."""
    while isinstance(node, ast.Subscript):
        node = node.value
    match node:
        case ast.Attribute(attr="shape") | ast.Call(func=ast.Attribute(attr="size")):
            return True
        case ast.Name(id=name):
            return any(
                not isinstance(made.value, ast.Name) and _is_size(file, made.value)
                for made in file.nodes.of(ast.Assign, under=file.enclosing_function(node))
                for target in made.targets
                if any(item.id == name for item in _named(target))
            )
        case _:
            return False


def _named(target: ast.expr) -> list[ast.Name]:
    items = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
    return [item for item in items if isinstance(item, ast.Name)]


_COMPARES: dict[str, Callable[[Any, Any], bool]] = {
    "Gt": operator.gt,
    "GtE": operator.ge,
    "Lt": operator.lt,
    "LtE": operator.le,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A parameter whose default, if any, takes another branch, and what is called to set it."""

    parameter: str
    called: str
    position: int
    #: The values that the test names, and whether one of them, or any other, takes the branch.
    values: tuple[Any, ...]
    takes_named: bool
    #: Whether the test asks only if the value is true.
    asks_truth: bool
    #: Whether there is a default; where there is none, all calls make the choice.
    has_default: bool
    #: The class of a method, whose own calls count; methods of others may have the same name.
    owner: str = ""
    #: Which comparison with the one value the test asks for, if not whether they are equal.
    compares: str = ""
    #: Whether the default takes the branch as well: calls that all give something else rule it out.
    is_usual: bool = False

    @classmethod
    def of(cls, waits: Sequence[Any] | None) -> Choice | None:
        """Return the choice that `awaited` has written down."""
        return cls(*waits) if waits is not None else None

    @property
    def is_rest(self) -> bool:
        """Whether any value takes the branch but those that are named."""
        return bool(self.values) and not self.takes_named and not self.compares

    def takes(self, value: object) -> bool:
        """Whether a value of the parameter takes the branch."""
        if self.compares:
            if not isinstance(value, (int, float)):
                return True
            is_named = _COMPARES[self.compares](value, self.values[0])
        else:
            is_named = bool(value) if self.asks_truth else value in self.values
        return is_named is self.takes_named


def awaited(file: File, node: ast.AST) -> tuple[Any, ...] | None:
    """Return the choice that a node waits for in plain values, for facts that are kept."""
    waits = choice(file, node)
    return astuple(waits) if waits is not None else None


def choice(file: File, node: ast.AST) -> Choice | None:
    """Return the choice that a node waits for; one that no default makes comes first."""
    made = [made for test, holds in tests(file, node) if (made := _choice(file, test, holds))]
    found: list[Choice] = []
    for item, default in made:
        if item.is_rest:
            # The last branch of several: none of the values that any of them names.
            rests = (
                other.values
                for other, _ in made
                if other.is_rest
                and (other.parameter, other.called) == (item.parameter, item.called)
            )
            item = replace(item, values=tuple(chain.from_iterable(rests)))
        if default is None or (isinstance(default, ast.Constant) and not item.takes(default.value)):
            found.append(item)
        elif isinstance(default, ast.Constant) and not item.owner:
            # Methods are called under names that others have, too.
            found.append(replace(item, has_default=False, is_usual=True))
    return min(found, key=lambda item: (item.is_usual, not item.has_default), default=None)


def _choice(file: File, test: ast.expr, holds: bool) -> tuple[Choice, ast.expr | None] | None:
    """Return the choice that a test makes, and the default of its parameter."""
    function = file.enclosing_function(test)
    if function is None:
        return None
    asked, values = _asked(test)
    if asked is None:
        return None
    if isinstance(asked, ast.Attribute):
        kept = _kept_parameter(file, function, asked.attr)
        if kept is None:
            return None
        function, named = kept
    else:
        named = asked.id
    takes_named = holds
    if isinstance(test, ast.UnaryOp) or (
        isinstance(test, ast.Compare) and isinstance(test.ops[0], (ast.NotEq, ast.NotIn))
    ):
        takes_named = not holds
    found = parameter_of(file, function, named)
    if found is None or _is_rebound(file, function, named):
        return None
    made = Choice(
        named,
        found.called,
        found.position,
        values,
        takes_named,
        asks_truth=not values,
        has_default=found.default is not None,
        owner=found.owner,
        compares=type(test.ops[0]).__name__ if _is_ordered(test) else "",
    )
    return made, found.default


@dataclass(frozen=True, slots=True)
class Parameter:
    """Where a call gives a parameter: what is called, at which position, with which default."""

    called: str
    position: int
    default: ast.expr | None
    owner: str = ""


def parameter_of(
    file: File, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str
) -> Parameter | None:
    """Return how calls give a parameter of a function; a class is called for its `__init__`."""
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    position = next((at for at, item in enumerate(named) if item.arg == name), None)
    if position is None:
        return None
    defaults: list[ast.expr | None] = [None] * (
        len(given.posonlyargs) + len(given.args) - len(given.defaults)
    )
    defaults += [*given.defaults, *given.kw_defaults]
    owner = file.parents.get(function)
    if isinstance(owner, ast.ClassDef):
        if function.name == "__init__":
            return Parameter(owner.name, position - 1, defaults[position])
        return Parameter(function.name, position - 1, defaults[position], owner.name)
    return Parameter(function.name, position, defaults[position])


def _asked(test: ast.expr) -> tuple[ast.Name | ast.Attribute | None, tuple[Any, ...]]:
    """Return the name, or attribute of `self`, that a test asks about, and what it names."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test = test.operand
    if _is_asked(test):
        return test, ()
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and _is_asked(test.left):
        against = test.comparators[0]
        items = against.elts if isinstance(against, (ast.Tuple, ast.List, ast.Set)) else [against]
        is_equality = isinstance(test.ops[0], (ast.Eq, ast.NotEq, ast.In, ast.NotIn))
        if (is_equality or _is_ordered(test)) and all(
            isinstance(item, ast.Constant) for item in items
        ):
            return test.left, tuple(item.value for item in items if isinstance(item, ast.Constant))
    return None, ()


def _is_asked(node: ast.expr) -> TypeGuard[ast.Name | ast.Attribute]:
    match node:
        case ast.Name() | ast.Attribute(value=ast.Name(id="self")):
            return True
        case _:
            return False


def _is_ordered(test: ast.expr) -> TypeGuard[ast.Compare]:
    """`scale > 1`: whether a test compares with one number."""
    match test:
        case ast.Compare(ops=[ast.Gt() | ast.GtE() | ast.Lt() | ast.LtE()], comparators=[given]):
            return isinstance(given, ast.Constant) and isinstance(given.value, (int, float))
        case _:
            return False


def _kept_parameter(
    file: File, function: ast.FunctionDef | ast.AsyncFunctionDef, attribute: str
) -> tuple[ast.FunctionDef, str] | None:
    """Return the parameter of `__init__` that a class keeps in an attribute and never changes."""
    owner = file.enclosing_class(function)
    if owner is None:
        return None
    made = [
        node
        for node in file.nodes.of(ast.Attribute, under=owner)
        if node.attr == attribute and isinstance(node.ctx, ast.Store)
    ]
    starts = [
        item for item in owner.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"
    ]
    at = file.parents.get(made[0]) if len(made) == 1 else None
    match at:
        case ast.Assign(targets=[_], value=ast.Name(id=name)) if starts and (
            file.enclosing_function(at) is starts[0]
        ):
            return starts[0], name
        case _:
            return None


def _is_rebound(file: File, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
    return any(
        node.id == name and isinstance(node.ctx, ast.Store)
        for node in file.nodes.of(ast.Name, under=function)
    )
