"""Builtins and a few standard functions, as far as the walk can follow them."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .abstract import (
    NONE,
    UNKNOWN,
    Arguments,
    Choice,
    ClassValue,
    Computed,
    External,
    FunctionValue,
    Instance,
    Known,
    Made,
    ModuleValue,
    Origin,
    Partial,
    Sequence,
    Super,
    Table,
    Value,
    join,
)
from .callbacks import call_back
from .iterating import element_of, iterate
from .space import Space
from .truth import truth_of

if TYPE_CHECKING:
    from .walker import Walker

Handler = Callable[["Walker", Arguments, ast.AST, Space], Value | None]


def _super(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    if len(arguments.positional) == 2:
        cls, instance = arguments.positional
        return Super(instance, cls) if isinstance(cls, ClassValue) else UNKNOWN
    at: Space | None = space
    while at is not None and (at.owner is None or at.receiver is None):
        at = at.parent
    if at is None or at.owner is None or at.receiver is None:
        return UNKNOWN
    return Super(at.receiver, at.owner)


def _convert(kind: Callable[[Any], Any]) -> Handler:
    def handler(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
        value = arguments.get(0)
        if isinstance(value, Known):
            try:
                return Known(kind(value.value), value.origin)
            except (TypeError, ValueError, OverflowError, SyntaxError, RecursionError):
                return UNKNOWN
        return Computed((value,)) if value is not None else Known(kind())  # type: ignore[call-arg]

    return handler


def _literal(text: Any) -> str | float | None:
    return _scalar(ast.literal_eval(_text(text).strip()))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("only texts are read")
    return value


def _json(text: Any) -> str | float | None:
    return _scalar(json.loads(text))


def _scalar(value: Any) -> str | float | None:
    if value is not None and not isinstance(value, (str, int, float)):
        raise TypeError("sequences and tables are values of their own")
    return value


def _strtobool(text: Any) -> int:
    """As `distutils.util.strtobool` reads a text."""
    words = ("n", "no", "f", "false", "off", "0", "y", "yes", "t", "true", "on", "1")
    return int(words.index(_text(text).lower()) >= len(words) // 2)


def _bool(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    value = arguments.get(0)
    found = truth_of(value) if value is not None else None
    if found is None or found.holds is None:
        return UNKNOWN
    return Known(found.holds, found.origin)


def _getattr(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    from .attributes import attribute

    if len(arguments.positional) < 2 or not isinstance(node, ast.Call):
        return UNKNOWN
    holder, name = arguments.positional[:2]
    if not (isinstance(name, Known) and isinstance(name.value, str)):
        if isinstance(holder, ModuleValue):
            inner = walker.module(holder.path).names.values()
            callables = [v for v in inner if isinstance(v, (FunctionValue, ClassValue))]
            return join(*callables) if callables else UNKNOWN
        walker.opaque()
        return UNKNOWN
    if len(arguments.positional) == 3 and isinstance(holder, Table):
        if name.value not in holder.items:
            return arguments.positional[2] if holder.exact else UNKNOWN
    return attribute(walker, holder, name.value, node, space)


def _hasattr(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    holder, name = arguments.get(0), arguments.get(1)
    if isinstance(holder, Table) and holder.dotted and isinstance(name, Known):
        if name.value in holder.items:
            return Known(True)
        return Known(False) if holder.exact else UNKNOWN
    if isinstance(holder, Instance) and isinstance(name, Known):
        if name.value in holder.attributes:
            return Known(True)
        if any(name.value in cls.space.names for cls in holder.cls.line()):
            return Known(True)
    return UNKNOWN


def _setattr(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    holder, name, value = (arguments.get(position) for position in range(3))
    if isinstance(name, Known) and isinstance(name.value, str) and value is not None:
        if isinstance(holder, (Instance, Made)):
            walker.journal.put(holder.attributes, name.value, value)
        elif isinstance(holder, Table):
            walker.journal.put(holder.items, name.value, value)
    return NONE


def _len(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    value = arguments.get(0)
    if isinstance(value, (Sequence, Table)) and value.exact:
        return Known(len(value.items))
    if isinstance(value, Known) and isinstance(value.value, (str, tuple, list)):
        return Known(len(value.value), value.origin)  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
    return UNKNOWN


_TYPES: dict[str, type] = {
    f"builtins.{kind.__name__}": kind for kind in (int, float, str, bool, list, tuple, dict)
}


def _isinstance(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    value, kind = arguments.get(0), arguments.get(1)
    kinds = kind.items if isinstance(kind, Sequence) else [kind]
    names = [each.name for each in kinds if isinstance(each, External)]
    if isinstance(value, Known) and len(names) == len(kinds) and set(names) <= _TYPES.keys():
        holds = isinstance(value.value, tuple(_TYPES[name] for name in names))
        return Known(holds, value.origin)
    if isinstance(value, Instance) and any(each in value.cls.line() for each in kinds):
        return Known(True)
    return UNKNOWN


def _same(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    value = arguments.get(0)
    return value if isinstance(value, (Sequence, Table)) else None


def _list(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    value = arguments.get(0)
    if value is None:
        return Sequence([])
    if isinstance(value, Sequence):
        return Sequence(list(value.items), value.exact)
    if isinstance(value, (Made, Choice, Instance)):
        iterate(walker, value, node, space)  # type: ignore[arg-type]
    return None


def _dict(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    table = Table(dict(arguments.keywords), exact=not arguments.spreads)
    first = arguments.get(0)
    if isinstance(first, Table):
        table.items = {**first.items, **table.items}
        table.exact = table.exact and first.exact
    elif first is not None:
        table.exact = False
    return table


def _map(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    from .calls import call

    function, over = arguments.get(0), arguments.get(1)
    if function is None or over is None:
        return UNKNOWN
    item = element_of(walker, over)
    if isinstance(over, (Made, Choice, Instance)):
        iterate(walker, over, node, space)  # type: ignore[arg-type]
    with walker.at(loop=True):
        return Sequence([call(walker, function, Arguments((item,)), node, space)], exact=False)


def _sorted(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    key = arguments.get(None, "key")
    if key is not None:
        call_back(walker, key, (), Arguments(spreads=True), node, space)
    value = arguments.get(0)
    return Sequence(list(value.items), value.exact) if isinstance(value, Sequence) else None


def _next(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    value = arguments.get(0)
    if value is None:
        return UNKNOWN
    iterate(walker, value, node, space)  # type: ignore[arg-type]
    return element_of(walker, value)


def _vars(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    value = arguments.get(0)
    if isinstance(value, Instance):
        return Table(value.attributes, exact=False)
    if isinstance(value, Table):
        return value
    return Table(dict(space.module().names), exact=False)


def _partial(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    if not arguments.positional:
        return UNKNOWN
    rest = Arguments(arguments.positional[1:], arguments.keywords, arguments.spreads)
    return Partial(arguments.positional[0], rest)


def _identity(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    return arguments.get(0)


def _environment(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    name, default = arguments.get(0), arguments.get(1, "default")
    if isinstance(name, Known) and (default is None or isinstance(default, Known)):
        value = default.value if isinstance(default, Known) else None
        return Known(value, Origin("environment", str(name.value), space.file.place(node)))
    return UNKNOWN


def _start_method(
    walker: Walker, arguments: Arguments, node: ast.AST, space: Space
) -> Value | None:
    value = arguments.get(0, "method")
    if isinstance(value, Known):
        walker.journal.put(walker.imports.settings, "start_method", str(value.value))
    return None


def _import_module(
    walker: Walker, arguments: Arguments, node: ast.AST, space: Space
) -> Value | None:
    name = arguments.get(0)
    if not (isinstance(name, Known) and isinstance(name.value, str)):
        walker.opaque()
        return UNKNOWN
    path = walker.project.links.path_of(name.value, space.file.path)
    if path is None:
        return External(name.value)
    walker.module(path, node, space)
    return ModuleValue(path, name.value)


def _opaque(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    walker.opaque()
    return UNKNOWN


def _object(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    value = arguments.get(0)
    if len(arguments.positional) == 1 and isinstance(value, Instance):
        return value.cls
    return UNKNOWN


BUILTINS: dict[str, Handler] = {
    "builtins.super": _super,
    "builtins.int": _convert(int),
    "builtins.float": _convert(float),
    "builtins.str": _convert(str),
    "builtins.bool": _bool,
    "ast.literal_eval": _convert(_literal),
    "json.loads": _convert(_json),
    "distutils.util.strtobool": _convert(_strtobool),
    "setuptools._distutils.util.strtobool": _convert(_strtobool),
    "builtins.getattr": _getattr,
    "builtins.hasattr": _hasattr,
    "builtins.setattr": _setattr,
    "builtins.len": _len,
    "builtins.isinstance": _isinstance,
    "builtins.reversed": _same,
    "builtins.set": _list,
    "builtins.list": _list,
    "builtins.tuple": _list,
    "builtins.dict": _dict,
    "builtins.map": _map,
    "builtins.filter": _map,
    "builtins.sorted": _sorted,
    "builtins.next": _next,
    "builtins.vars": _vars,
    "builtins.locals": _vars,
    "builtins.globals": _vars,
    "builtins.type": _object,
    "functools.partial": _partial,
    "copy.copy": _identity,
    "copy.deepcopy": _identity,
    "typing.cast": lambda walker, arguments, node, space: arguments.get(1),
    "functools.wraps": lambda walker, arguments, node, space: External("functools.wraps()"),
    "functools.wraps()": _identity,
    "contextlib.contextmanager": _identity,
    "os.environ.get": _environment,
    "os.getenv": _environment,
    "multiprocessing.set_start_method": _start_method,
    "torch.multiprocessing.set_start_method": _start_method,
    "importlib.import_module": _import_module,
    "builtins.exec": _opaque,
    "types.SimpleNamespace": lambda walker, arguments, node, space: Table(
        dict(arguments.keywords), exact=not arguments.spreads, dotted=True
    ),
}
