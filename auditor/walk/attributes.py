"""Attributes and items of abstract values."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .abstract import (
    UNKNOWN,
    Arguments,
    BoundMethod,
    Choice,
    ClassValue,
    External,
    FunctionValue,
    Instance,
    Known,
    Made,
    MethodOf,
    ModuleValue,
    Parser,
    Sequence,
    Super,
    Table,
    Value,
    join,
)
from .holders import held_by
from .space import Space

if TYPE_CHECKING:
    from .walker import Walker


def attribute(walker: Walker, holder: Value, name: str, node: ast.expr, space: Space) -> Value:
    """Return what `holder.name` is."""
    match holder:
        case External():
            return _of_external(walker, holder, name)
        case ModuleValue():
            return _of_module(walker, holder, name, space)
        case Instance():
            return of_instance(walker, holder, name, node, space)
        case Super():
            return _of_super(walker, holder, name)
        case ClassValue():
            return _of_class(holder, name)
        case Made():
            if (found := holder.attributes.get(name)) is not None:
                return found
            if name == "module" and holder.name in walker.vocabulary.transparent:
                return holder.arguments.positional[0] if holder.arguments.positional else UNKNOWN
            return MethodOf(holder, name)
        case Table():
            return _of_table(holder, name)
        case Choice():
            return join(*[attribute(walker, each, name, node, space) for each in holder.values])
        case FunctionValue() | BoundMethod() if name in {"remote", "delay", "options"}:
            return MethodOf(holder, name)
        case _:
            return MethodOf(holder, name)


def _of_external(walker: Walker, holder: External, name: str) -> Value:
    dotted = f"{holder.name}.{name}"
    if dotted.endswith("flags.FLAGS"):
        return Table(walker.imports.flags, exact=False, dotted=True)
    return External(dotted)


def _of_module(walker: Walker, holder: ModuleValue, name: str, space: Space) -> Value:
    dotted = f"{holder.name}.{name}"
    canonical = walker.vocabulary.canonical(dotted)
    if canonical in walker.vocabulary.names:
        # The project is the framework itself, or shadows it: the known name says more.
        return External(canonical)
    if name == "__dict__":
        return MethodOf(holder, name)
    found = walker.module_attribute(holder, name, space)
    return found if found is not None else External(dotted)


def of_instance(walker: Walker, holder: Instance, name: str, node: ast.expr, space: Space) -> Value:
    """Return an attribute of an object: its own, its class's, or one from outside."""
    if (own := holder.attributes.get(name)) is not None:
        return own
    if name == "__class__":
        return holder.cls
    for cls in holder.cls.line():
        if (member := cls.space.names.get(name)) is not None:
            return _bound(walker, member, holder, node, space)
    return MethodOf(holder, name)


def _bound(walker: Walker, member: Value, holder: Value, node: ast.expr, space: Space) -> Value:
    from .calls import call

    if isinstance(member, FunctionValue):
        match member.kind:
            case "static":
                return member
            case "class":
                return BoundMethod(member, holder.cls if isinstance(holder, Instance) else holder)
            case "property":
                return call(walker, BoundMethod(member, holder), Arguments(), node, space)
            case _:
                return BoundMethod(member, holder)
    return member


def _of_super(walker: Walker, holder: Super, name: str) -> Value:
    line = holder.instance.cls.line() if isinstance(holder.instance, Instance) else []
    after = line[line.index(holder.cls) + 1 :] if holder.cls in line else holder.cls.line()[1:]
    for cls in after:
        member = cls.space.names.get(name)
        if isinstance(member, FunctionValue):
            return member if member.kind == "static" else BoundMethod(member, holder.instance)
    return MethodOf(holder, name)


def _of_class(holder: ClassValue, name: str) -> Value:
    for cls in holder.line():
        member = cls.space.names.get(name)
        if isinstance(member, FunctionValue):
            return BoundMethod(member, holder) if member.kind == "class" else member
        if member is not None:
            return member
    return MethodOf(holder, name)


def _of_table(holder: Table, name: str) -> Value:
    if holder.dotted:
        if name in holder.items:
            return holder.items[name]
        if name == "__dict__":
            return holder
    return MethodOf(holder, name)


def item(walker: Walker, holder: Value, key: Value, node: ast.expr, space: Space) -> Value:
    """Return what `holder[key]` is."""
    holder = held_by(holder) or holder
    match holder:
        case Table():
            if isinstance(key, Known):
                try:
                    found = holder.items.get(key.value)
                except TypeError:
                    return UNKNOWN
                if found is not None:
                    return found
                return UNKNOWN
            values = list(holder.items.values())
            return join(*values) if values else UNKNOWN
        case Sequence():
            if isinstance(key, Known) and isinstance(key.value, int) and holder.exact:
                if -len(holder.items) <= key.value < len(holder.items):
                    return holder.items[key.value]
            return join(*holder.items) if holder.items else UNKNOWN
        case Known() if isinstance(key, Known):
            try:
                return Known(holder.value[key.value], holder.origin)
            except (TypeError, KeyError, IndexError, ValueError):
                return UNKNOWN
        case Made():
            if holder.name in walker.vocabulary.transparent and holder.arguments.positional:
                return item(walker, holder.arguments.positional[0], key, node, space)
            return Made(f"{holder.name}()[]", receiver=holder, place=holder.place)
        case Instance():
            from .calls import call_method

            found = call_method(walker, holder, "__getitem__", Arguments((key,)), node, space)
            return found if found is not None else UNKNOWN
        case Choice():
            return join(*[item(walker, each, key, node, space) for each in holder.values])
        case MethodOf(receiver=ModuleValue() as module, name="__dict__") if isinstance(key, Known):
            return attribute(walker, module, str(key.value), node, space)
        case External() if holder.name.endswith(".__dict__") and isinstance(key, Known):
            return External(f"{holder.name.removesuffix('.__dict__')}.{key.value}")
        case _:
            return UNKNOWN


__all__ = ["Parser", "attribute", "item", "of_instance"]
