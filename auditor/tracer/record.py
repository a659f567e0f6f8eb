"""The trace file: interned, binary, appended to at every step; docs/trace-format.md."""

import json
import os
import struct
import sys
import threading
import zlib

from .digest import mix

MAGIC = b"FWTRACE1"
TEXT, LEAF, STEP, OPERATION, EVENT, NOTE = 1, 2, 3, 4, 5, 6

_TEXT = struct.Struct("<BIH")
_LEAF = struct.Struct("<BIBIQ")
_STEP = struct.Struct("<BIB")
_OPERATION = struct.Struct("<BIIIIIBBB")
_SIDE = struct.Struct("<QI")
_EVENT = struct.Struct("<BIIBIIIQB")
_NOTE = struct.Struct("<BII")

#: Flags of an operation. VIEW: it computed nothing, or what it computed cannot be judged.
RANDOM, UNINITIALISED, IN_PLACE, VIEW, HOST = 1, 2, 4, 8, 16
#: Counts are bytes: sides past this one are folded into one.
_MOST_SIDES = 250

_RANKS = ("RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID", "JAX_PROCESS_ID")
_HIGH_DESCRIPTOR = 300
_getpid = os.getpid


class Recorder:
    """Writes the records of one process. Opens its file with the first record."""

    def __init__(self, folder, limit):
        self.folder = folder
        self.limit = limit
        self.step = 0
        self.sequence = 0
        self.in_optimizer = False
        self._forks = 0
        self._key = None
        self._depth = int(os.environ.get("FWAUDIT_DEPTH", "0"))
        os.environ["FWAUDIT_DEPTH"] = str(self._depth + 1)
        self._reset()
        os.register_at_fork(
            before=self._before_fork,
            after_in_parent=self._after_fork_in_parent,
            after_in_child=self._after_fork_in_child,
        )

    def _reset(self):
        self.lock = threading.RLock()
        self._texts = {}
        self._buffer = bytearray()
        self._descriptor = None
        self._path = None
        self._written = 0
        self.full = False

    def _before_fork(self):
        self.lock.acquire()
        self._forks += 1

    def _after_fork_in_parent(self):
        self.lock.release()

    def _after_fork_in_child(self):
        parent = self._key or self._role()
        if self._descriptor is not None:
            os.close(self._descriptor)
        name = self._process_name()
        self._key = "%s.%s" % (parent, name or "fork%d" % self._forks)
        self._forks = 0
        self._reset()

    @property
    def is_child(self):
        """Whether this process was started by a traced one."""
        return self._depth > 0 or (self._key is not None and "." in self._key.partition(".")[2])

    @staticmethod
    def _process_name():
        process = sys.modules.get("multiprocessing.process")
        if process is None:
            return None
        try:
            name = process.current_process().name
        except Exception:
            return None
        return None if name == "MainProcess" else name.replace("/", "_")

    def _role(self):
        rank = next((os.environ[name] for name in _RANKS if name in os.environ), None)
        prefix = "r%s" % rank if rank is not None else "r-"
        name = self._process_name()
        if name is None:
            name = "main" if self._depth == 0 or rank is not None else "exec"
        return "%s.%s" % (prefix, name)

    def _open(self):
        key = self._key or self._role()
        for number in range(100000):
            unique = key if number == 0 else "%s-%d" % (key, number)
            path = os.path.join(self.folder, unique + ".trace")
            try:
                descriptor = os.open(
                    path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644
                )
                break
            except FileExistsError:
                continue
        self._key = unique
        self._path = path
        self._descriptor = self._move_up(descriptor)
        head = {
            "key": unique,
            "python": sys.version.split()[0],
            "argv": getattr(sys, "orig_argv", getattr(sys, "argv", [])),
            "pid": _getpid(),
            "depth": self._depth,
        }
        data = json.dumps(head).encode("utf-8", "replace")
        os.write(self._descriptor, MAGIC + struct.pack("<I", len(data)) + data)

    @staticmethod
    def _move_up(descriptor):
        # The program must get the descriptor numbers that it would get without us.
        try:
            import fcntl

            high = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _HIGH_DESCRIPTOR)
            os.close(descriptor)
            return high
        except (ImportError, OSError):
            return descriptor

    def text(self, words):
        """The number that stands for `words` in this file."""
        number = self._texts.get(words)
        if number is None:
            number = len(self._texts)
            self._texts[words] = number
            data = words.encode("utf-8", "replace")[:65535]
            self._buffer += _TEXT.pack(TEXT, number, len(data)) + data
        return number

    def leaf(self, kind, name, digest):
        """One digest of the current step. Kind: a number of steps.KINDS."""
        with self.lock:
            if not self.full:
                self._buffer += _LEAF.pack(LEAF, self.step, kind, self.text(name), digest)

    def mark(self, phase):
        """Phase 0 closes a step, 1 starts the run, 2 ends it; everything before it is on disk."""
        with self.lock:
            self._buffer += _STEP.pack(STEP, self.step, phase)
            self.flush()

    def operation(self, name, place, stream, flags, inputs, outputs):
        """One framework operation; inputs and outputs are (digest, producer) pairs."""
        inputs, outputs = _folded(inputs), _folded(outputs)
        with self.lock:
            if self.full:
                return self.sequence
            self.sequence += 1
            self._buffer += _OPERATION.pack(
                OPERATION,
                self.step,
                self.sequence,
                self.text(stream),
                self.text(name),
                self.text(place),
                flags,
                len(inputs),
                len(outputs),
            )
            for digest, producer in inputs:
                self._buffer += _SIDE.pack(digest, producer)
            for digest, producer in outputs:
                self._buffer += _SIDE.pack(digest, producer)
            if len(self._buffer) > 65536:
                self.flush()
            return self.sequence

    def event(self, family, what, place, digest, flags=0):
        """A draw, a clock read, a listing, …: family is a text such as "rng:numpy"."""
        with self.lock:
            if self.full:
                return
            self.sequence += 1
            self._buffer += _EVENT.pack(
                EVENT,
                self.step,
                self.sequence,
                0,
                self.text(family),
                self.text(what),
                self.text(place),
                digest & 0xFFFFFFFFFFFFFFFF,
                flags,
            )
            # Worker processes are ended without a chance to write.
            if len(self._buffer) > 8192 or self.is_child:
                self.flush()

    def note(self, key, value):
        """A rare fact, as JSON."""
        with self.lock:
            data = json.dumps(value, default=repr).encode("utf-8", "replace")
            self._buffer += _NOTE.pack(NOTE, self.text(key), len(data)) + data
            self.flush()

    def flush(self):
        """Hands what is buffered to the system, so that SIGKILL cannot take it."""
        with self.lock:
            if not self._buffer:
                return
            if self._descriptor is None:
                self._open()
            data, self._buffer = self._buffer, bytearray()
            try:
                os.write(self._descriptor, data)
            except OSError:
                self._descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
                os.write(self._descriptor, data)
            self._written += len(data)
            if self._written > self.limit and not self.full:
                self.full = True
                self.note("full", {"limit": self.limit, "step": self.step})


def text_digest(words):
    """32-bit digest of a text."""
    return zlib.crc32(words.encode("utf-8", "replace"))


def this_thread():
    """The stream to which the operations of this thread belong."""
    thread = threading.current_thread()
    return "main" if thread is threading.main_thread() else thread.name


def _folded(sides):
    if len(sides) <= _MOST_SIDES:
        return sides
    total = 0
    for content, _producer in sides[_MOST_SIDES:]:
        total = mix(total, content)
    return [*sides[:_MOST_SIDES], (total, 0)]
