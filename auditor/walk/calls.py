"""Calls: into functions and classes of the project, and out of it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .abstract import (
    NONE,
    UNKNOWN,
    Arguments,
    BoundMethod,
    Choice,
    ClassValue,
    Computed,
    External,
    FunctionValue,
    Instance,
    Known,
    Made,
    MethodOf,
    Partial,
    Sequence,
    Super,
    Table,
    Value,
    join,
)
from .dataclass_fields import fields_of, is_dotted_dictionary, is_record
from .events import Process
from .holders import call_held
from .outside import call_method_outside, call_outside
from .space import Entered, Space

if TYPE_CHECKING:
    from .walker import Walker

#: A function is entered for at most so many kinds of arguments; then the last result is taken.
_MAX_VARIANTS = 8
#: What costs less than this is walked again each time, so that order stays right.
_CHEAP = 60
#: What costs more is walked again at most so often, under other conditions.
_MAX_AGAIN = 3
#: How frameworks call an object: by these methods of its class.
_CALLED = ("__call__", "forward", "call")
_MAX_DEPTH = 36


def call(
    walker: Walker, function: Value, arguments: Arguments, node: ast.AST, space: Space
) -> Value:
    """Return what is known of the result of a call, after walking it."""
    match function:
        case FunctionValue():
            return enter(walker, function, arguments, node, space)
        case BoundMethod():
            bound = Arguments(
                (function.receiver, *arguments.positional), arguments.keywords, arguments.spreads
            )
            return enter(walker, function.function, bound, node, space)
        case ClassValue():
            return construct(walker, function, arguments, node, space)
        case Partial():
            given = function.arguments
            merged = Arguments(
                (*given.positional, *arguments.positional),
                {**given.keywords, **arguments.keywords},
                given.spreads or arguments.spreads,
            )
            return call(walker, function.function, merged, node, space)
        case External():
            return call_outside(walker, function.name, arguments, node, space)
        case MethodOf():
            return call_method_outside(walker, function, arguments, node, space)
        case Instance():
            for name in _CALLED:
                if name == "call":
                    # Keras builds a layer when it is first called.
                    call_method(walker, function, "build", Arguments(spreads=True), node, space)
                result = call_method(walker, function, name, arguments, node, space)
                if result is not None:
                    return result
            call_held(walker, function, node, space)
            return call_outside(walker, _outer_name(walker, function), arguments, node, space)
        case Made():
            return _call_made(walker, function, arguments, node, space)
        case Choice():
            return _call_each(walker, function, arguments, node, space)
        case _:
            from .callbacks import run_callbacks

            made = Made("?", arguments)
            run_callbacks(walker, "?", arguments, node, space, made)
            return UNKNOWN


def _outer_name(walker: Walker, value: Instance) -> str:
    outside = value.cls.outside()
    return f"{walker.vocabulary.canonical(outside[0])}()" if outside else "?"


def _call_made(
    walker: Walker, made: Made, arguments: Arguments, node: ast.AST, space: Space
) -> Value:
    inner = made.arguments.positional[0] if made.arguments.positional else None
    if made.name in walker.vocabulary.transparent and inner is not None:
        return call(walker, inner, arguments, node, space)
    if isinstance(inner, (FunctionValue, BoundMethod, Partial)) and made.name != "joblib.delayed":
        # A wrapper outside: `jit(f)(x)`, `vectorize(f)(x)`.
        return call(walker, inner, Arguments(spreads=True), node, space)
    call_held(walker, made, node, space)
    return call_outside(walker, f"{made.name}()", arguments, node, space, receiver=made)


def _call_each(
    walker: Walker, choice: Choice, arguments: Arguments, node: ast.AST, space: Space
) -> Value:
    callables = [value for value in choice.values if not isinstance(value, (Known, Computed))]
    if len(callables) == 1:
        return call(walker, callables[0], arguments, node, space)
    # Which one is not known, but one of them it is: no condition stands before the call.
    results = [call(walker, each, arguments, node, space) for each in callables]
    return join(*results) if results else UNKNOWN


def call_method(
    walker: Walker,
    value: Instance,
    name: str,
    arguments: Arguments,
    node: ast.AST,
    space: Space,
) -> Value | None:
    """Call a method that the project defines; None when it does not."""
    for cls in value.cls.line():
        member = cls.space.names.get(name)
        if isinstance(member, FunctionValue):
            receiver: tuple[Value, ...] = () if member.kind == "static" else (value,)
            bound = Arguments(
                (*receiver, *arguments.positional), arguments.keywords, arguments.spreads
            )
            return enter(walker, member, bound, node, space)
        if member is not None:
            return call(walker, member, arguments, node, space)
    return None


def construct(
    walker: Walker, cls: ClassValue, arguments: Arguments, node: ast.AST, space: Space
) -> Value:
    """Make an object: run `__init__`, or fill the fields of a record."""
    if is_dotted_dictionary(cls):
        table = call_outside(walker, "builtins.dict", arguments, node, space)
        return Table(table.items, table.exact, dotted=True) if isinstance(table, Table) else table
    value = Instance(cls, arguments)
    for name in ("__new__", "__init__"):
        if name == "__new__" and not any(name in each.space.names for each in cls.line()):
            continue
        if call_method(walker, value, name, arguments, node, space) is not None:
            continue
        if is_record(cls):
            value.attributes |= fields_of(walker, cls, arguments, node, space)
        else:
            for base in cls.outside():
                call_outside(walker, base, arguments, node, space, constructs=value)
    for name in ("__post_init__", "setup"):
        # Flax and dataclasses run these themselves.
        if name == "__post_init__" or any("linen" in base for base in cls.outside()):
            call_method(walker, value, name, Arguments(), node, space)
    return value


def enter(
    walker: Walker, function: FunctionValue, arguments: Arguments, node: ast.AST, space: Space
) -> Value:
    """Walk the body of a function with these arguments, once for each kind of them."""
    here = walker.here
    key = (function.node, function.home, _kind_of(arguments), here.process, here.importing)
    known = walker.entered.get(key)
    if known is not None and known.cost > _CHEAP:
        # What was walked under fewer conditions holds here too.
        if known.times > _MAX_AGAIN or known.conditions <= frozenset(here.conditions):
            return known.result
    if known is None:
        count = walker.variants[function.node] = walker.variants.get(function.node, 0) + 1
        if count > _MAX_VARIANTS:
            return UNKNOWN
    if walker.depth >= _MAX_DEPTH or any(at[1] is function for at in walker.stack):
        return UNKNOWN
    walker.kept.append(arguments)
    # While it is being walked, a recursive call with the same arguments gives nothing new.
    conditions = frozenset(here.conditions)
    times = known.times + 1 if known is not None else 1
    walker.entered[key] = Entered(frozenset(), _CHEAP + 1, UNKNOWN, times)
    before = walker.steps
    walker.step()
    result = _walk_body(walker, function, arguments, node, space)
    walker.entered[key] = Entered(conditions, walker.steps - before, result, times)
    return result


def _walk_body(
    walker: Walker, function: FunctionValue, arguments: Arguments, node: ast.AST, space: Space
) -> Value:
    from .statements import run_block

    inner = Space("function", function.file, function.qualname, function.home)
    inner.owner = function.owner
    _bind(walker, function, arguments, inner)
    walker.depth += 1
    walker.stack.append((node, function))
    try:
        with walker.at(call=(space.file, node), definition=function.qualname):
            if isinstance(function.node, ast.Lambda):
                return walker.value(function.node.body, inner)
            run_block(walker, function.node.body, inner)
    finally:
        walker.stack.pop()
        walker.depth -= 1
    if inner.yields:
        return Sequence(list(inner.yields), exact=False)
    return join(*inner.returns) if inner.returns else NONE


def _bind(walker: Walker, function: FunctionValue, arguments: Arguments, inner: Space) -> None:
    parameters = function.node.args
    positional = [*parameters.posonlyargs, *parameters.args]
    given = list(arguments.positional)
    names = inner.names
    keywords = dict(arguments.keywords)
    options = function.options
    for number, parameter in enumerate(positional):
        name = parameter.arg
        if number < len(given):
            names[name] = given[number]
        elif name in keywords:
            names[name] = keywords.pop(name)
        elif arguments.spreads:
            names[name] = UNKNOWN
        elif name in options or (number == 0 and "*" in options):
            names[name] = options.get(name) or options["*"]
        else:
            names[name] = function.defaults.get(name, UNKNOWN)
    if positional and function.owner is not None and function.kind != "static":
        inner.receiver = names[positional[0].arg]
    elif function.home.receiver is not None:
        inner.receiver = function.home.receiver
        inner.owner = inner.owner or function.home.owner
    for parameter in parameters.kwonlyargs:
        name = parameter.arg
        if name in keywords:
            names[name] = keywords.pop(name)
        else:
            default = function.defaults.get(name, UNKNOWN)
            names[name] = options.get(name, UNKNOWN if arguments.spreads else default)
    if parameters.vararg is not None:
        names[parameters.vararg.arg] = Sequence(
            given[len(positional) :], exact=not arguments.spreads
        )
    if parameters.kwarg is not None:
        rest = {key: value for key, value in options.items() if key not in names and key != "*"}
        names[parameters.kwarg.arg] = Table({**rest, **keywords}, exact=not arguments.spreads)


def _kind_of(arguments: Arguments) -> tuple[object, ...]:
    """Return what of the arguments makes a difference to the walk of a body."""
    return (
        *[_kind(value) for value in arguments.positional],
        *[(name, _kind(value)) for name, value in sorted(arguments.keywords.items())],
        arguments.spreads,
    )


def _kind(value: Value) -> object:
    match value:
        case Known():
            if value.value is None or isinstance(value.value, bool):
                return (value.value, value.origin is not None)
            if isinstance(value.value, (int, float)):
                return (bool(value.value), value.origin is not None)
            return str(value.value)[:40]
        case External() | Made():
            return value.name
        case FunctionValue():
            return value.node
        case BoundMethod():
            return (value.function.node, id(value.receiver))
        case Instance() | Table() | ClassValue():
            return id(value)
        case Sequence():
            return tuple(_kind(each) for each in value.items[:8])
        case Super():
            return "super"
        case _:
            return "?"


__all__ = ["Process", "call", "call_method", "construct", "enter"]
