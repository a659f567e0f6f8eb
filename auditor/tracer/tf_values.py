"""Values of TensorFlow's tensors and variables, read so that no tape and no graph notices."""

import sys

from . import digest


def module(name):
    """A module of TensorFlow that is already imported, or None."""
    return sys.modules.get("tensorflow.python." + name)


def eagerly():
    """Whether operations are executed now, not put into a graph."""
    context = module("eager.context")
    return context is not None and context.executing_eagerly()


def tensor_of(value):
    """The tensor that a variable of TensorFlow or Keras holds; a tensor as it is; else None."""
    inner = getattr(value, "_value", None)
    if hasattr(value, "path") and inner is not None and hasattr(inner, "handle"):
        value = inner
    if hasattr(value, "handle") and hasattr(value, "read_value"):
        with module("eager.record").stop_recording():
            return value.value()
    return value if hasattr(value, "_numpy_internal") else None


def to_numpy(value):
    """A NumPy view or copy of a tensor or variable; None where it holds no plain values."""
    tensor = tensor_of(value)
    if tensor is None:
        return None
    try:
        return sys.modules["numpy"].asarray(tensor._numpy_internal())
    except Exception:
        return None


def of_value(value):
    """Digest of a tensor, a variable or a plain value; 0 where it cannot be read."""
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes)):
        return digest.of_value(value)
    if type(value).__module__ == "numpy":
        return digest.of_value(value)
    array = to_numpy(value)
    if array is not None:
        return digest.of_array(array)
    if hasattr(value, "dtype") or hasattr(value, "element_spec"):
        return 0
    # Other objects are constants of what was traced.
    return digest.of_bytes(type(value).__name__.encode())


def leaves(value, path, depth=0):
    """(name, leaf) of everything in nested lists, tuples and dicts."""
    if isinstance(value, dict) and depth < 5:
        found = []
        for key in value:
            found += leaves(value[key], "%s[%r]" % (path, key), depth + 1)
        return found
    if isinstance(value, (list, tuple)) and depth < 5:
        found = []
        for number, item in enumerate(value):
            found += leaves(item, "%s[%d]" % (path, number), depth + 1)
        return found
    return [(path, value)]


def name_of(variable, number=0):
    """The name by which a person knows a variable."""
    name = getattr(variable, "path", None) or getattr(variable, "name", None) or ""
    return str(name).partition(":")[0] or "variable[%d]" % number
