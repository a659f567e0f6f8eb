"""What an expression is worth when the file alone says it: literals, names, defaults, options."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from .scopes import Bound, Names, Scope
from .scouted import Scouted, Seen

_MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Constant:
    """A known value. `via` says how: `literal`, `name`, `parameter` (its default), `option`.

    `source` is the node that holds the value: the literal, the parameter or the option's call.
    """

    value: Any
    via: str
    source: ast.AST


@dataclass(frozen=True, slots=True)
class Option:
    """An option that the program declares: `--seed`, its default when that is known."""

    name: str
    flag: str
    default: Constant | None
    required: bool
    node: ast.Call
    scope: Scope


class Values:
    """Evaluates expressions of one file."""

    def __init__(self, names: Names, scouted: Scouted) -> None:
        self.names = names
        self._scouted = scouted
        self._options: dict[str, Option] | None = None

    @property
    def options(self) -> dict[str, Option]:
        """Options declared in this file (argparse, click, typer, absl), by destination name."""
        if self._options is None:
            self._options = {}
            for seen in self._scouted.options:
                if (option := self._option(seen)) is not None:
                    self._options.setdefault(option.name, option)
        return self._options

    def constant(self, node: ast.expr, scope: Scope, depth: int = 0) -> Constant | None:
        """Return the value of an expression, or None when the file alone does not say it."""
        if depth > _MAX_DEPTH:
            return None
        match node:
            case ast.Constant():
                return Constant(node.value, "literal", node)
            case ast.UnaryOp(op=ast.USub()):
                inner = self.constant(node.operand, scope, depth + 1)
                if inner is not None and isinstance(inner.value, (int, float)):
                    return Constant(-inner.value, inner.via, inner.source)
            case ast.JoinedStr() | ast.BinOp(op=ast.Add()):
                return self._joined(node, scope, depth)
            case ast.Tuple() | ast.List() | ast.Set():
                parts = [self.constant(element, scope, depth + 1) for element in node.elts]
                if all(part is not None for part in parts):
                    return Constant(tuple(part.value for part in parts if part), "literal", node)
            case ast.Name():
                return self._name(node, scope, depth)
            case ast.Attribute():
                return self._attribute(node, scope, depth)
            case _:
                pass
        return None

    def _joined(self, node: ast.expr, scope: Scope, depth: int) -> Constant | None:
        pieces: list[ast.expr] = []
        if isinstance(node, ast.BinOp):
            pieces = [node.left, node.right]
        elif isinstance(node, ast.JoinedStr):
            pieces = [p.value if isinstance(p, ast.FormattedValue) else p for p in node.values]
        values = [self.constant(piece, scope, depth + 1) for piece in pieces]
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            return None
        if all(isinstance(value.value, str) for value in known) or isinstance(node, ast.JoinedStr):
            return Constant("".join(str(value.value) for value in known), "literal", node)
        try:
            return Constant(known[0].value + known[1].value, "literal", node)
        except TypeError:
            return None

    def _name(self, node: ast.Name, scope: Scope, depth: int) -> Constant | None:
        found = scope.lookup(node.id)
        if found is None:
            return None
        owner, bindings = found
        if len(bindings) != 1 or (value := bindings[0].value) is None:
            return None
        if bindings[0].how is Bound.ASSIGNED:
            inner = self.constant(value, owner, depth + 1)
            if inner is not None:
                via = "name" if inner.via == "literal" else inner.via
                return Constant(inner.value, via, inner.source)
        elif bindings[0].how is Bound.PARAMETER:
            inner = self.constant(value, owner.parent or owner, depth + 1)
            if inner is not None and bindings[0].node is not None:
                return Constant(inner.value, "parameter", bindings[0].node)
        return None

    def _attribute(self, node: ast.Attribute, scope: Scope, depth: int) -> Constant | None:
        if isinstance(node.value, ast.Name) and node.value.id == scope.self_name():
            owner = scope.enclosing_class()
            assigned = owner.assigned(node.attr) if owner is not None else []
            if len(assigned) == 1:
                value, where = assigned[0]
                return self.constant(value, where, depth + 1)
            if owner is not None and not assigned and node.attr in owner.bindings:
                return self._name(ast.Name(node.attr, ast.Load()), owner, depth)
            return None
        if (option := self.option(node, scope)) is not None and option.default is not None:
            return Constant(option.default.value, "option", option.node)
        return None

    def option(self, node: ast.expr, scope: Scope) -> Option | None:
        """Return the declared option that `args.name` or `FLAGS.name` reads."""
        if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)):
            return None
        option = self.options.get(node.attr)
        if option is None:
            return None
        origin = self.names.origin(node.value, scope) or ""
        holder = node.value.id.lower()
        parsed = isinstance(_single_value(node.value, scope), ast.Call) and "parse" in ast.dump(
            _single_value(node.value, scope) or node
        )
        if parsed or "parse" in origin or holder in _HOLDERS:
            return option
        return None

    def _option(self, seen: Seen) -> Option | None:
        call = seen.node
        assert isinstance(call, ast.Call)
        texts = [
            argument.value
            for argument in call.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        ]
        if not texts:
            return None
        keywords = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
        if seen.last.startswith("DEFINE_"):
            default_node = call.args[1] if len(call.args) > 1 else keywords.get("default")
            default = self.constant(default_node, seen.scope) if default_node is not None else None
            return Option(texts[0], f"--{texts[0]}", default, False, call, seen.scope)
        flags = [text for text in texts if text.startswith("-")]
        flag = next((text for text in flags if text.startswith("--")), (flags or texts)[0])
        destination = keywords.get("dest")
        name = flag.split("/", 1)[0].lstrip("-").replace("-", "_")
        if isinstance(destination, ast.Constant) and isinstance(destination.value, str):
            name = destination.value
        elif seen.last in {"option", "Option"} and any(not t.startswith("-") for t in texts):
            name = next(text for text in texts if not text.startswith("-"))
        required = not flags and seen.last == "add_argument"
        if isinstance(flag_value := keywords.get("required"), ast.Constant):
            required = bool(flag_value.value)
        return Option(
            name, flag, self._option_default(keywords, call, seen), required, call, seen.scope
        )

    def _option_default(
        self, keywords: dict[str, ast.expr], call: ast.Call, seen: Seen
    ) -> Constant | None:
        if (default := keywords.get("default")) is not None:
            return self.constant(default, seen.scope)
        action = keywords.get("action")
        if isinstance(action, ast.Constant) and action.value in {"store_true", "store_false"}:
            return Constant(action.value == "store_false", "literal", action)
        if isinstance(flag := keywords.get("is_flag"), ast.Constant) and flag.value:
            return Constant(False, "literal", flag)
        return Constant(None, "literal", call)


_HOLDERS = frozenset(
    ("args opt opts options flags hparams arguments parsed_args cli_args config cfg").split()
)


def _single_value(node: ast.Name, scope: Scope) -> ast.expr | None:
    found = scope.lookup(node.id)
    if found is None or len(found[1]) != 1:
        return None
    return found[1][0].value
