"""Calls that leave the project: what is known of them, and the events that they are."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .abstract import (
    UNKNOWN,
    Arguments,
    BoundMethod,
    Choice,
    External,
    FunctionValue,
    Instance,
    Known,
    Made,
    MethodOf,
    Parser,
    Sequence,
    Super,
    Table,
    Value,
)
from .builtin_calls import BUILTINS
from .callbacks import run_callbacks, run_hooks
from .containers import method_of_container
from .events import Kind, Process
from .holders import hold, method_of_holder
from .options import OPTION_CALLS
from .parsers import method_of_parser
from .space import Space

if TYPE_CHECKING:
    from .walker import Walker

_MAX_CHAIN = 10


def call_outside(
    walker: Walker,
    name: str,
    arguments: Arguments,
    node: ast.AST,
    space: Space,
    *,
    receiver: Value | None = None,
    constructs: Instance | None = None,
) -> Value:
    """Call a dotted name outside the project.

    `constructs`: an object of a class of the project, whose base is called.
    """
    name = walker.vocabulary.canonical(name)
    special = BUILTINS.get(name) or OPTION_CALLS.get(name)
    if special is not None and constructs is None:
        value = special(walker, arguments, node, space)
        if value is not None:
            if walker.vocabulary.wants(name):
                _emit(walker, name, arguments, node, space, receiver, value)
            return value
    place = space.file.place(node) if isinstance(node, ast.expr) else None
    made = Made(name, arguments, receiver, place)
    hold(walker, name, constructs or made, arguments)
    if walker.vocabulary.wants(name):
        result = constructs if constructs is not None else made
        _emit(walker, name, arguments, node, space, receiver, result)
    run_callbacks(walker, name, arguments, node, space, made)
    return made


def _emit(
    walker: Walker,
    name: str,
    arguments: Arguments,
    node: ast.AST,
    space: Space,
    receiver: Value | None,
    result: Value,
) -> None:
    walker.emit(Kind.CALL, name, node, space, arguments=arguments, receiver=receiver, result=result)


def call_method_outside(
    walker: Walker, method: MethodOf, arguments: Arguments, node: ast.AST, space: Space
) -> Value:
    """Call a method that the project does not define, of a value that is known or not."""
    receiver, name = method.receiver, method.name
    match receiver:
        case Parser():
            found = method_of_parser(walker, receiver, name, arguments, node, space)
            if found is not None:
                return found
        case Table() | Sequence() | Known():
            return method_of_container(walker, receiver, name, arguments, node, space)
        case FunctionValue() | BoundMethod():
            return _of_function(walker, receiver, name, arguments, node, space)
        case Choice():
            from .attributes import attribute
            from .calls import call

            assert isinstance(node, ast.Call)
            for each in receiver.values:
                call(
                    walker, attribute(walker, each, name, node.func, space), arguments, node, space
                )
            return UNKNOWN
        case _:
            found = method_of_holder(walker, receiver, name, arguments, node, space)
            if found is not None:
                return found
    holder = _holder_name(walker, receiver)
    dotted = walker.vocabulary.canonical(f"{holder}.{name}")
    if dotted.endswith(".prepare") and dotted in walker.vocabulary.transparent:
        items = list(arguments.positional)
        return items[0] if len(items) == 1 else Sequence(items)
    if isinstance(receiver, Instance):
        if not _is_being_made(walker, receiver, space):
            run_hooks(walker, receiver, node, space)
    elif isinstance(receiver, Super) and isinstance(receiver.instance, Instance):
        constructs = receiver.instance if name == "__init__" else None
        if constructs is not None:
            for base in receiver.cls.outside():
                call_outside(walker, base, arguments, node, space, constructs=constructs)
            return UNKNOWN
    known = BUILTINS.get(dotted) or OPTION_CALLS.get(dotted)
    if known is not None and (value := known(walker, arguments, node, space)) is not None:
        return value
    place = space.file.place(node)
    made = Made(dotted if dotted.count("()") < _MAX_CHAIN else "?", arguments, receiver, place)
    wanted = walker.vocabulary.wants(dotted) or name in walker.vocabulary.methods
    if wanted:
        _emit(walker, dotted, arguments, node, space, receiver, made)
    run_callbacks(walker, dotted, arguments, node, space, made)
    if name in walker.vocabulary.fluent and isinstance(receiver, (Instance, Made)):
        return receiver
    return made


def _is_being_made(walker: Walker, value: Instance, space: Space) -> bool:
    """Whether the walk stands in the constructor of an object: nobody trains it yet."""
    return space.receiver is value and walker.here.definition.endswith(".__init__")


def _holder_name(walker: Walker, receiver: Value) -> str:
    match receiver:
        case Made():
            return f"{receiver.name}()"
        case Instance():
            outside = receiver.cls.outside()
            return f"{walker.vocabulary.canonical(outside[0])}()" if outside else "?"
        case Super():
            outside = receiver.cls.outside()
            return f"{walker.vocabulary.canonical(outside[0])}()" if outside else "?"
        case External():
            return receiver.name
        case MethodOf():
            return f"{_holder_name(walker, receiver.receiver)}.{receiver.name}"
        case _:
            return "?"


def _of_function(
    walker: Walker,
    receiver: FunctionValue | BoundMethod,
    name: str,
    arguments: Arguments,
    node: ast.AST,
    space: Space,
) -> Value:
    from .calls import call

    function = receiver if isinstance(receiver, FunctionValue) else receiver.function
    if name in {"remote", "delay", "apply_async"}:
        with walker.at(call=(space.file, node), process=Process.SPAWNED):
            decorator = function.decorators[0] if function.decorators else name
            walker.emit(Kind.START, decorator, node, space, arguments=arguments)
            call(walker, receiver, arguments, node, space)
        return Made(f"?.{name}")
    if name in {"options", "__get__", "lower", "trace", "eval_shape"}:
        return receiver
    return UNKNOWN
