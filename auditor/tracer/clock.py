"""Clock reads, recorded, frozen (a millisecond passes at every read) or put forward."""

import ctypes
import datetime
import gc
import time

from . import digest
from .family import replace
from .place import user_place

_START = 1_700_000_000 * 10**9
_TICK = 10**6
_COUNTERS = ("time", "monotonic", "perf_counter", "process_time", "thread_time", "clock_gettime")


class _Frozen:
    def __init__(self):
        self.now = _START

    def read(self):
        self.now += _TICK
        return self.now

    def seconds(self, what, original, *args):
        return self.read() / 1e9

    def nanoseconds(self, what, original, *args):
        return self.read()

    def slept(self, seconds):
        self.now += int(seconds * 1e9)


class _Ahead:
    """The wall clock is `shift` seconds ahead; clocks that only measure are left alone."""

    def __init__(self, shift):
        self.shift = shift
        self._time = time.time

    def read(self):
        return (self._time() + self.shift) * 1e9

    def _tells_the_date(self, what, args):
        wall = what in ("time.time", "time.time_ns")
        return wall or (bool(args) and args[0] == getattr(time, "CLOCK_REALTIME", None))

    def seconds(self, what, original, *args):
        value = original(*args)
        return value + self.shift if self._tells_the_date(what, args) else value

    def nanoseconds(self, what, original, *args):
        value = original(*args)
        return value + self.shift * 10**9 if self._tells_the_date(what, args) else value

    def slept(self, seconds):
        """A clock that goes on needs no help."""


def install(families):
    """Replaces the clock functions of `time` and `datetime` when they are watched or pinned."""
    family = families.get("clock")
    if not family.active:
        return
    shift = (family.pin or {}).get("shift")
    clock = _Frozen() if shift is None else _Ahead(shift)
    for name in _COUNTERS:
        if hasattr(time, name):
            _seconds(family, clock, name)
        if hasattr(time, name + "_ns"):
            _nanoseconds(family, clock, name + "_ns")
    _conversions(family, clock)
    _sleep(family, clock)
    _datetime(family, clock)


def _waits(libraries):
    # threading, queue, subprocess, selectors … wait by the clock; their waiting is left alone.
    return bool(libraries) and libraries[0] in _WAITERS


_WAITERS = {
    "threading", "queue", "subprocess", "selectors", "multiprocessing.connection", "socket", "ssl",
    "multiprocessing.synchronize", "concurrent.futures._base", "multiprocessing.popen_fork",
    "multiprocessing.queues", "multiprocessing.pool", "asyncio.base_events", "sched", "random",
    "uuid", "tempfile",
}  # fmt: skip


def _reading(family, original, altered, what):
    def read(*args):
        place, _importing, libraries = user_place(1)
        if _waits(libraries):
            return original(*args)
        pinned = family.pinned(place)
        value = altered(what, original, *args) if pinned else original(*args)
        if family.record:
            family.see(what, digest.of_value(value), place)
        return value

    return read


def _seconds(family, clock, name):
    original = getattr(time, name)
    replace(time, name, _reading(family, original, clock.seconds, "time." + name))


def _nanoseconds(family, clock, name):
    original = getattr(time, name)
    replace(time, name, _reading(family, original, clock.nanoseconds, "time." + name))


def _conversions(family, clock):
    for name in ("localtime", "gmtime", "ctime"):
        original = getattr(time, name)

        def convert(seconds=None, _original=original, _name=name):
            if seconds is None:
                seconds = time.time()
            return _original(seconds)

        replace(time, name, convert)
    strftime, asctime = time.strftime, time.asctime

    def stamp(form, moment=None):
        return strftime(form, time.localtime() if moment is None else moment)

    replace(time, "strftime", stamp)
    replace(
        time, "asctime", lambda moment=None: asctime(time.localtime() if moment is None else moment)
    )


def _sleep(family, clock):
    original = time.sleep

    def sleep(seconds):
        if family.pin is not None:
            clock.slept(seconds)
        return original(seconds)

    replace(time, "sleep", sleep)


def _datetime(family, clock):
    # Replacing the classes would break extension types that derive from them.
    real, real_date = datetime.datetime, datetime.date

    def seen(original, frozen):
        place, _importing, libraries = user_place(2)
        value = original()
        if _waits(libraries):
            return value
        if family.pinned(place):
            value = frozen(clock.read() / 1e9)
        if family.record:
            family.see("datetime.now", digest.of_bytes(str(value).encode()), place)
        return value

    now, utcnow, today = (real.__dict__.get(name) for name in ("now", "utcnow", "today"))
    date_today = real_date.__dict__["today"]

    def watched_now(cls, tz=None):
        return seen(lambda: now.__get__(None, cls)(tz), lambda at: cls.fromtimestamp(at, tz))

    def watched_utcnow(cls):
        utc = datetime.timezone.utc
        frozen = lambda at: cls.fromtimestamp(at, utc).replace(tzinfo=None)  # noqa: E731
        return seen(lambda: utcnow.__get__(None, cls)(), frozen)

    def watched_today(cls):
        original = today or date_today
        return seen(lambda: original.__get__(None, cls)(), lambda at: cls.fromtimestamp(at))

    _set(real, "now", watched_now)
    _set(real, "utcnow", watched_utcnow)
    if today is not None:
        _set(real, "today", watched_today)
    _set(real_date, "today", watched_today)


def _set(kind, name, function):
    """Sets a class method of a type that is written in C."""
    function.__name__ = name
    table = gc.get_referents(kind.__dict__)[0]
    table[name] = classmethod(function)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))
