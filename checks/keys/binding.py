"""Arguments bound to the parameters of a function."""

from __future__ import annotations

import ast

from .values import Function, Value


def bound(
    function: Function,
    values: list[Value],
    keywords: dict[str, Value],
    *,
    skip_self: bool = False,
) -> dict[str, Value] | None:
    """Bind arguments to parameters; what is not given takes its default."""
    if function.node is None:
        return None
    arguments = function.node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    if skip_self:
        positional = positional[1:]
    given: dict[str, Value] = {}
    for parameter, value in zip(positional, values, strict=False):
        given[parameter.arg] = value
    every = [*positional, *arguments.kwonlyargs]
    known = {parameter.arg for parameter in every}
    given |= {name: value for name, value in keywords.items() if name in known}
    defaults = dict(
        zip([p.arg for p in reversed(positional)], reversed(arguments.defaults), strict=False)
    )
    for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            defaults[parameter.arg] = default
    for parameter in every:
        if parameter.arg not in given:
            default = defaults.get(parameter.arg)
            is_constant = isinstance(default, ast.Constant)
            given[parameter.arg] = Value(
                name=parameter.arg,
                constant=default.value if isinstance(default, ast.Constant) else None,
                has_constant=is_constant,
            )
    for extra in (arguments.vararg, arguments.kwarg):
        if extra is not None:
            given[extra.arg] = Value(name=extra.arg)
    return given
