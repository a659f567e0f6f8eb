"""The state of every random stream, as one digest each."""

import struct
import sys
import zlib

from . import quiet


def python_state():
    """Digest of the `random` module's stream, or None when it is not imported."""
    random = sys.modules.get("random")
    if random is None:
        return None
    _, state, gauss = random.getstate()
    data = struct.pack("<%dL" % len(state), *state)
    return zlib.crc32(data) << 32 | zlib.crc32(repr(gauss).encode())


def numpy_state():
    """Digest of NumPy's global stream, or None when numpy.random is not imported."""
    module = sys.modules.get("numpy.random")
    if module is None or not hasattr(module, "get_state"):
        return None
    state = module.get_state(legacy=False)
    inner = state["state"]
    key = inner.get("key")
    data = key.tobytes() if key is not None else repr(sorted(inner.items())).encode()
    rest = repr((inner.get("pos"), state.get("has_gauss"), state.get("gauss"))).encode()
    return zlib.crc32(data) << 32 | zlib.crc32(rest)


def torch_state():
    """Digest of torch's default CPU stream, or None when torch is not imported."""
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "default_generator"):
        return None
    with quiet.quiet():
        state = torch.default_generator.get_state()
        data = state.numpy().tobytes() if _has_numpy() else bytes(state.tolist())
    return zlib.crc32(data) << 32 | len(data)


def _has_numpy():
    return "numpy" in sys.modules


def torch_accelerator_state():
    """Digest over all initialised CUDA devices' streams, or None."""
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "cuda") or not torch.cuda.is_initialized():
        return None
    total = 0
    for state in torch.cuda.get_rng_state_all():
        total = zlib.crc32(bytes(state.tolist()), total)
    return total << 32 | 1


READERS = (
    ("python", python_state),
    ("numpy", numpy_state),
    ("torch", torch_state),
    ("torch-cuda", torch_accelerator_state),
)


def states():
    """(stream, digest) of every stream that exists in this process."""
    found = []
    for name, read in READERS:
        try:
            digest = read()
        except Exception:
            digest = None
        if digest is not None:
            found.append((name, digest))
    return found
