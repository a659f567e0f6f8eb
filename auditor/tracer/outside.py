"""What comes from outside the tree: files, devices, sockets, children; recorded, replayed."""

import base64
import builtins
import io
import json
import os
import random
import stat

from . import digest
from .family import replace
from .place import _library, user_place

_LONGEST = 1 << 24
_SEED = 20240301
_urandom, _getpid = os.urandom, os.getpid
_DEVICES = ("/dev/urandom", "/dev/random", "/dev/hwrng")
_QUIET = ("importlib", "linecache", "tokenize", "traceback", "inspect", "torch._", "matplotlib")


class Tape:
    """What was received, by source and order of receipt; kept beside the trace."""

    def __init__(self, folder, source):
        self._path = os.path.join(folder, "outside-%d.tape" % _getpid())
        self._counts = {}
        self._played = {}
        for name in sorted(os.listdir(source)) if source else ():
            if name.endswith(".tape"):
                self._load(os.path.join(source, name))

    def _load(self, path):
        with io.open(path, encoding="ascii") as file:
            for line in file:
                row = json.loads(line)
                self._played.setdefault((row[0], row[1]), base64.b64decode(row[2]))

    def _next(self, source):
        number = self._counts.get(source, 0)
        self._counts[source] = number + 1
        return number

    def record(self, source, data):
        """Keeps what `source` gave."""
        row = json.dumps([source, self._next(source), base64.b64encode(data).decode("ascii")])
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.write(descriptor, (row + "\n").encode("ascii"))
        os.close(descriptor)

    def play(self, source):
        """What `source` gave at this point of the recorded run, or None."""
        return self._played.get((source, self._next(source)))


def install(families, folder, root):
    """Wraps open, sockets and Popen.communicate when outside input is recorded or replayed."""
    family, entropy = families.get("outside"), families.get("entropy")
    if not family.active and not entropy.active:
        return
    tape = Tape(folder, (family.pin or {}).get("replay"))
    own = families.get("tree-file")
    # What the tracer writes itself, in the name of the line that computes, is no result.
    unseen = (*_library, os.path.realpath(folder) + os.sep)
    _files(family, entropy, own, tape, os.path.realpath(root) + os.sep, unseen)
    if family.active:
        _sockets(family, tape)
        _children(family, tape)


def _files(family, entropy, own, tape, root, unseen):
    original = io.open

    def watched(file, mode="r", *args, **kwargs):
        if not isinstance(file, (str, os.PathLike)):
            return original(file, mode, *args, **kwargs)
        path = os.path.realpath(os.fspath(file))
        if isinstance(path, bytes) or path.startswith(unseen):
            return original(file, mode, *args, **kwargs)
        place, importing, libraries = user_place(1)
        if importing or not place or (libraries and libraries[0].startswith(_QUIET)):
            return original(file, mode, *args, **kwargs)
        writing = bool(set(mode) & set("wax+"))
        if path.startswith(root) or writing:
            owner = own if path.startswith(root) else family
            owner.see(("write " if writing else "read ") + path, 0, place)
            return original(file, mode, *args, **kwargs)
        if path in _DEVICES:
            return _device(entropy, path, place, original, (file, mode, *args), kwargs)
        return _regular(family, tape, path, place, original, (file, mode, *args), kwargs)

    watched.__name__ = watched.__qualname__ = "open"
    builtins.open = watched
    io.open = watched


def _device(entropy, path, place, original, args, kwargs):
    entropy.see(path, int.from_bytes(_urandom(4), "little"), place)
    if not entropy.pinned(place):
        return original(*args, **kwargs)
    return io.BufferedReader(_Noise())


class _Noise(io.RawIOBase):
    """An endless device that always gives the same bytes."""

    def __init__(self):
        super().__init__()
        self._random = random.Random(_SEED)

    def readable(self):
        """It is for reading only."""
        return True

    def readinto(self, buffer):
        """Fills the buffer."""
        buffer[:] = self._random.getrandbits(8 * len(buffer)).to_bytes(len(buffer), "little")
        return len(buffer)


def _regular(family, tape, path, place, original, args, kwargs):
    if family.pinned(place):
        data = tape.play(path)
        if data is not None:
            return _as_file(data, args, kwargs)
    elif family.record:
        try:
            if stat.S_ISREG(os.stat(path).st_mode):
                with original(path, "rb") as file:
                    data = file.read(_LONGEST)
                tape.record(path, data)
                family.see(path, digest.of_bytes(data), place)
        except OSError:
            pass
    return original(*args, **kwargs)


def _as_file(data, args, kwargs):
    mode = args[1] if len(args) > 1 else "r"
    if "b" in mode:
        return io.BytesIO(data)
    wanted = {k: v for k, v in kwargs.items() if k in ("encoding", "errors", "newline")}
    return io.TextIOWrapper(io.BytesIO(data), **{"encoding": "utf-8", **wanted})


def _sockets(family, tape):
    import socket

    kind = socket.socket
    connect, sendall, send = kind.connect, kind.sendall, kind.send
    recv, recv_into = kind.recv, kind.recv_into

    def watched_connect(self, address):
        place, _importing, libraries = user_place(1)
        peer = "socket:%s" % (address[0] if isinstance(address, tuple) else address,)
        if place and not (libraries and libraries[0].startswith(("multiprocessing", "torch"))):
            _peers[id(self)] = (peer, place)
            if family.pinned(place):
                return None
        return connect(self, address)

    def receive(self, take):
        peer = _peers.get(id(self))
        if peer is None:
            return take()
        if family.pinned(peer[1]):
            data = tape.play(peer[0])
            return data if data is not None else b""
        data = take()
        tape.record(peer[0], data)
        family.see(peer[0], digest.of_bytes(data), peer[1])
        return data

    def watched_recv(self, count, *flags):
        return receive(self, lambda: recv(self, count, *flags))

    def watched_recv_into(self, buffer, nbytes=0, flags=0):
        if id(self) not in _peers:
            return recv_into(self, buffer, nbytes, flags)
        view = memoryview(buffer).cast("B")
        data = receive(self, lambda: recv(self, nbytes or len(view), flags))
        view[: len(data)] = data
        return len(data)

    def silent(original):
        def write(self, data, *flags):
            peer = _peers.get(id(self))
            if peer is not None and family.pinned(peer[1]):
                return len(data)
            return original(self, data, *flags)

        return write

    _peers = {}
    kind.connect = watched_connect
    kind.recv, kind.recv_into = watched_recv, watched_recv_into
    kind.sendall, kind.send = silent(sendall), silent(send)


def _children(family, tape):
    import subprocess

    original = subprocess.Popen.communicate

    def communicate(self, input=None, timeout=None):
        out, errors = original(self, input, timeout)
        place = user_place(1)[0]
        if not place or out is None:
            return out, errors
        source = "process:%s" % (self.args if isinstance(self.args, str) else list(self.args)[:1],)
        text = isinstance(out, str)
        if family.pinned(place):
            data = tape.play(source)
            if data is not None:
                return (data.decode("utf-8", "replace") if text else data), errors
        elif family.record:
            data = out.encode("utf-8", "replace") if text else out
            tape.record(source, data[:_LONGEST])
            family.see(source, digest.of_bytes(data), place)
        return out, errors

    replace(subprocess.Popen, "communicate", communicate)
