"""The arrays that joblib stores between the operations of a pickle."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .pickle_machine import PickleMachine
from .pickle_values import Call, Global, PickledDict, PickleError, as_tuple

_WRAPPERS = frozenset({"joblib.numpy_pickle.NumpyArrayWrapper"})
_STEP = 1 << 20


@dataclass(frozen=True, slots=True)
class InlineArray:
    """An array stored inline: its dtype as pickled, shape, order (`C` or `F`) and raw bytes.

    Object arrays hold a nested pickle instead: `value`.
    """

    dtype: Any
    shape: tuple[int, ...]
    order: str
    data: bytes
    value: Any = None


def read_array(call: Call, machine: PickleMachine) -> Any:
    """After BUILD: the array that follows a joblib wrapper in the stream; others as they are."""
    return _take(call, machine, keep=True)


def skip_array(call: Call, machine: PickleMachine) -> Any:
    """The same without keeping the bytes."""
    return _take(call, machine, keep=False)


def _take(call: Call, machine: PickleMachine, keep: bool) -> Any:
    if str(call.function) not in _WRAPPERS and not _reconstructs_wrapper(call):
        return call
    if not isinstance(call.state, PickledDict):
        raise PickleError("a joblib array without its description")
    state = {key: value for key, value in call.state.pairs if isinstance(key, str)}
    shape, dtype = tuple(state["shape"]), state["dtype"]
    if not all(isinstance(extent, int) and extent >= 0 for extent in shape):
        raise PickleError("a joblib array with a forged shape")
    code = _type_code(dtype)
    if code.startswith("O"):
        return InlineArray(dtype, shape, "C", b"", machine.nested())
    if state.get("numpy_array_alignment_bytes") is not None:
        padding = machine.stream.read(1)
        machine.stream.read(padding[0] if padding else 0)
    size = math.prod(shape) * _item_size(code, dtype)
    return InlineArray(dtype, shape, str(state.get("order", "C")), _read(machine, size, keep))


def _reconstructs_wrapper(call: Call) -> bool:
    made = str(call.function) in {"copyreg._reconstructor", "copyreg.__newobj__"}
    return made and str(next(iter(as_tuple(call.arguments)), "")) in _WRAPPERS


def _read(machine: PickleMachine, size: int, keep: bool) -> bytes:
    blocks: list[bytes] = []
    left = size
    while left:
        block = machine.stream.read(min(left, _STEP))
        if not block:
            raise PickleError(f"truncated: {left} of {size} bytes of an array are missing")
        left -= len(block)
        if keep:
            blocks.append(block)
    return b"".join(blocks)


def _type_code(dtype: Any) -> str:
    if isinstance(dtype, Call) and isinstance(dtype.function, Global) and dtype.arguments:
        return str(dtype.arguments[0]).lstrip("|<>=")
    raise PickleError("a joblib array without a dtype")


def _item_size(code: str, dtype: Call) -> int:
    digits = code.lstrip("bcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ?")
    size = int(digits or 0)
    if code.startswith("U"):
        return 4 * size
    if size or code.startswith("S"):
        return size
    state = as_tuple(dtype.state)
    if len(state) > 5 and isinstance(state[5], int) and state[5] >= 0:
        return state[5]
    raise PickleError(f"a joblib array of an unknown dtype {code!r}")
