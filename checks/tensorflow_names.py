"""TensorFlow's names, whichever of its compatibility modules spells them."""

from __future__ import annotations

COMPATIBLE = ("tensorflow.compat.v1.", "tensorflow.compat.v2.")


def plain_name(name: str) -> str:
    """Return a resolved name without the compatibility module: `tensorflow.data.Dataset`."""
    for prefix in COMPATIBLE:
        if name.startswith(prefix):
            return f"tensorflow.{name.removeprefix(prefix)}"
    return name
