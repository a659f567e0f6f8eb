"""What torch, NumPy and the standard library call to rebuild tensors, as content."""

from __future__ import annotations

from typing import Any

from ...pickle_values import Call, Global, Persistent, PickledDict, as_list, as_tuple
from .artifact_error import ArtifactError
from .content import Group, Node, Tensor, Value
from .numpy_types import array_tensor
from .pickled import Handler, PickledContent, Storage
from .strided import contiguous

_TORCH_NAMES = {
    "float": "float32", "double": "float64", "half": "float16", "long": "int64", "int": "int32",
    "short": "int16", "cfloat": "complex64", "cdouble": "complex128",
    "quint8": "uint8", "qint8": "int8", "qint32": "int32",
}  # fmt: skip


def pickled_content(value: Any, storage: Storage | None = None) -> Node:
    """The content of an evaluated pickle. ArtifactError when it is malformed or too large."""
    return PickledContent(HANDLERS, storage or _no_storage).node(value)


def torch_dtype(value: Any) -> str:
    """`torch.bfloat16`, as pickled, as `bfloat16`."""
    name = value.name if isinstance(value, Global) else str(value)
    return _TORCH_NAMES.get(name, name)


def _no_storage(identifier: Any, dtype: str | None) -> tuple[str, memoryview]:
    raise ArtifactError("a persistent object in a plain pickle")


def _strided(
    content: PickledContent, arguments: tuple[Any, ...], dtype: str | None = None
) -> Tensor:
    """Of storage, offset, size and strides."""
    storage, offset, size, strides = arguments[:4]
    if not isinstance(storage, Persistent):
        raise ArtifactError("a tensor without a storage")
    found, data = content.storage(storage.identifier, dtype)
    shape = tuple(size)
    return Tensor(found, shape, contiguous(data, found, offset, shape, tuple(strides)))


def _tensor(content: PickledContent, call: Call, arguments: tuple[Any, ...]) -> Node:
    return _strided(content, arguments)


def _tensor_with_dtype(content: PickledContent, call: Call, arguments: tuple[Any, ...]) -> Node:
    return _strided(content, arguments, torch_dtype(arguments[6]))


def _quantized(content: PickledContent, call: Call, arguments: tuple[Any, ...]) -> Node:
    return Group(
        "quantized tensor",
        {"values": _strided(content, arguments), "quantizer": content.node(arguments[4])},
    )


def _parameter(content: PickledContent, call: Call, arguments: tuple[Any, ...]) -> Node:
    return content.node(arguments[0])


def _from_type(content: PickledContent, call: Call, arguments: tuple[Any, ...]) -> Node:
    function, kind, inner, state = arguments[:4]
    rebuilt = content.node(Call(function, inner))
    if not isinstance(state, PickledDict) or not state.pairs:
        return rebuilt
    return Group(str(kind), {"tensor": rebuilt, "state": content.node(state)})


def _ordered_dict(content: PickledContent, call: Call, arguments: tuple[Any, ...]) -> Node:
    # The state of a module's state dict is `_metadata`: format versions, no results.
    given = as_list(arguments[0]) if arguments else []
    pairs: list[tuple[Any, Any]] = [(key, item) for key, item in given]
    return content.mapping("dict", pairs + call.pairs)


def _default_dict(content: PickledContent, call: Call, arguments: tuple[Any, ...]) -> Node:
    return content.mapping("dict", call.pairs)


def _set(content: PickledContent, call: Call, arguments: tuple[Any, ...]) -> Node:
    return content.unordered(arguments[0])


def _device(content: PickledContent, call: Call, arguments: tuple[Any, ...]) -> Node:
    return Value(":".join(str(part) for part in arguments))


def _size(content: PickledContent, call: Call, arguments: tuple[Any, ...]) -> Node:
    return content.node(arguments[0])


def _array(content: PickledContent, call: Call, arguments: tuple[Any, ...]) -> Node:
    _, shape, dtype, fortran, data = call.state
    if isinstance(data, list):
        return content.sequence("object array", data)  # pyright: ignore[reportUnknownArgumentType]
    return array_tensor(dtype, tuple(shape), bool(fortran), _bytes(data))


def _from_buffer(content: PickledContent, call: Call, arguments: tuple[Any, ...]) -> Node:
    data, dtype, shape, order = arguments[:4]
    return array_tensor(dtype, tuple(shape), order == "F", _bytes(data))


def _scalar(content: PickledContent, call: Call, arguments: tuple[Any, ...]) -> Node:
    dtype, data = arguments[:2]
    if isinstance(data, Call | bytes | bytearray | str):
        return array_tensor(dtype, (), False, _bytes(data))
    return content.node(data)


def _dtype(content: PickledContent, call: Call, arguments: tuple[Any, ...]) -> Node:
    return Value(f"dtype {arguments[0]}")


def _encoded(content: PickledContent, call: Call, arguments: tuple[Any, ...]) -> Node:
    # Protocol 2 pickles bytes as a call: _codecs.encode(text, "latin1").
    return content.node(_bytes(arguments[0]).tobytes())


def _bytes(data: Any) -> memoryview:
    if isinstance(data, Call) and str(data.function) == "_codecs.encode":
        data = as_tuple(data.arguments)[0]
    if isinstance(data, str):
        return memoryview(data.encode("latin-1"))
    if not isinstance(data, bytes | bytearray):
        raise ArtifactError("an array without bytes")
    return memoryview(data)


HANDLERS: dict[str, Handler] = {
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_tensor_v3": _tensor_with_dtype,
    "torch._utils._rebuild_qtensor": _quantized,
    "torch._utils._rebuild_parameter": _parameter,
    "torch._utils._rebuild_parameter_with_state": _parameter,
    "torch._tensor._rebuild_from_type": _from_type,
    "torch._tensor._rebuild_from_type_v2": _from_type,
    "torch.device": _device,
    "torch.Size": _size,
    "collections.OrderedDict": _ordered_dict,
    "collections.defaultdict": _default_dict,
    "collections.Counter": _default_dict,
    "builtins.set": _set,
    "builtins.frozenset": _set,
    "__builtin__.set": _set,
    "_codecs.encode": _encoded,
    "numpy.dtype": _dtype,
    **dict.fromkeys(
        ("numpy._core.multiarray._reconstruct", "numpy.core.multiarray._reconstruct"), _array
    ),
    **dict.fromkeys(("numpy._core.multiarray.scalar", "numpy.core.multiarray.scalar"), _scalar),
    **dict.fromkeys(
        ("numpy._core.numeric._frombuffer", "numpy.core.numeric._frombuffer"), _from_buffer
    ),
}
