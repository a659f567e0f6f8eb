"""Command-line parsers: argparse and its kin."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .abstract import (
    NONE,
    UNKNOWN,
    Arguments,
    BoundMethod,
    ClassValue,
    External,
    FunctionValue,
    Instance,
    Known,
    Made,
    Origin,
    Parser,
    Partial,
    Sequence,
    Table,
    Value,
)
from .dataclass_fields import fields_of
from .space import Space

if TYPE_CHECKING:
    from .walker import Walker


def make_parser(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> Value | None:
    """Make a command-line parser, with the options of its parents."""
    parents = arguments.get(None, "parents")
    options: dict[str, Value] = {}
    for parent in parents.items if isinstance(parents, Sequence) else []:
        if isinstance(parent, Parser):
            options |= parent.options
    first = arguments.get(0)
    classes = tuple(first.items) if isinstance(first, Sequence) else (first,) if first else ()
    return Parser(options, classes)


def method_of_parser(
    walker: Walker,
    parser: Parser,
    name: str,
    arguments: Arguments,
    node: ast.AST,
    space: Space,
) -> Value | None:
    """Call a method of a command-line parser."""
    match name:
        case "add_argument" | "add" | "add_arg":
            _add_argument(walker, parser, arguments, node, space)
            return NONE
        case "set_defaults":
            for key, value in arguments.keywords.items():
                walker.journal.put(parser.options, key, value)
            return NONE
        case "add_argument_group" | "add_mutually_exclusive_group" | "add_subparsers":
            return parser
        case "add_parser":
            return parser
        case "parse_args" | "parse":
            found = _classes_of(walker, parser, node, space)
            walker.journal.put_all(parser.options, found)
            return Table(parser.options, exact=parser.exact, dotted=True)
        case "parse_known_args":
            return Sequence([Table(parser.options, exact=parser.exact, dotted=True), UNKNOWN])
        case "parse_args_into_dataclasses":
            made = [option_record(walker, cls, node, space) for cls in parser.classes]
            wants_rest = arguments.get(None, "return_remaining_strings") is not None
            return Sequence([*made, UNKNOWN] if wants_rest else made)
        case "parse_args_and_config" | "parse_json_file" | "parse_yaml_file" | "parse_dict":
            made = [option_record(walker, cls, node, space) for cls in parser.classes]
            return Sequence(made)
        case "add_arguments":
            cls, destination = arguments.get(0), arguments.get(1, "dest")
            if cls is not None and isinstance(destination, Known):
                record = option_record(walker, cls, node, space)
                walker.journal.put(parser.options, str(destination.value), record)
            return NONE
        case "error" | "exit":
            return Made("sys.exit")
        case _:
            walker.journal.loosen(parser)
            return None


def _classes_of(walker: Walker, parser: Parser, node: ast.AST, space: Space) -> dict[str, Value]:
    return {
        name: value
        for cls in parser.classes
        if isinstance(record := option_record(walker, cls, node, space), Instance)
        for name, value in record.attributes.items()
    }


def _add_argument(
    walker: Walker, parser: Parser, arguments: Arguments, node: ast.AST, space: Space
) -> None:
    flags = [
        value.value
        for value in arguments.positional
        if isinstance(value, Known) and isinstance(value.value, str)
    ]
    if not flags:
        walker.journal.loosen(parser)
        return
    flag = next((text for text in flags if text.startswith("--")), flags[0])
    name = flag.lstrip("-").replace("-", "_")
    destination = arguments.get(None, "dest")
    if isinstance(destination, Known) and isinstance(destination.value, str):
        name = destination.value
    shown = flag if flag.startswith("-") else flag.upper()
    origin = Origin("option", shown, space.file.place(node))
    value = _argument_default(arguments, flag, origin)
    kind = arguments.get(None, "type")
    if isinstance(value, Known) and isinstance(value.value, str) and kind is not None:
        # argparse hands a default that is text to `type` as well.
        value = _converted(walker, value, kind, node, space)
    walker.journal.put(parser.options, name, value)
    walker.declare(name, value)


def _argument_default(arguments: Arguments, flag: str, origin: Origin) -> Value:
    default = arguments.get(None, "default")
    action = arguments.get(None, "action")
    act = action.value if isinstance(action, Known) else None
    required = arguments.get(None, "required")
    if isinstance(default, Known):
        return Known(default.value, origin)
    if default is not None:
        return default
    if act in {"store_true", "store_false"}:
        return Known(act == "store_false", origin)
    if isinstance(required, Known) and required.value:
        return UNKNOWN
    if not flag.startswith("-") and arguments.get(None, "nargs") is None:
        return UNKNOWN
    return Known(None, origin) if action is None or act in {"store", "append"} else UNKNOWN


def _converted(walker: Walker, default: Known, kind: Value, node: ast.AST, space: Space) -> Value:
    """Return what `type` makes of a default that is text; the text where it is not known."""
    from .builtin_calls import BUILTINS
    from .calls import call

    if isinstance(kind, External):
        name = "ast.literal_eval" if kind.name == "builtins.eval" else kind.name
        if name not in BUILTINS:
            return default
        kind = External(name)
    elif not isinstance(kind, (FunctionValue, BoundMethod, Partial)):
        return default
    # Without its origin: here the option has its default, whatever else it may be given.
    made = call(walker, kind, Arguments((Known(default.value),)), node, space)
    return Known(made.value, default.origin) if isinstance(made, Known) else UNKNOWN


def option_record(walker: Walker, cls: Value, node: ast.AST, space: Space) -> Value:
    """Return an object of a class whose fields are options."""
    if isinstance(cls, ClassValue):
        value = Instance(cls)
        value.attributes = fields_of(walker, cls, Arguments(), node, space, option="--")
        return value
    name = getattr(cls, "name", None)
    if isinstance(name, str):
        return Made(walker.vocabulary.canonical(name), Arguments(spreads=False))
    return UNKNOWN
