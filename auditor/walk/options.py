"""Options of programs and configuration files, with their defaults."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from .abstract import (
    NONE,
    UNKNOWN,
    Arguments,
    BoundMethod,
    ClassValue,
    FunctionValue,
    Known,
    Made,
    Origin,
    Partial,
    Sequence,
    Table,
    Value,
)
from .configuration import document_table, path_from
from .hydra import get_class, instantiate
from .parsers import make_parser, option_record
from .space import Space

if TYPE_CHECKING:
    from .walker import Walker

Handler = Callable[["Walker", Arguments, ast.AST, Space], Value | None]


def _flag(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    name, default = arguments.get(0, "name"), arguments.get(1, "default")
    if isinstance(name, Known) and isinstance(name.value, str):
        place = space.file.place(node)
        if isinstance(default, Known):
            value: Value = Known(default.value, Origin("option", f"--{name.value}", place))
        else:
            value = default or UNKNOWN
        walker.journal.put(walker.imports.flags, name.value, value)
        walker.declare(name.value, value)
        return Table({"value": value}, exact=False, dotted=True)
    return UNKNOWN


def _config_file(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    """`config_flags.DEFINE_config_file("config", "configs/default.py")`: call its `get_config`."""
    from .calls import call

    name, default = arguments.get(0), arguments.get(1, "default")
    if not isinstance(name, Known) or not isinstance(default, Known):
        return UNKNOWN
    path = path_from(walker, str(default.value).split(":")[0], space)
    if path is None:
        walker.journal.put(walker.imports.flags, str(name.value), UNKNOWN)
        return UNKNOWN
    function = walker.module(path, node, space).names.get("get_config")
    value: Value = UNKNOWN
    if function is not None:
        value = call(walker, function, Arguments(), node, space)
    if isinstance(value, Table):
        _mark(value, "config", "--" + str(name.value))
    walker.journal.put(walker.imports.flags, str(name.value), value)
    return Table({"value": value}, exact=False, dotted=True)


def _mark(table: Table, kind: str, name: str) -> None:
    for key, value in table.items.items():
        if isinstance(value, Known):
            table.items[key] = Known(value.value, Origin(kind, f"{name}.{key}"))
        elif isinstance(value, Table):
            _mark(value, kind, f"{name}.{key}")


def _run_main(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    from .calls import call

    main = arguments.get(0, "main")
    if main is None:
        main = space.module().find("main")
    if main is not None:
        call(walker, main, Arguments(spreads=False), node, space)
    return UNKNOWN


def _fire(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    """Call what Fire or typer was given, its defaults taken as options."""
    from .calls import call

    value = arguments.get(0, "component", "function")
    targets = value.items if isinstance(value, Sequence) else [value]
    if isinstance(value, Table):
        targets = list(value.items.values())
    for target in targets:
        if isinstance(target, FunctionValue):
            defaults_are_options(walker, target)
        if isinstance(target, (FunctionValue, BoundMethod, Partial, ClassValue)):
            call(walker, target, Arguments(), node, space)
    return UNKNOWN


def defaults_are_options(walker: Walker, function: FunctionValue) -> None:
    """Take the defaults of the parameters of a function as options of the program."""
    for name, value in function.defaults.items():
        given = value
        if isinstance(value, Made) and value.name in {"typer.Option", "typer.Argument"}:
            given = value.arguments.get(0, "default") or NONE
        if isinstance(given, Known):
            option = Known(given.value, Origin("option", f"--{name}"))
            walker.journal.put(function.options, name, option)


def _tyro(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    from .calls import call

    target = arguments.get(0, "f")
    if isinstance(target, ClassValue):
        return option_record(walker, target, node, space)
    if isinstance(target, FunctionValue):
        defaults_are_options(walker, target)
        return call(walker, target, Arguments(), node, space)
    return UNKNOWN


def _config(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    first = arguments.get(0)
    if isinstance(first, Table):
        return Table(first.items, first.exact, dotted=True)
    return Table(dict(arguments.keywords), dotted=True)


def _load_yaml(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    value = arguments.get(0)
    while isinstance(value, Made) and value.name in {"builtins.open", "builtins.open().read"}:
        value = value.receiver if value.receiver is not None else value.arguments.get(0)
    if not (isinstance(value, Known) and isinstance(value.value, str)):
        return UNKNOWN
    path = path_from(walker, value.value, space)
    return document_table(walker, path) or UNKNOWN


OPTION_CALLS: dict[str, Handler] = {
    **dict.fromkeys(
        (
            "argparse.ArgumentParser",
            "configargparse.ArgumentParser",
            "configargparse.ArgParser",
            "jsonargparse.ArgumentParser",
            "simple_parsing.ArgumentParser",
            "transformers.HfArgumentParser",
            "trl.TrlParser",
            "optparse.OptionParser",
        ),
        make_parser,
    ),
    **{
        f"{module}.DEFINE_{kind}": _flag
        for module in ("absl.flags", "tensorflow.flags", "tensorflow.app.flags", "gflags")
        for kind in "integer float string bool boolean enum list multi_integer enum_class".split()
    },
    "ml_collections.config_flags.DEFINE_config_file": _config_file,
    "ml_collections.config_flags.config_flags.DEFINE_config_file": _config_file,
    "ml_collections.ConfigDict": _config,
    "ml_collections.config_dict.ConfigDict": _config,
    "easydict.EasyDict": _config,
    "omegaconf.OmegaConf.create": _config,
    "omegaconf.OmegaConf.load": _load_yaml,
    "yaml.safe_load": _load_yaml,
    "yaml.load": _load_yaml,
    "yaml.full_load": _load_yaml,
    **dict.fromkeys(("hydra.utils.instantiate", "hydra.utils.call"), instantiate),
    **dict.fromkeys(("hydra.utils.get_class", "hydra.utils.get_method"), get_class),
    "absl.app.run": _run_main,
    "tensorflow.app.run": _run_main,
    "fire.Fire": _fire,
    "typer.run": _fire,
    "tyro.cli": _tyro,
    "simple_parsing.parse": _tyro,
    "draccus.parse": _tyro,
    "pyrallis.parse": _tyro,
}
