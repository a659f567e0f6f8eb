"""Salted hashes and addresses that user code asks for by name: hash() and id()."""

import builtins
import sys

from . import digest
from .place import is_user


def install(families):
    """Wraps builtins.hash and builtins.id where events are recorded."""
    if families.get("hash").record:
        _hash(families.get("hash"))
        _identity(families.get("addresses"))


def _identity(family):
    original = builtins.id

    def watched(value, /):
        result = original(value)
        if is_user(sys._getframe(1).f_code.co_filename):
            family.see("id", result)
        return result

    watched.__name__ = watched.__qualname__ = "id"
    watched.__module__ = "builtins"
    builtins.id = watched


def _hash(family):
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
