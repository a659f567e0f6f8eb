"""Line by line through the user's code: which local values each line changed."""

import sys
import threading

from . import digest
from .place import in_tree, spelled

_MOST = 120_000
_PER_LINE = 3000
_MOST_SHARED = 40
_LARGE = 1 << 18
_PRIMITIVE = (int, float, str, bool, type(None), bytes)


class ValueTrace:
    """A trace function for sys.settrace; only frames of files in the tree are followed."""

    def __init__(self, recorder):
        self.recorder = recorder
        self._kinds = {}
        self._count = 0
        self._lines = {}
        self.shared_count = 0
        self._main = threading.main_thread()

    def install(self):
        """From now on, in every thread."""
        threading.settrace(self._call)
        sys.settrace(self._call)

    def _call(self, frame, event, argument):
        code = frame.f_code
        known = self._kinds.get(code)
        if known is None:
            known = self._kinds[code] = in_tree(code.co_filename)
        if not known or self._count > _MOST or self.shared_count > _MOST_SHARED:
            return None
        shared = threading.current_thread() is not self._main
        return _Frame(self, frame, shared).line

    def see(self, frame, line, name, value, family):
        """One changed name."""
        self._count += 1
        seen = self._lines.get((frame.f_code, line), 0) + 1
        self._lines[(frame.f_code, line)] = seen
        if seen > _PER_LINE:
            return
        place = spelled(frame.f_code.co_filename, line, frame.f_code.co_name)
        self.recorder.event(family, name, place, value)


class _Frame:
    def __init__(self, trace, frame, in_thread):
        self.trace = trace
        self.family = "value:" + threading.current_thread().name if in_thread else "value"
        self.in_thread = in_thread
        self.at = frame.f_lineno
        self.known = self._digests(frame)
        self.shared = self._shared(frame) if in_thread else {}
        for name in sorted(self.known):
            if not name.startswith("__") and frame.f_locals is not frame.f_globals:
                trace.see(frame, self.at, name, self.known[name], self.family)

    def line(self, frame, event, argument):
        if self.in_thread and self.trace.shared_count > _MOST_SHARED:
            return None
        if event in ("line", "return"):
            self._changes(frame)
            self.at = frame.f_lineno
        if event == "return" and argument is not None and not _dull(argument):
            self.trace.see(frame, self.at, "return", _digest(argument), self.family)
        return self.line

    def _changes(self, frame):
        now = self._digests(frame)
        for name, value in now.items():
            if self.known.get(name) != value:
                self.trace.see(frame, self.at, name, value, self.family)
        self.known = now
        if self.in_thread:
            shared = self._shared(frame)
            for name, value in shared.items():
                if self.shared.get(name) != value:
                    self.trace.shared_count += 1
                    self.trace.see(frame, self.at, name, value, "shared")
            self.shared = shared

    def _digests(self, frame):
        found = {}
        for name, value in list(frame.f_locals.items()):
            if not name.startswith("__") and not _dull(value):
                found[name] = _digest(value)
        return found

    def _shared(self, frame):
        # Objects that other threads can reach: globals and closure variables that the code names.
        code = frame.f_code
        found = {}
        for name in code.co_names:
            value = frame.f_globals.get(name)
            if value is not None and not _dull(value):
                found[name] = _digest(value)
        for name in code.co_freevars:
            if name in frame.f_locals and not _dull(frame.f_locals[name]):
                found[name] = _digest(frame.f_locals[name])
        return found


def _dull(value):
    kind = type(value)
    if kind in _PRIMITIVE:
        return False
    name = kind.__name__
    return name in ("module", "function", "type", "builtin_function_or_method") or (
        kind.__module__ in ("threading", "_thread", "queue", "socket", "_io")
    )


def _digest(value):
    try:
        size = getattr(value, "nbytes", 0)
        if type(value).__name__ == "ndarray" and size > _LARGE:
            # A sample: following every line through whole data sets would take hours.
            flat = value.reshape(-1)
            return digest.of_array(flat[:: flat.size // 4096])
        return digest.of_value(value, 2)
    except Exception:
        return 0
