"""Functions and classes when their definition runs: defaults, decorators, bases, class bodies."""

from __future__ import annotations

import ast
from collections.abc import Callable
from collections.abc import Sequence as Statements
from typing import TYPE_CHECKING, Any

from .abstract import (
    UNKNOWN,
    Arguments,
    ClassValue,
    External,
    FunctionValue,
    Known,
    Made,
    MethodOf,
    Origin,
    Value,
)
from .space import Space

if TYPE_CHECKING:
    from .walker import Walker

Run = Callable[["Walker", Statements[ast.stmt], Space], Any]


def define_function(
    walker: Walker, node: ast.FunctionDef | ast.AsyncFunctionDef, space: Space
) -> Value:
    """Return the value of a `def`, its decorators applied."""
    qualname = f"{space.qualname}.{node.name}" if space.qualname else node.name
    function = FunctionValue(
        space.file, node, space, qualname, defaults=defaults(walker, node.args, space)
    )
    value: Value = function
    for decorator in reversed(node.decorator_list):
        value = _decorate(walker, decorator, value, function, space)
    return value


def defaults(walker: Walker, arguments: ast.arguments, space: Space) -> dict[str, Value]:
    """Evaluate the defaults of parameters."""
    found: dict[str, Value] = {}
    positional = [*arguments.posonlyargs, *arguments.args]
    given = arguments.defaults
    for parameter, default in zip(positional[len(positional) - len(given) :], given, strict=True):
        found[parameter.arg] = walker.value(default, space)
    for parameter, keyword_default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if keyword_default is not None:
            found[parameter.arg] = walker.value(keyword_default, space)
    return found


_KINDS = {
    "builtins.staticmethod": "static",
    "builtins.classmethod": "class",
    "builtins.property": "property",
    "functools.cached_property": "property",
    "abc.abstractproperty": "property",
}


def _decorate(
    walker: Walker, decorator: ast.expr, value: Value, function: FunctionValue, space: Space
) -> Value:
    from .calls import call

    made = walker.value(decorator, space)
    name = name_of(walker, made)
    if name is not None:
        function.decorators = (*function.decorators, name)
        if name in _KINDS:
            function.kind = _KINDS[name]
        elif isinstance(made, Made) and name.rsplit(".", 1)[-1] in {"option", "argument"}:
            _click_option(walker, function, made)
        elif name.startswith("hydra.") and isinstance(made, Made):
            from .hydra import hydra_configuration

            function.options["*"] = hydra_configuration(walker, made, space)
        elif isinstance(made, External) and walker.vocabulary.wants(name):
            call(walker, made, Arguments((value,)), decorator, space)
        return value
    if isinstance(made, MethodOf) and made.name in {"setter", "getter", "deleter"}:
        return function
    if isinstance(made, (FunctionValue, ClassValue)) or type(made).__name__ == "Partial":
        wrapped = call(walker, made, Arguments((value,)), decorator, space)
        return wrapped if not isinstance(wrapped, (type(UNKNOWN), Known)) else value
    return value


def name_of(walker: Walker, value: Value) -> str | None:
    """Return the dotted name of a thing outside, or of what made it."""
    if isinstance(value, External):
        return walker.vocabulary.canonical(value.name)
    if isinstance(value, Made):
        return value.name
    if isinstance(value, MethodOf) and isinstance(value.receiver, Made):
        return f"{value.receiver.name}().{value.name}"
    return None


def _click_option(walker: Walker, function: FunctionValue, made: Made) -> None:
    texts = [
        str(value.value)
        for value in made.arguments.positional
        if isinstance(value, Known) and isinstance(value.value, str)
    ]
    if not texts:
        return
    plain = [text for text in texts if not text.startswith("-")]
    flag = next((text for text in texts if text.startswith("--")), texts[0]).split("/")[0]
    name = plain[0] if plain else flag.lstrip("-").replace("-", "_")
    default = made.arguments.keywords.get("default")
    origin = Origin("option", flag, made.place)
    if isinstance(default, Known):
        function.options[name] = Known(default.value, origin)
    elif default is not None:
        function.options[name] = default
    elif made.arguments.keywords.get("required") is not None:
        function.options[name] = UNKNOWN
    elif made.name.endswith("option"):
        is_flag = made.arguments.keywords.get("is_flag")
        value = False if isinstance(is_flag, Known) and is_flag.value else None
        function.options[name] = Known(value, origin)
    if name in function.options:
        walker.declare(name, function.options[name])


def define_class(walker: Walker, node: ast.ClassDef, space: Space, run: Run) -> ClassValue:
    """Return the value of a `class`, its body run."""
    qualname = f"{space.qualname}.{node.name}" if space.qualname else node.name
    inner = Space("class", space.file, qualname, space)
    bases = tuple(_base(walker, base, space) for base in node.bases)
    names: list[str] = []
    for decorator in node.decorator_list:
        made = walker.value(decorator, space)
        if (name := name_of(walker, made)) is not None:
            names.append(name)
    value = ClassValue(space.file, node, inner, qualname, bases, tuple(names))
    run(walker, node.body, inner)
    for member in inner.names.values():
        function = member
        if isinstance(function, FunctionValue) and function.home is inner:
            function.owner = value
    return value


def _base(walker: Walker, node: ast.expr, space: Space) -> Value:
    value = walker.value(node, space)
    if isinstance(value, External):
        return External(walker.vocabulary.canonical(value.name))
    return value
