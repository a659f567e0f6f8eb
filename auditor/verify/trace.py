"""Reads trace files: docs/trace-format.md."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MAGIC = b"FWTRACE1"
TEXT, LEAF, STEP, OPERATION, EVENT, NOTE = 1, 2, 3, 4, 5, 6
KINDS = {
    1: "batch", 2: "loss", 3: "gradient", 4: "rng-state", 5: "parameter", 6: "final",
    7: "estimator",
}  # fmt: skip
KIND_ORDER = ("batch", "loss", "gradient", "parameter", "estimator")
RANDOM, UNINITIALISED, IN_PLACE, VIEW, HOST = 1, 2, 4, 8, 16
IMPORTING, BY_LIBRARY = 1, 2

_TEXT = struct.Struct("<BIH")
_LEAF = struct.Struct("<BIBIQ")
_STEP = struct.Struct("<BIB")
_OPERATION = struct.Struct("<BIIIIIBBB")
_SIDE = struct.Struct("<QI")
_EVENT = struct.Struct("<BIIBIIIQB")
_NOTE = struct.Struct("<BII")


@dataclass(frozen=True, slots=True)
class Event:
    """One use of an outside influence."""

    step: int
    sequence: int
    family: str
    what: str
    place: str
    digest: int
    flags: int

    @property
    def site(self) -> str:
        """`path:line`, or "" where no user code was on the stack."""
        return self.place.partition("\t")[0]


@dataclass(frozen=True, slots=True)
class Operation:
    """One framework operation; inputs and outputs are (digest, number of the producer)."""

    step: int
    number: int
    stream: str
    name: str
    place: str
    flags: int
    inputs: tuple[tuple[int, int], ...]
    outputs: tuple[tuple[int, int], ...]

    @property
    def site(self) -> str:
        """`path:line`, or ""."""
        return self.place.partition("\t")[0]


Leaves = dict[str, dict[str, int]]
"""Kind -> name -> digest."""


@dataclass(slots=True)
class Trace:
    """Everything that one process wrote."""

    key: str
    head: dict[str, Any]
    steps: list[Leaves] = field(default_factory=list[Leaves])
    tail: Leaves = field(default_factory=dict[str, dict[str, int]])
    events: list[Event] = field(default_factory=list[Event])
    operations: list[Operation] = field(default_factory=list[Operation])
    notes: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])
    complete: bool = False
    damaged: bool = False

    def noted(self, key: str) -> list[Any]:
        """All notes of that key."""
        return [value for name, value in self.notes if name == key]


def read_trace(path: Path) -> Trace:
    """One trace file. A record that was cut off ends it; ValueError when it is no trace at all."""
    data = path.read_bytes()
    if data[:8] != MAGIC or len(data) < 12:
        raise ValueError(f"{path} is not a trace of fwaudit, format 1")
    (length,) = struct.unpack_from("<I", data, 8)
    head = json.loads(data[12 : 12 + length])
    trace = Trace(key=str(head.get("key", path.stem)), head=head)
    reader = _Reader(data, 12 + length, trace)
    try:
        reader.read()
    except (struct.error, IndexError, KeyError, ValueError):
        trace.damaged = True
    return trace


class _Reader:
    def __init__(self, data: bytes, at: int, trace: Trace) -> None:
        self.data, self.at, self.trace = data, at, trace
        self.texts: dict[int, str] = {}
        self.leaves: Leaves = {}

    def read(self) -> None:
        while self.at < len(self.data):
            match self.data[self.at]:
                case 1:
                    self._text()
                case 2:
                    self._leaf()
                case 3:
                    self._step()
                case 4:
                    self._operation()
                case 5:
                    self._event()
                case 6:
                    self._note()
                case kind:
                    raise ValueError(f"unknown record {kind}")
        self.trace.tail = self.leaves

    def _take(self, form: struct.Struct) -> tuple[Any, ...]:
        values = form.unpack_from(self.data, self.at)
        self.at += form.size
        return values

    def _bytes(self, length: int) -> bytes:
        if self.at + length > len(self.data):
            raise ValueError("cut off")
        data = self.data[self.at : self.at + length]
        self.at += length
        return data

    def _text(self) -> None:
        _, number, length = self._take(_TEXT)
        self.texts[number] = self._bytes(length).decode("utf-8", "replace")

    def _leaf(self) -> None:
        _, _step, kind, name, digest = self._take(_LEAF)
        leaves = self.leaves.setdefault(KINDS.get(kind, str(kind)), {})
        words = self.texts[name]
        if words in leaves:
            number = 1
            while f"{words}#{number}" in leaves:
                number += 1
            words = f"{words}#{number}"
        leaves[words] = digest

    def _step(self) -> None:
        _, _number, phase = self._take(_STEP)
        if phase == 0:
            self.trace.steps.append(self.leaves)
            self.leaves = {}
        elif phase == 2:
            self.trace.complete = True

    def _operation(self) -> None:
        _, step, number, stream, name, place, flags, inputs, outputs = self._take(_OPERATION)
        given = tuple(self._sides(inputs))
        made = tuple(self._sides(outputs))
        texts = self.texts
        self.trace.operations.append(
            Operation(step, number, texts[stream], texts[name], texts[place], flags, given, made)
        )

    def _sides(self, count: int) -> Iterator[tuple[int, int]]:
        for _ in range(count):
            digest, producer = self._take(_SIDE)
            yield digest, producer

    def _event(self) -> None:
        _, step, sequence, _thread, family, what, place, digest, flags = self._take(_EVENT)
        texts = self.texts
        self.trace.events.append(
            Event(step, sequence, texts[family], texts[what], texts[place], digest, flags)
        )

    def _note(self) -> None:
        _, key, length = self._take(_NOTE)
        self.trace.notes.append((self.texts[key], json.loads(self._bytes(length))))


def read_traces(folder: Path) -> dict[str, Trace]:
    """Every trace of a folder by its key; files that are no traces are left out."""
    found: dict[str, Trace] = {}
    for path in sorted(folder.glob("*.trace")):
        try:
            trace = read_trace(path)
        except (ValueError, OSError):
            continue
        found[trace.key] = trace
    return found
