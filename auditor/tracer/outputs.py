"""Operation level at full length: of every operation its place and its outputs, cheaply."""

import ctypes
import struct
import sys
import zlib

from . import digest
from .operations import _UNSEEN, _facts, _flat, operation_flags
from .place import _USER, _kind, spelled
from .record import OPERATION, UNINITIALISED, VIEW

_HEAD = struct.Struct("<BIIIIIBBB")
_SIDE = struct.Struct("<QI")
_FLUSH_AT = 1 << 16
#: Outputs of such operations have no digest.
_UNJUDGED = UNINITIALISED | VIEW


def _is_view(func):
    try:
        returned = func._schema.returns
        return bool(returned) and all(one.alias_info is not None for one in returned)
    except AttributeError:
        return False


def make_mode(torch):
    """The dispatch mode class, which needs torch to exist."""
    from torch.utils._python_dispatch import TorchDispatchMode

    tag = getattr(torch.Tag, "nondeterministic_seeded", None)
    Tensor, strided = torch.Tensor, torch.strided
    plain = (torch.Tensor, torch.nn.Parameter)
    crc32, pack, side = zlib.crc32, _HEAD.pack, _SIDE.pack
    frame_at = sys._getframe

    class OutputMode(TorchDispatchMode):
        """Records names, places and outputs; inputs are what earlier operations put out."""

        def __init__(self, recorder, stream):
            super().__init__()
            self.recorder = recorder
            self.stream = recorder.text(stream)
            self._names = {}
            self._places = {}
            self._users = {}
            self._seeds = {}
            self._types = {}

        @classmethod
        def ignore_compile_internals(cls):
            """Compiled regions stay compiled."""
            return True

        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            result = func(*args, **kwargs) if kwargs else func(*args)
            try:
                self._record(func, result)
            except Exception as error:
                self.recorder.note("tracer-error", "%s: %r" % (func, error))
            return result

        def _record(self, func, result):
            known = self._names.get(func)
            if known is None:
                name, random, allocates, in_place = _facts(func, tag)
                flags = operation_flags(random, allocates, in_place)
                if name.startswith(_UNSEEN) or (not in_place and _is_view(func)):
                    flags |= VIEW
                known = self._names[func] = (self.recorder.text(name), flags)
            number, flags = known
            recorder = self.recorder
            if recorder.full:
                return
            if recorder.in_optimizer:
                # The parameters are digested right after: operation by operation is for a window.
                flags |= VIEW
            if type(result) in plain:
                values = side(0 if flags & _UNJUDGED else self._digest(result), 0)
                count = 1
            else:
                tensors = _flat(result, Tensor)[:255]
                count = len(tensors)
                values = b"".join(
                    side(0 if flags & _UNJUDGED else self._digest(t), 0) for t in tensors
                )
            with recorder.lock:
                place = self._place()
                recorder.sequence += 1
                recorder._buffer += (
                    pack(
                        OPERATION, recorder.step, recorder.sequence, self.stream, number, place,
                        flags, 0, count,
                    )
                    + values
                )  # fmt: skip
                if len(recorder._buffer) > _FLUSH_AT:
                    recorder.flush()

        def _digest(self, tensor):
            if (
                tensor.layout is not strided
                or not tensor.is_cpu
                or not tensor.is_contiguous()
                or tensor.is_conj()
                or tensor.is_neg()
            ):
                return digest.of_tensor(tensor)
            shape = tensor.shape
            key = (tensor.dtype, shape)
            known = self._seeds.get(key)
            if known is None:
                seed = digest._head(str(tensor.dtype), shape)
                size = tensor.numel() * tensor.element_size()
                known = self._seeds[key] = (seed, (ctypes.c_char * size) if size else None)
            seed, kind = known
            if kind is None:
                return seed << 32
            return crc32(kind.from_address(tensor.data_ptr())) << 32 | seed

        def _place(self):
            frame = frame_at(3)
            users = self._users
            while frame is not None:
                code = frame.f_code
                user = users.get(code)
                if user is None:
                    user = users[code] = _kind(code.co_filename) == _USER
                if user:
                    key = (code, frame.f_lineno)
                    place = self._places.get(key)
                    if place is None:
                        words = spelled(code.co_filename, frame.f_lineno, code.co_name)
                        place = self._places[key] = self.recorder.text(words)
                    return place
                frame = frame.f_back
            return self.recorder.text("")

    return OutputMode
