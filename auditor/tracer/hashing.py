"""Salted hashes that user code asks for by name; the order of sets shows in the value trace."""

import builtins
import sys

from . import digest
from .place import is_user


def install(families):
    """Wraps builtins.hash where events are recorded."""
    family = families.get("hash")
    if not family.record:
        return

    original = builtins.hash

    def watched(value, /):
        result = original(value)
        if type(value) in (str, bytes, tuple, frozenset):
            frame = sys._getframe(1)
            if is_user(frame.f_code.co_filename):
                family.see("hash", digest.of_value(result))
        return result

    watched.__name__ = watched.__qualname__ = "hash"
    watched.__module__ = "builtins"
    builtins.hash = watched
