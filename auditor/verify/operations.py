"""Two operation-level traces: the first operation with equal inputs and another output."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .trace import RANDOM, UNINITIALISED, VIEW, Operation, Trace


class Reason(StrEnum):
    """What the first differing operation is."""

    OPERATION = "equal inputs, another output"
    DRAW = "a draw from the default generator"
    MEMORY = "reads memory that nobody wrote"
    FLOW = "another operation follows"
    ARRIVED = "its inputs already differ"


@dataclass(frozen=True, slots=True)
class Culprit:
    """The first operation of a process at which two runs part."""

    process: str
    reason: Reason
    operation: Operation
    consumer: Operation | None = None


def first_culprit(a: dict[str, Trace], b: dict[str, Trace]) -> Culprit | None:
    """The earliest culprit over all processes and threads that both runs have."""
    found: list[Culprit] = []
    for key in sorted(a.keys() & b.keys()):
        mine, theirs = _streams(a[key].operations), _streams(b[key].operations)
        for stream in mine.keys() & theirs.keys():
            culprit = _part(key, mine[stream], theirs[stream])
            if culprit is not None:
                found.append(culprit)
    return min(
        found, key=lambda c: (c.operation.step, _order(c.reason), c.operation.number), default=None
    )


def _order(reason: Reason) -> int:
    return 1 if reason in (Reason.ARRIVED, Reason.FLOW) else 0


def _streams(operations: list[Operation]) -> dict[str, list[Operation]]:
    found: dict[str, list[Operation]] = {}
    for operation in operations:
        found.setdefault(operation.stream, []).append(operation)
    return found


def _part(key: str, mine: list[Operation], theirs: list[Operation]) -> Culprit | None:
    numbered = {operation.number: operation for operation in mine}
    for left, right in zip(mine, theirs, strict=False):
        if left.name != right.name or len(left.inputs) != len(right.inputs):
            return Culprit(key, Reason.FLOW, left)
        if left.flags & (UNINITIALISED | VIEW) or _digests(left.outputs) == _digests(right.outputs):
            continue
        different = [
            mine_
            for mine_, theirs_ in zip(left.inputs, right.inputs, strict=True)
            if mine_[0] != theirs_[0]
        ]
        producers = [numbered.get(producer) for _digest, producer in different]
        if not different or left.flags & RANDOM:
            reason = Reason.DRAW if left.flags & RANDOM else Reason.OPERATION
            return Culprit(key, reason, left)
        for producer in producers:
            if producer is not None and producer.flags & UNINITIALISED:
                return Culprit(key, Reason.MEMORY, producer, left)
        return Culprit(key, Reason.ARRIVED, left)
    return None


def _digests(sides: tuple[tuple[int, int], ...]) -> list[int]:
    return [digest for digest, _producer in sides]
