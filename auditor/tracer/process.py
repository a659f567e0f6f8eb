"""What belongs to this process now: ids, ports, memory, load; recorded or pinned."""

import os
import socket
import tempfile

from . import digest
from .family import replace
from .place import user_place

_PID = 4242
_IDLE_LIBRARIES = ("multiprocessing", "concurrent", "torch", "logging", "threading", "joblib")


def install(families):
    """Wraps the functions whose answers differ from process to process."""
    family = families.get("process")
    if family.active:
        for name, pinned in (("getpid", _PID), ("getppid", _PID - 1)):
            _constant(family, os, name, pinned)
        _constant(family, os, "getloadavg", (0.5, 0.5, 0.5))
        _constant(family, os, "times", os.times())
        _memory(family)
        _ports(family)
    names = families.get("process:names")
    if names.active:
        _temporary_names(names)


def _constant(family, module, name, pinned):
    if not hasattr(module, name):
        return
    original = getattr(module, name)

    def ask(*args):
        place, _importing, libraries = user_place(1)
        value = original(*args)
        if libraries and libraries[0].startswith(_IDLE_LIBRARIES):
            return value
        family.see("os." + name, digest.of_value(value), place)
        return pinned if family.pinned(place) else value

    replace(module, name, ask)


def _memory(family):
    original = os.sysconf

    def sysconf(name):
        value = original(name)
        if name in ("SC_AVPHYS_PAGES", getattr(os, "sysconf_names", {}).get("SC_AVPHYS_PAGES")):
            place = user_place(1)[0]
            family.see("os.sysconf", digest.of_value(value), place)
            return 1 << 20 if family.pinned(place) else value
        return value

    replace(os, "sysconf", sysconf)


def _ports(family):
    original = socket.socket.getsockname

    def getsockname(self):
        name = original(self)
        place, _importing, libraries = user_place(1)
        if isinstance(name, tuple) and not libraries:
            family.see("socket.getsockname", digest.of_value(name), place)
            if family.pinned(place):
                return (name[0], 45678, *name[2:])
        return name

    socket.socket.getsockname = getsockname


def _temporary_names(family):
    counts = {}

    class Names:
        def __iter__(self):
            return self

        def __next__(self):
            place = user_place(1)[0]
            if not family.pinned(place):
                name = next(original)
            else:
                counts[place] = counts.get(place, 0) + 1
                name = "fw%06d" % (digest.of_bytes(place.encode()) // 7 % 10**5 + counts[place])
            family.see("tempfile", digest.of_bytes(name.encode()), place)
            return name

    original = tempfile._get_candidate_names()
    watched = Names()
    tempfile._get_candidate_names = lambda: watched
    tempfile._name_sequence = watched
