"""Clock reads, recorded or frozen: a frozen clock ticks by a millisecond at every read."""

import datetime
import time

from . import digest
from .family import replace
from .place import user_place

_START = 1_700_000_000 * 10**9
_TICK = 10**6
_COUNTERS = ("time", "monotonic", "perf_counter", "process_time", "thread_time", "clock_gettime")


class _Clock:
    def __init__(self):
        self.now = _START

    def read(self):
        self.now += _TICK
        return self.now


def install(families):
    """Replaces the clock functions of `time` and `datetime` when they are watched or pinned."""
    family = families.get("clock")
    if not family.active:
        return
    clock = _Clock()
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


def _reading(family, original, frozen, what):
    def read(*args):
        place, _importing, libraries = user_place(1)
        if _waits(libraries):
            return original(*args)
        pinned = family.pinned(place)
        value = frozen(*args) if pinned else original(*args)
        if family.record:
            family.see(what, digest.of_value(value), place)
        return value

    return read


def _seconds(family, clock, name):
    original = getattr(time, name)
    replace(time, name, _reading(family, original, lambda *_: clock.read() / 1e9, "time." + name))


def _nanoseconds(family, clock, name):
    original = getattr(time, name)
    replace(time, name, _reading(family, original, lambda *_: clock.read(), "time." + name))


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
            clock.now += int(seconds * 1e9)
        return original(seconds)

    replace(time, "sleep", sleep)


def _datetime(family, clock):
    real, real_date = datetime.datetime, datetime.date

    class Kind(type):
        def __instancecheck__(cls, value):
            return isinstance(value, cls._real)

        def __subclasscheck__(cls, other):
            return issubclass(other, cls._real) if other is not cls else True

    def moment():
        place = user_place(2)[0]
        now = real.now()
        if family.pinned(place):
            now = real.fromtimestamp(clock.read() / 1e9)
        if family.record:
            family.see("datetime.now", digest.of_bytes(str(now).encode()), place)
        return now

    class WatchedDatetime(real, metaclass=Kind):
        _real = real

        def __new__(cls, *args, **kwargs):
            return real.__new__(real, *args, **kwargs)

        @classmethod
        def now(cls, tz=None):
            return moment() if tz is None else moment().astimezone(tz)

        @classmethod
        def today(cls):
            return moment()

        @classmethod
        def utcnow(cls):
            return moment().astimezone(datetime.timezone.utc).replace(tzinfo=None)

    class WatchedDate(real_date, metaclass=Kind):
        _real = real_date

        def __new__(cls, *args, **kwargs):
            return real_date.__new__(real_date, *args, **kwargs)

        @classmethod
        def today(cls):
            return moment().date()

    for name, watched in (("datetime", WatchedDatetime), ("date", WatchedDate)):
        original = getattr(datetime, name)
        watched.__name__ = watched.__qualname__ = name
        watched.__module__ = "datetime"
        watched.__doc__ = original.__doc__
        setattr(datetime, name, watched)
