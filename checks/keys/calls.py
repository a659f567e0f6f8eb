"""What calls do to keys: JAX's own functions, functions of this file, and all others."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from . import names
from .alike import draws_one_value, is_dummy
from .values import Kind, State, Value, path_of

if TYPE_CHECKING:
    from .evaluate import Evaluator

_EQUINOX = ("equinox.", "haiku.", "optax.", "distrax.", "tensorflow_probability.")


class Calls:
    """Evaluates calls."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        #: Keys made from a number: (call, text of the number, function around it).
        self.made: dict[int, ast.Call] = {}

    def value(self, node: ast.Call, state: State) -> Value:
        """Evaluate a call."""
        evaluator = self.evaluator
        name = evaluator.dotted(node.func) or ""
        if name.startswith("jax.random."):
            values, keywords = self._arguments(node, state)
            return self.random(name, values, keywords, node, state)
        if (made := evaluator.transforms.wrapped(name, node, state)) is not None:
            return made
        if (made := evaluator.transforms.control(name, node, state)) is not None:
            return made
        if name in names.OTHER_CONSUMERS:
            values, keywords = self._arguments(node, state)
            for value in [*values, *keywords.values()]:
                evaluator.give(value, node, Kind.CONSUMER, state)
            return Value()
        if (made := self._own(node, state)) is not None:
            return made
        return self._foreign(node, name, state)

    def _arguments(self, node: ast.Call, state: State) -> tuple[list[Value], dict[str, Value]]:
        values = [
            Value() if isinstance(argument, ast.Starred) else value
            for argument, value in zip(node.args, self.evaluator.all(node.args, state), strict=True)
        ]
        keywords: dict[str, Value] = {}
        for keyword in node.keywords:
            value = self.evaluator.value(keyword.value, state)
            if keyword.arg is not None:
                keywords[keyword.arg] = value
        return values, keywords

    # -- jax.random ----------------------------------------------------------------------------

    def random(
        self,
        name: str,
        values: list[Value],
        keywords: dict[str, Value],
        node: ast.Call,
        state: State,
    ) -> Value:
        """Evaluate a call of `jax.random`."""
        ledger = self.evaluator.ledger
        key = values[0] if values else keywords.get("key")
        if name in names.CONSTRUCTORS:
            self.made[id(node)] = node
            return Value(node=node, is_key=True)
        if name in names.FRESH:
            return Value(node=node, is_key=True)
        if key is None or name in names.INSPECTORS:
            return Value()
        if name in names.SAMPLERS:
            file = self.evaluator.file
            if not (is_dummy(file, node) or draws_one_value(file, node)):
                ledger.use(key, node, Kind.SAMPLE, state)
            return Value()
        if name == names.SPLIT:
            ledger.use(key, node, Kind.SPLIT, state)
            made = Value(name=f"split({key.name})", node=node, is_key=True, is_array=True)
            # Devices that split one key get the same keys, and may fold their index in afterwards.
            return state.derived.setdefault(("split", key.id), made) if ledger.on_device else made
        if name == names.FOLD_IN:
            return self._fold(key, node, state)
        return Value()

    def _fold(self, key: Value, node: ast.Call, state: State) -> Value:
        """`fold_in` of one key and one number is one key, however often it is called."""
        self.evaluator.ledger.fold(key, node, state)
        data = node.args[1] if len(node.args) > 1 else None
        for keyword in node.keywords:
            if keyword.arg == "data":
                data = keyword.value
        made = Value(name=self.evaluator.file.text(node), node=node, is_key=True)
        signature = self.evaluator.signature(data, state) if data is not None else None
        if signature is None:
            return made
        return state.derived.setdefault(("fold", key.id, signature), made)

    # -- functions of this file ------------------------------------------------------------------

    def _own(self, node: ast.Call, state: State) -> Value | None:
        """Step into a function or method whose code is here."""
        evaluator = self.evaluator
        func = node.func
        function = None
        keep_self = False
        if isinstance(func, ast.Attribute) and path_of(func.value) == "self":
            function = evaluator.walker.functions.method(func.attr)
            keep_self = function is not None and not _is_static(function.node)
        elif isinstance(func, (ast.Name, ast.Call)):
            function = evaluator.value(func, state).function
        if function is None:
            return None
        values, keywords = self._arguments(node, state)
        if any(isinstance(a, ast.Starred) for a in node.args) or any(
            keyword.arg is None for keyword in node.keywords
        ):
            return Value()
        return evaluator.transforms.call(
            function, values, keywords, state, node, keep_self=keep_self
        )

    # -- all others ------------------------------------------------------------------------------

    def _foreign(self, node: ast.Call, name: str, state: State) -> Value:
        """A call whose code is not seen: what it does to a key is told by its name."""
        evaluator = self.evaluator
        func = node.func
        last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
        if not isinstance(func, ast.Name):
            evaluator.value(func.value if isinstance(func, ast.Attribute) else func, state)
        values, keywords = self._arguments(node, state)
        self._touch(node, state)
        stores = last[:1].isupper() and not name.startswith(_EQUINOX)
        if stores or last in names.HARMLESS or name.startswith(("numpy.", "jax.numpy.")):
            return Value()
        consumes = last in names.CONSUMING_METHODS or name.startswith("jax.nn.initializers.")
        for value in dict.fromkeys(values):
            evaluator.give(value, node, Kind.CONSUMER if consumes else Kind.UNKNOWN, state)
        for word, value in keywords.items():
            if word in names.KEY_KEYWORDS:
                # What a function of another library does with its key, nobody has said.
                draws = consumes or word == "rngs" or name.startswith(_EQUINOX)
                evaluator.give(value, node, Kind.CONSUMER if draws else Kind.UNKNOWN, state)
        return Value()

    def _touch(self, node: ast.Call, state: State) -> None:
        """A call may change the attributes of its receiver and of its arguments."""
        holders = [*node.args, *[keyword.value for keyword in node.keywords]]
        if isinstance(node.func, ast.Attribute):
            holders.append(node.func.value)
        for holder in holders:
            path = path_of(holder)
            if path is not None:
                state.forget(path)


def _is_static(node: ast.AST | None) -> bool:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in decorators)
