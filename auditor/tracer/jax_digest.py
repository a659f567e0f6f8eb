"""Digests of JAX arrays, remembered while an array lives: it never changes."""

import re
import sys
import weakref

from . import digest

_PACKED = re.compile(r"int[124]$|float4")


class Memory:
    """For each array that an execution put out: its digest, who made it, what it descends from."""

    def __init__(self):
        self._known = {}

    def known(self, array):
        """(digest, producer, descent) of an array that was remembered, or None."""
        entry = self._known.get(id(array))
        return entry[1] if entry is not None and entry[0]() is array else None

    def remember(self, array, facts):
        """Keeps `facts` until the array dies."""
        number = id(array)
        known = self._known

        def forget(reference):
            if known.get(number, (None,))[0] is reference:
                del known[number]

        try:
            known[number] = (weakref.ref(array, forget), facts)
        except TypeError:
            pass


def base_of(value):
    """The plain array under a typed PRNG key; anything else as it is."""
    return getattr(value, "_base_array", value)


def is_key(value):
    """Whether a value is a PRNG key, typed or of the older sort."""
    if hasattr(value, "_base_array"):
        return True
    shape = getattr(value, "shape", ())
    return str(getattr(value, "dtype", "")) == "uint32" and shape[-1:] == (2,)


def of_array(value):
    """Digest of an argument or a result of an execution; waits until it is there."""
    value = base_of(value)
    if type(value).__name__ != "ArrayImpl":
        plain = getattr(value, "val", value)
        return digest.of_value(plain)
    seed = digest._head(str(value.dtype), value.shape)
    total = None
    for shard in _shards(value):
        content = _of_buffer(shard, seed)
        total = content if total is None else digest.mix(total, content)
    return seed if total is None else total


def _shards(array):
    if len(array.sharding.device_set) == 1:
        return [array]
    return [shard.data for shard in array.addressable_shards if shard.replica_id == 0]


def _of_buffer(array, seed):
    device = next(iter(array.sharding.device_set))
    if device.platform == "cpu" and not _PACKED.search(str(array.dtype)):
        # In place: asking for a NumPy array would be remembered by the array.
        array.block_until_ready()
        return digest.of_memory(array.unsafe_buffer_pointer(), array.nbytes, seed)
    return digest.of_array(to_numpy(array))


def to_numpy(value):
    """The values as a NumPy array, without leaving a copy in the array."""
    value = base_of(value)
    had = getattr(value, "_npy_value", None)
    plain = sys.modules["numpy"].asarray(value)
    if had is None and hasattr(value, "_npy_value"):
        value._npy_value = None
    return plain
