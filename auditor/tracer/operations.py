"""Operation level for torch: every operation of a window of steps, digests of all sides."""

import threading

from . import digest
from .place import user_place
from .record import IN_PLACE, RANDOM, UNINITIALISED, VIEW, this_thread

# Collectives finish after they are dispatched: their buffers show elsewhere.
_UNSEEN = ("c10d::", "_c10d_functional::")


def operation_flags(draws, allocates, in_place):
    """The flags of an operation as far as its kind decides them."""
    return (
        (RANDOM if draws else 0)
        | (UNINITIALISED if allocates else 0)
        | (IN_PLACE if in_place else 0)
    )


def make_mode(torch):
    """The dispatch mode class, which needs torch to exist."""
    from torch.utils._python_dispatch import TorchDispatchMode

    tag = getattr(torch.Tag, "nondeterministic_seeded", None)
    Tensor = torch.Tensor

    class OperationMode(TorchDispatchMode):
        """Records; computes nothing."""

        def __init__(self, recorder, digests, draws_only, dump):
            super().__init__()
            self.recorder = recorder
            self.digests = digests
            self.draws_only = draws_only
            self.dump = dump
            self._facts = {}
            self._given = set()
            self._producers = {}
            self._unwritten = {}

        @classmethod
        def ignore_compile_internals(cls):
            """Compiled regions stay compiled: without this torch.compile would turn into eager."""
            return True

        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            kwargs = kwargs or {}
            facts = self._facts.get(func)
            if facts is None:
                facts = self._facts[func] = _facts(func, tag)
            name, random, allocates, in_place = facts
            if self.draws_only and not (random and kwargs.get("generator") is None):
                return func(*args, **kwargs)
            before = [] if self.draws_only else self._side(args, kwargs)
            result = func(*args, **kwargs)
            self._record(name, random, allocates, in_place, before, result)
            return result

        def _record(self, name, drawing, allocates, in_place, before, result):
            try:
                place, importing, _libraries = user_place(2)
                if self.draws_only:
                    value = self._digest(result) if isinstance(result, Tensor) else 0
                    self.recorder.event("rng:torch", name, place, value, 1 if importing else 0)
                    return
                flags = operation_flags(drawing, allocates, in_place)
                tensors = _flat(result, Tensor)
                shares = tensors and self._given.issuperset(map(_storage, tensors))
                if name.startswith(_UNSEEN) or (shares and not in_place):
                    flags |= VIEW
                outputs = [(0 if allocates else self._digest(t), 0) for t in tensors]
                number = self.recorder.operation(name, place, this_thread(), flags, before, outputs)
                if not flags & VIEW:
                    self._produced(tensors, number, allocates, in_place)
                if number in self.dump:
                    self._dump(number, result)
            except Exception as error:
                self.recorder.note("tracer-error", "%s: %r" % (name, error))

        def _produced(self, tensors, number, allocates, in_place):
            for tensor in tensors:
                storage = _storage(tensor)
                self._producers[storage] = number
                if allocates:
                    self._unwritten[storage] = number
                elif not in_place or _covers(tensor):
                    self._unwritten.pop(storage, None)

        def _dump(self, number, result):
            from .dump import write_tensor

            for index, tensor in enumerate(_flat(result, Tensor)):
                plain = digest.tensor_content(tensor)
                if plain is not None and plain.numel() * plain.element_size() < 1 << 28:
                    name = "operation-%d-%d" % (number, index)
                    write_tensor(self.recorder, name, plain, str(tensor.dtype))

        def _side(self, args, kwargs):
            found = []
            self._given = set()
            for tensor in _flat((args, list(kwargs.values())), Tensor)[:255]:
                storage = _storage(tensor)
                self._given.add(storage)
                producer = self._unwritten.get(storage) or self._producers.get(storage, 0)
                found.append((self._digest(tensor), producer))
            found.append((digest.of_value(_plain((args, kwargs), Tensor)), 0))
            return found

        def _digest(self, tensor):
            if not self.digests:
                return 0
            try:
                return digest.of_tensor(tensor)
            except Exception:
                return 0

    return OperationMode


def _plain(value, kind, depth=0):
    # Everything that is given and is no tensor: numbers, shapes, flags.
    if isinstance(value, kind):
        return "tensor"
    if isinstance(value, (list, tuple)) and depth < 5:
        return [_plain(item, kind, depth + 1) for item in value]
    if isinstance(value, dict) and depth < 5:
        return [(key, _plain(item, kind, depth + 1)) for key, item in value.items()]
    if value is None or type(value) in (bool, int, float, complex, str):
        return value
    name = type(value).__name__
    return name if name in ("Generator", "ProcessGroup", "ScriptObject") else name + str(value)[:64]


def _storage(tensor):
    try:
        return tensor.untyped_storage()._cdata
    except Exception:
        return id(tensor)


def _covers(tensor):
    try:
        return tensor.numel() * tensor.element_size() >= tensor.untyped_storage().nbytes()
    except Exception:
        return True


def _flat(value, kind, depth=0):
    if isinstance(value, kind):
        return [value]
    found = []
    if isinstance(value, (list, tuple)) and depth < 4:
        for item in value:
            found += _flat(item, kind, depth + 1)
    return found


def _facts(func, tag):
    try:
        schema = func._schema
        name = schema.name + ("." + schema.overload_name if schema.overload_name else "")
        in_place = schema.name.endswith("_") and not schema.name.endswith("__")
        random = tag is not None and tag in func.tags
        written = any(a.alias_info is not None and a.alias_info.is_write for a in schema.arguments)
    except AttributeError:
        return str(func), False, False, False
    base = schema.name.partition("::")[2]
    allocates = base in ("empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided")
    return name, random, allocates, in_place or written


class Window:
    """Enters the mode in every thread while the current step lies in the window."""

    def __init__(self, recorder, window, draws_only, dump, brief=False):
        self.recorder = recorder
        self.brief = brief
        self.first, self.last = window
        self.draws_only = draws_only
        self.dump = frozenset(dump)
        self._mode = None

    def install(self, torch, steps):
        """Begins now when the window holds the first step, else when its first step begins."""
        if self.brief:
            from . import outputs

            brief = outputs.make_mode(torch)
            self._make = lambda stream: brief(self.recorder, stream)
        else:
            full = make_mode(torch)
            self._make = lambda stream: full(self.recorder, True, self.draws_only, self.dump)
        if self.first <= 0:
            self._enter()
        if steps is not None:
            steps.on_step.append(self._step)
        self._follow_threads()

    def _enter(self):
        self._mode = self._make("main")
        self._mode.__enter__()

    def _step(self, step):
        if self._mode is None and self.first <= step <= self.last:
            self._enter()
        elif self._mode is not None and step > self.last:
            mode, self._mode = self._mode, None
            mode.__exit__(None, None, None)

    def _follow_threads(self):
        # The stack of modes belongs to a thread.
        original = threading.Thread.run
        window = self

        def run(thread):
            if window._mode is None or thread.name.startswith("QueueFeeder"):
                return original(thread)
            with window._make(thread.name):
                return original(thread)

        threading.Thread.run = run
