"""Writes of worker processes into files that they share, by the line that writes."""

import builtins
import io

from . import digest
from .place import user_place


def install(families, recorder):
    """In child processes, notes where text or bytes are written to files opened for appending."""
    family = families.get("shared-file")
    if not family.record:
        return
    original = io.open

    def watched(file, mode="r", *args, **kwargs):
        opened = original(file, mode, *args, **kwargs)
        named = isinstance(file, (str, bytes)) or hasattr(file, "__fspath__")
        if recorder.is_child and named and set(mode) & set("wax") and user_place(1)[2] == ():
            _follow(opened)
        return opened

    def _follow(opened):
        write = opened.write

        def noted(data):
            family.see("write", digest.of_value(data), user_place(1)[0])
            return write(data)

        try:
            opened.write = noted
        except AttributeError:
            pass

    watched.__name__ = watched.__qualname__ = "open"
    builtins.open = watched
    io.open = watched
