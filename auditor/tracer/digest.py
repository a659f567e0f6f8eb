"""Digests of tensors, arrays and plain values, taken without touching what the program computes."""

import ctypes
import struct
import sys
import zlib

_MASK = 0xFFFFFFFFFFFFFFFF
_LONGEST = 2000
_DEEPEST = 6


def mix(digest, other):
    """Chains two digests into 64 bits; the order matters."""
    return ((digest ^ other) * 0x9E3779B97F4A7C15 + (digest >> 29) + 1) & _MASK


def of_bytes(data):
    """64-bit digest of a buffer: CRC-32 of the content above its length."""
    return (zlib.crc32(data) << 32 | (len(data) & 0xFFFFFFFF)) & _MASK


def _head(kind, shape):
    return zlib.crc32(("%s%s" % (kind, tuple(shape))).encode())


def of_memory(address, size, seed):
    """64-bit digest of `size` bytes at `address`, zero-copy; `seed` covers type and shape."""
    if size == 0:
        return seed << 32
    view = (ctypes.c_char * size).from_address(address)
    return (zlib.crc32(view) << 32 | seed) & _MASK


def tensor_content(tensor):
    """The tensor on the host, detached and contiguous; None where it holds no readable values."""
    torch = sys.modules["torch"]
    if tensor.is_meta or type(tensor).__name__ in ("FakeTensor", "FunctionalTensor"):
        return None
    plain = tensor.detach()
    if plain.is_nested or plain.layout not in (torch.strided, torch.sparse_coo):
        return None
    if plain.layout == torch.sparse_coo:
        plain = plain.coalesce()
        plain = torch.cat(
            [plain.indices().reshape(-1).double(), plain.values().reshape(-1).double()]
        )
    if plain.is_quantized:
        plain = plain.int_repr()
    plain = plain.resolve_conj().resolve_neg()
    if plain.device.type != "cpu":
        plain = plain.cpu()
    return plain.contiguous()


def of_tensor(tensor):
    """Digest of a torch tensor over dtype, shape and values; 0 where it cannot be read.

    The caller has switched dispatch modes and gradients off.
    """
    plain = tensor_content(tensor)
    if plain is None:
        return 0
    seed = _head(str(tensor.dtype), tensor.shape)
    return of_memory(plain.data_ptr(), plain.numel() * plain.element_size(), seed)


def of_array(array):
    """Digest of a NumPy array over dtype, shape and values."""
    seed = _head(str(array.dtype), array.shape)
    if array.dtype.hasobject:
        return mix(of_value(array.tolist(), 3), seed)
    data = array if array.flags.c_contiguous else array.copy(order="C")
    if data.nbytes == 0:
        return seed << 32
    return (zlib.crc32(data.view("u1") if data.ndim else data.tobytes()) << 32 | seed) & _MASK


def _of_number(value):
    if isinstance(value, bool) or value is None:
        return of_bytes(repr(value).encode())
    if isinstance(value, float):
        return of_bytes(b"f" + struct.pack("<d", value))
    return of_bytes(repr(value).encode())


def of_value(value, depth=0):
    """Digest of a plain value: order counts in lists and dicts, not in sets; no user code runs."""
    kind = type(value)
    if value is None or kind in (bool, int, float, complex):
        return _of_number(value)
    if kind is str:
        return of_bytes(value.encode("utf-8", "surrogatepass"))
    if kind in (bytes, bytearray):
        return of_bytes(bytes(value))
    module = getattr(kind, "__module__", "")
    if kind.__name__ in ("Tensor", "Parameter", "Buffer") and module.startswith("torch"):
        return _tensor_quietly(value)
    if module == "numpy":
        if kind.__name__ == "ndarray":
            return of_array(value)
        if hasattr(value, "tobytes"):
            return of_bytes(value.tobytes())
    if depth >= _DEEPEST:
        return of_bytes(kind.__name__.encode())
    return _of_container(value, kind, depth + 1)


def _of_container(value, kind, depth):
    if isinstance(value, (list, tuple)):
        total = of_bytes(kind.__name__.encode())
        for item in value[:_LONGEST]:
            total = mix(total, of_value(item, depth))
        return mix(total, len(value))
    if isinstance(value, dict):
        total = of_bytes(b"dict")
        for number, (key, item) in enumerate(list(dict.items(value))):
            if number >= _LONGEST:
                break
            total = mix(mix(total, of_value(key, depth)), of_value(item, depth))
        return mix(total, len(value))
    if isinstance(value, (set, frozenset)):
        total = 0
        # The first of a long set would be others in another order.
        for item in list(value) if len(value) <= _LONGEST else ():
            total = (total + of_value(item, depth)) & _MASK
        return mix(total, len(value))
    return _of_object(value, kind, depth)


def _of_object(value, kind, depth):
    total = of_bytes(("%s.%s" % (kind.__module__, kind.__qualname__)).encode())
    fields = getattr(value, "__dict__", None)
    if type(fields) is dict and not isinstance(value, type) and not callable(value):
        for name, item in list(fields.items())[:_LONGEST]:
            if not name.startswith("__"):
                total = mix(mix(total, of_bytes(name.encode())), of_value(item, depth))
    elif kind.__module__ in ("datetime", "uuid", "decimal", "fractions", "pathlib"):
        total = mix(total, of_bytes(str(value).encode()))
    elif hasattr(value, "__name__"):
        total = mix(total, of_bytes(str(value.__name__).encode()))
    return total


def _tensor_quietly(tensor):
    try:
        with sys.modules["_fwaudit_tracer.quiet"].quiet():
            return of_tensor(tensor)
    except Exception:
        return 0
