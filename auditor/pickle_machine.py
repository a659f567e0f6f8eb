"""Evaluates a pickle into inert values: no import, no call, no attribute of a foreign object."""

from __future__ import annotations

import pickletools
import struct
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Protocol, cast

from .pickle_values import Call, Global, Persistent, PickledDict, PickledSet, PickleError

MAX_OPERATIONS = 5_000_000
"""Opcodes that one evaluation follows; a longer pickle is refused."""

MAX_SIZE = 1 << 29
"""Bytes of one string, bytes object or memo list; a larger one is refused."""


class ByteStream(Protocol):
    """What an evaluation reads from: a `BytesIO`, a file or an `mmap`."""

    def read(self, size: int = ..., /) -> bytes: ...
    def readline(self) -> bytes: ...
    def tell(self) -> int: ...


class PickleMachine:
    """A stack machine over one stream.

    `imports` lists what was named and `persistent` what was referred to, also after an error.

    `after_build` is called after BUILD and returns what takes the object's place: joblib stores
    arrays inline, and a hook reads them from `machine.stream`.
    """

    def __init__(self, stream: ByteStream, after_build: BuildHook | None = None) -> None:
        self.stream = stream
        self._after_build = after_build
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}
        self.imports: list[Global] = []
        self.persistent: list[Any] = []

    def nested(self) -> Any:
        """Evaluates another pickle that lies at the stream's position."""
        machine = PickleMachine(self.stream, self._after_build)
        machine.imports = self.imports
        return machine.evaluate()

    def evaluate(self) -> Any:
        """The pickled value, from the stream's position to STOP. PickleError when it cannot."""
        try:
            with warnings.catch_warnings(action="ignore"):  # pickletools decodes escapes
                return self._run()
        except PickleError:
            raise
        except (
            ValueError, IndexError, KeyError, TypeError, AttributeError,
            OverflowError, RecursionError, MemoryError, struct.error,
        ) as error:  # fmt: skip
            raise PickleError(f"malformed pickle: {_first_line(error)}") from None

    def _run(self) -> Any:
        operations: Iterator[tuple[Any, Any, int | None]]
        operations = pickletools.genops(_Bounded(self.stream))  # type: ignore[arg-type]
        for count, (opcode, argument, _) in enumerate(operations):
            if count > MAX_OPERATIONS:
                raise PickleError(f"more than {MAX_OPERATIONS} operations")
            if opcode.name == "STOP":
                return self._stack.pop()
            _HANDLERS[opcode.name](self, argument)
        raise PickleError("the pickle ends without STOP")

    # What handlers share.

    def push(self, value: Any) -> None:
        """Puts a value on the stack."""
        self._stack.append(value)

    def pop(self) -> Any:
        """Takes the value on top; never below the last mark."""
        if self._marks and len(self._stack) <= self._marks[-1]:
            raise PickleError("the stack is empty")
        return self._stack.pop()

    def pop_to_mark(self) -> list[Any]:
        """Takes all values above the last mark, and the mark."""
        start = self._marks.pop()
        values = self._stack[start:]
        del self._stack[start:]
        return values

    def mark(self, _: Any) -> None:
        """Remembers the height of the stack."""
        self._marks.append(len(self._stack))

    def top(self) -> Any:
        """The value on top."""
        return self._stack[-1]

    def memoize(self, index: int | None) -> None:
        """Remembers the top under `index`, or under the next free number."""
        self._memo[len(self._memo) if index is None else index] = self.top()

    def recall(self, index: int) -> None:
        """Pushes what was remembered."""
        self.push(self._memo[index])

    def name(self, module: Any, name: Any) -> None:
        """Pushes a global; nothing is imported."""
        if not isinstance(module, str) or not isinstance(name, str):
            raise PickleError("a global whose name is no string")
        found = Global(module, name)
        self.imports.append(found)
        self.push(found)

    def refer(self, identifier: Any) -> None:
        """Pushes a reference to an object outside the pickle."""
        self.persistent.append(identifier)
        self.push(Persistent(identifier))

    def call(self, function: Any, arguments: Any, keywords: Any = None) -> None:
        """Pushes the record of a call; nothing is called."""
        self.push(Call(function, arguments, keywords))

    def build(self, _: Any) -> None:
        """Notes the state; then lets the hook take over."""
        state = self.pop()
        target = self.top()
        if not isinstance(target, Call):
            target = Call(target, ())
            self._stack[-1] = target
        target.state = state
        if self._after_build is not None:
            self._stack[-1] = self._after_build(target, self)


BuildHook = Callable[[Call, PickleMachine], Any]


class _Bounded:
    """The stream with a limit on a single read, so that a forged length allocates nothing."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self.readline = stream.readline
        self.tell = stream.tell

    def read(self, size: int) -> bytes:
        if size > MAX_SIZE:
            raise PickleError(f"one value of {size} bytes")
        return self._stream.read(size)


def _first_line(error: BaseException) -> str:
    text = str(error).partition("\n")[0]
    return text[:120] or type(error).__name__


def _extend(machine: PickleMachine, values: list[Any]) -> None:
    target = machine.top()
    if isinstance(target, Call):
        target = target.items
    if not isinstance(target, list):
        raise PickleError("items added to what holds none")
    cast("list[Any]", target).extend(values)


def _set_items(machine: PickleMachine, values: list[Any]) -> None:
    pairs = list(zip(values[::2], values[1::2], strict=True))
    match machine.top():
        case PickledDict() | Call() as target:
            target.pairs.extend(pairs)
        case _:
            raise PickleError("keys added to what holds none")


def _add_items(machine: PickleMachine, values: list[Any]) -> None:
    match machine.top():
        case PickledSet() | Call() as target:
            target.items.extend(values)
        case _:
            raise PickleError("members added to what is no set")


def _set_one(machine: PickleMachine) -> None:
    value = machine.pop()
    _set_items(machine, [machine.pop(), value])


def _tuple(machine: PickleMachine, size: int) -> None:
    values = [machine.pop() for _ in range(size)]
    machine.push(tuple(reversed(values)))


def _stack_global(machine: PickleMachine) -> None:
    name = machine.pop()
    machine.name(machine.pop(), name)


def _reduce(machine: PickleMachine) -> None:
    arguments = machine.pop()
    machine.call(machine.pop(), arguments)


def _new_object_with_keywords(machine: PickleMachine) -> None:
    keywords = machine.pop()
    arguments = machine.pop()
    machine.call(machine.pop(), arguments, keywords)


def _instance(machine: PickleMachine, argument: str) -> None:
    values = machine.pop_to_mark()
    module, _, name = argument.partition(" ")
    machine.name(module, name)
    machine.call(machine.pop(), tuple(values))


def _object(machine: PickleMachine) -> None:
    function, *arguments = machine.pop_to_mark()
    machine.call(function, tuple(arguments))


def _dict(machine: PickleMachine) -> None:
    values = machine.pop_to_mark()
    machine.push(PickledDict())
    _set_items(machine, values)


def _pop(machine: PickleMachine) -> None:
    # POP directly above a mark takes the mark, as in the real machine.
    if machine._marks and len(machine._stack) == machine._marks[-1]:  # pyright: ignore[reportPrivateUsage]
        machine._marks.pop()  # pyright: ignore[reportPrivateUsage]
    else:
        machine.pop()


def _pop_mark(machine: PickleMachine) -> None:
    machine.pop_to_mark()


def _refuse(what: str) -> Callable[[PickleMachine, Any], None]:
    def handler(machine: PickleMachine, argument: Any) -> None:
        raise PickleError(what)

    return handler


Handler = Callable[[PickleMachine, Any], None]


def _literals() -> dict[str, Handler]:
    names = (
        "INT BININT BININT1 BININT2 LONG LONG1 LONG4 STRING BINSTRING SHORT_BINSTRING BINBYTES "
        "SHORT_BINBYTES BINBYTES8 BYTEARRAY8 UNICODE SHORT_BINUNICODE BINUNICODE BINUNICODE8 "
        "FLOAT BINFLOAT"
    )
    return dict.fromkeys(names.split(), PickleMachine.push)


_HANDLERS: dict[str, Handler] = {
    **_literals(),
    "PROTO": lambda machine, argument: None,
    "FRAME": lambda machine, argument: None,
    "READONLY_BUFFER": lambda machine, argument: None,
    "NEXT_BUFFER": _refuse("a buffer that lies outside the pickle"),
    "NONE": lambda machine, argument: machine.push(None),
    "NEWTRUE": lambda machine, argument: machine.push(True),
    "NEWFALSE": lambda machine, argument: machine.push(False),
    "EMPTY_LIST": lambda machine, argument: machine.push([]),
    "EMPTY_TUPLE": lambda machine, argument: machine.push(()),
    "EMPTY_DICT": lambda machine, argument: machine.push(PickledDict()),
    "EMPTY_SET": lambda machine, argument: machine.push(PickledSet()),
    "MARK": PickleMachine.mark,
    "LIST": lambda machine, argument: machine.push(machine.pop_to_mark()),
    "TUPLE": lambda machine, argument: machine.push(tuple(machine.pop_to_mark())),
    "FROZENSET": lambda machine, argument: machine.push(PickledSet(machine.pop_to_mark())),
    "DICT": lambda machine, argument: _dict(machine),
    "TUPLE1": lambda machine, argument: _tuple(machine, 1),
    "TUPLE2": lambda machine, argument: _tuple(machine, 2),
    "TUPLE3": lambda machine, argument: _tuple(machine, 3),
    "APPEND": lambda machine, argument: _extend(machine, [machine.pop()]),
    "APPENDS": lambda machine, argument: _extend(machine, machine.pop_to_mark()),
    "SETITEM": lambda machine, argument: _set_one(machine),
    "SETITEMS": lambda machine, argument: _set_items(machine, machine.pop_to_mark()),
    "ADDITEMS": lambda machine, argument: _add_items(machine, machine.pop_to_mark()),
    "POP": lambda machine, argument: _pop(machine),
    "POP_MARK": lambda machine, argument: _pop_mark(machine),
    "DUP": lambda machine, argument: machine.push(machine.top()),
    "MEMOIZE": lambda machine, argument: machine.memoize(None),
    "PUT": PickleMachine.memoize,
    "BINPUT": PickleMachine.memoize,
    "LONG_BINPUT": PickleMachine.memoize,
    "GET": PickleMachine.recall,
    "BINGET": PickleMachine.recall,
    "LONG_BINGET": PickleMachine.recall,
    "GLOBAL": lambda machine, argument: machine.name(*argument.split(" ", 1)),
    "STACK_GLOBAL": lambda machine, argument: _stack_global(machine),
    "INST": _instance,
    "OBJ": lambda machine, argument: _object(machine),
    "REDUCE": lambda machine, argument: _reduce(machine),
    "NEWOBJ": lambda machine, argument: _reduce(machine),
    "NEWOBJ_EX": lambda machine, argument: _new_object_with_keywords(machine),
    "BUILD": PickleMachine.build,
    "PERSID": PickleMachine.refer,
    "BINPERSID": lambda machine, argument: machine.refer(machine.pop()),
    "EXT1": lambda machine, argument: machine.name("copyreg", f"extension {argument}"),
    "EXT2": lambda machine, argument: machine.name("copyreg", f"extension {argument}"),
    "EXT4": lambda machine, argument: machine.name("copyreg", f"extension {argument}"),
}
