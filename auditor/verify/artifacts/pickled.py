"""Turns an inert pickled value into content: containers, objects, and what handlers rebuild."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ...joblib_arrays import InlineArray
from ...pickle_values import Call, Global, Persistent, PickledDict, PickledSet, as_list, as_tuple
from ...regex import regex
from .artifact_error import ArtifactError
from .content import Blob, Group, Node, Tensor, Value
from .dtypes import item_size
from .numpy_types import array_tensor

_MANGLED = regex(r"\.___torch_mangle_\d+")

MAX_DEPTH = 200
MAX_NODES = 1_000_000

Storage = Callable[[Any, str | None], tuple[str, memoryview]]
"""Given a persistent id (and the dtype, for untyped storages): dtype and bytes of a storage."""

Handler = Callable[["PickledContent", Call, tuple[Any, ...]], Node]
"""Rebuilds the object that a call of one known function makes."""


class PickledContent:
    """Converts the values of one pickle."""

    def __init__(self, handlers: Mapping[str, Handler], storage: Storage) -> None:
        self._handlers = handlers
        self.storage = storage
        self._open: set[int] = set()
        self._nodes = 0

    def node(self, value: Any) -> Node:
        """The content of a value. ArtifactError beyond the limits."""
        self._nodes += 1
        if self._nodes > MAX_NODES or len(self._open) > MAX_DEPTH:
            raise ArtifactError("a pickle with too many or too deeply nested objects")
        if value is None or isinstance(value, bool | int | float | complex | str):
            return Value(value)
        if isinstance(value, bytes | bytearray):
            return Value(bytes(value)) if len(value) < 256 else Blob(memoryview(value))
        if id(value) in self._open:
            return Value("<contains itself>")
        self._open.add(id(value))
        try:
            return self._compound(value)
        finally:
            self._open.discard(id(value))

    def _compound(self, value: Any) -> Node:
        match value:
            case list():
                return self.sequence("list", as_list(value))
            case tuple():
                return self.sequence("tuple", as_tuple(value))
            case PickledDict():
                return self.mapping("dict", value.pairs)
            case PickledSet():
                return self.unordered(value.items)
            case Global():
                return Value(str(value))
            case Persistent(("module", kind, *_)):
                return Value(str(kind))
            case Persistent():
                dtype, data = self.storage(value.identifier, None)
                return Tensor(dtype, (data.nbytes // item_size(dtype),), data)
            case InlineArray():
                return self._inline(value)
            case Call():
                return self._call(value)
            case _:
                raise ArtifactError(f"a pickled {type(value).__name__}")

    def sequence(self, label: str, items: Iterable[Any]) -> Group:
        """A list or tuple."""
        return Group(label, {f"[{i}]": self.node(item) for i, item in enumerate(items)})

    def unordered(self, items: Iterable[Any]) -> Group:
        """A set; its order is no content, and salted."""
        return self.sequence("set", sorted(items, key=repr))

    def mapping(self, label: str, pairs: Iterable[tuple[Any, Any]]) -> Group:
        """A dict; of equal keys the last counts."""
        return Group(label, {_key(key): self.node(item) for key, item in pairs})

    def _inline(self, array: InlineArray) -> Node:
        if array.value is not None:
            return self.node(array.value)
        return array_tensor(array.dtype, array.shape, array.order == "F", memoryview(array.data))

    def _call(self, call: Call) -> Node:
        name = _function_name(call.function)
        arguments = as_tuple(call.arguments) or (call.arguments,)
        if handler := self._handlers.get(name):
            try:
                return handler(self, call, arguments)
            except (IndexError, TypeError, AttributeError, KeyError, ValueError) as error:
                raise ArtifactError(f"a malformed {name}: {error}") from None
        return self._object(name, call, arguments)

    def _object(self, name: str, call: Call, arguments: tuple[Any, ...]) -> Node:
        """Any other object: its arguments, state, keywords, items and keys."""
        if name in {"copyreg._reconstructor", "copyreg.__newobj__"} and arguments:
            name, arguments = str(arguments[0]), arguments[3:]
        pairs: list[tuple[Any, Any]] = [(f"({i})", item) for i, item in enumerate(arguments)]
        if isinstance(call.state, PickledDict):
            pairs += call.state.pairs
        elif call.state is not None:
            pairs.append(("state", call.state))
        if call.keywords is not None:
            pairs.append(("keywords", call.keywords))
        pairs += [(f"[{i}]", item) for i, item in enumerate(call.items)]
        return self.mapping(name, pairs + call.pairs)


def _function_name(function: Any) -> str:
    # The legacy torch format refers to classes as ('module', class, file, source).
    if isinstance(function, Persistent) and len(parts := as_tuple(function.identifier)) > 1:
        return str(parts[1])
    # TorchScript numbers classes of one name by how many the process has compiled before.
    return _MANGLED.sub("", str(function))


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    return f"[{key}]" if isinstance(key, int | float | Global) else f"[{key!r:.60}]"
