"""Records: dataclasses, named tuples and their kin, whose `__init__` nobody wrote."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .abstract import (
    UNKNOWN,
    Arguments,
    ClassValue,
    Known,
    Made,
    Origin,
    Value,
)
from .space import Space

if TYPE_CHECKING:
    from .walker import Walker

_RECORD_BASES = frozenset(
    "typing.NamedTuple pydantic.BaseModel pydantic.BaseSettings pydantic_settings.BaseSettings "
    "tap.Tap flax.linen.Module flax.struct.PyTreeNode transformers.TrainingArguments "
    "transformers.Seq2SeqTrainingArguments trl.SFTConfig trl.DPOConfig equinox.Module".split()
)


def is_record(cls: ClassValue) -> bool:
    """Whether the fields of a class are the parameters of its constructor."""
    for each in cls.line():
        for name in each.decorators:
            if name.rsplit(".", 1)[-1] in {"dataclass", "define", "attrs", "pytree_dataclass", "s"}:
                return True
    return not _RECORD_BASES.isdisjoint(cls.outside())


_DICTIONARIES = frozenset(("builtins.dict", "collections.OrderedDict", "collections.UserDict"))


def is_dotted_dictionary(cls: ClassValue) -> bool:
    """Whether a class is a dictionary whose keys may be read as attributes, and nothing more."""
    if _DICTIONARIES.isdisjoint(cls.outside()):
        return False
    dotted = False
    for each in cls.line():
        for statement in each.node.body:
            if isinstance(statement, ast.FunctionDef):
                if not statement.name.startswith("__"):
                    return False
                dotted = dotted or statement.name in {"__getattr__", "__getattribute__"}
                dotted = dotted or "__dict__" in each.file.text(statement)
            elif isinstance(statement, ast.Assign):
                dotted = dotted or "__getattr__" in each.file.text(statement)
    return dotted


def fields_of(
    walker: Walker,
    cls: ClassValue,
    arguments: Arguments,
    node: ast.AST,
    space: Space,
    option: str = "",
) -> dict[str, Value]:
    """Return the fields of a new record. `option`: the prefix of its fields as options."""
    found: dict[str, Value] = {}
    position = 0
    for each in reversed(cls.line()):
        for statement in each.node.body:
            if not isinstance(statement, ast.AnnAssign):
                continue
            if not isinstance(statement.target, ast.Name):
                continue
            name = statement.target.id
            value = arguments.get(position, name)
            if value is None:
                value = _default(walker, each.space.names.get(name), node, space)
                if arguments.spreads:
                    value = UNKNOWN
                elif option and isinstance(value, Known):
                    place = each.file.place(statement)
                    value = Known(value.value, Origin("option", f"{option}{name}", place))
            found[name] = value
            position += 1
    if option:
        outside = cls.outside()
        for name, value in arguments.keywords.items():
            found.setdefault(name, value)
        if outside:
            found["*outside"] = UNKNOWN
    return found


def _default(walker: Walker, value: Value | None, node: ast.AST, space: Space) -> Value:
    from .calls import call

    if isinstance(value, Made) and value.name.rsplit(".", 1)[-1] in {"field", "ib", "Field"}:
        given = value.arguments
        default = given.get(None, "default")
        if default is None and value.name.endswith("Field"):
            default = given.get(0)
        if default is not None:
            return default
        factory = given.get(None, "default_factory", "factory")
        return call(walker, factory, Arguments(), node, space) if factory is not None else UNKNOWN
    return value if value is not None else UNKNOWN
