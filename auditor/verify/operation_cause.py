"""Operation level, only around the first differing step: which operation parts two runs."""

from __future__ import annotations

from .compare import Parting
from .conditions import Conditions
from .inquiry import Inquiry
from .operations import Culprit, Reason, first_culprit
from .results import Run
from .trace import HOST, Operation
from .verdict import Cause, Explanation

_ALL = 1 << 30
_ATTEMPTS = 3


def explain_operation(inquiry: Inquiry, parting: Parting | None) -> Explanation | None:
    """The operation with equal inputs and another output, confirmed by a rerun; or None."""
    window = (parting.step, parting.step) if parting is not None else (0, _ALL)
    conditions = Conditions(window=window)
    runs = [inquiry.laboratory.run("operations", "every operation of the window", conditions)]
    culprits: list[Culprit] = []
    for _ in range(_ATTEMPTS):
        runs.append(inquiry.laboratory.run("operations", "once more, to compare", conditions))
        culprit = _culprit(runs)
        if culprit is not None:
            culprits.append(culprit)
            break
    inquiry.natural += runs
    if not culprits:
        inquiry.tried.append("no operation differed in the window")
        return None
    culprit = culprits[0]
    if culprit.reason is Reason.MEMORY:
        return _memory(inquiry, culprit)
    if culprit.reason is Reason.OPERATION:
        return _operation(inquiry, culprit, len(runs))
    inquiry.tried.append(f"{culprit.operation.name} at {culprit.operation.site}: {culprit.reason}")
    return None


def _culprit(runs: list[Run]) -> Culprit | None:
    for earlier in runs[:-1]:
        culprit = first_culprit(earlier.traces, runs[-1].traces)
        if culprit is not None:
            return culprit
    return None


def explain_estimator(inquiry: Inquiry, a: Run, b: Run) -> Explanation | None:
    """A fit() or a compiled function that was given the same and put out something else."""
    culprit = first_culprit(a.traces, b.traces)
    if culprit is None or culprit.reason is not Reason.OPERATION:
        return None
    if culprit.operation.flags & HOST:
        inquiry.tried.append(f"{culprit.operation.name} differs, but it calls back into Python")
        return None
    return _operation(inquiry, culprit, 2)


def explain_host_calls(inquiry: Inquiry, a: Run, b: Run) -> Explanation | None:
    """A compiled function that calls back into Python and differs with everything else pinned."""
    culprit = first_culprit(a.traces, b.traces)
    if culprit is None or culprit.reason is not Reason.OPERATION:
        return None
    return _operation(inquiry, culprit, 2) if culprit.operation.flags & HOST else None


def _operation(inquiry: Inquiry, culprit: Culprit, seen: int) -> Explanation | None:
    operation = culprit.operation
    single = inquiry.settled("one-thread", "one native thread", Conditions(pins={"threads": {}}))
    if single is not None:
        confirmed = f"on one thread, {single.words}"
    elif operation.stream == "main" and operation.name.startswith(("aten::", "jit(", "tf.")):
        confirmed = f"seen in {seen} runs: equal inputs, another output"
    else:
        return None
    return Explanation(
        cause=Cause.OPERATION,
        site=operation.site,
        op=operation.name,
        subject=operation.name,
        confirmed=confirmed,
        framework=_framework(operation.name),
        step=operation.step,
        evidence=_evidence(operation),
    )


def _framework(name: str) -> str:
    prefixes = {"aten::": "torch", "jit(": "jax", "tf.": "tensorflow"}
    return next((prefixes[p] for p in prefixes if name.startswith(p)), "sklearn")


def _evidence(operation: Operation) -> tuple[str, ...]:
    equal = f"operation {operation.number}: all inputs are equal and its output differs"
    if not operation.name.startswith(("jit(", "tf.function(")):
        return (equal,)
    name = operation.name.partition("(")[2].removesuffix(")")
    inside = f"inside the compiled function {name}, called at {operation.site}"
    if operation.flags & HOST:
        return equal, inside, "it calls back into Python, in whatever order"
    return equal, inside


def _memory(inquiry: Inquiry, culprit: Culprit) -> Explanation | None:
    filled = inquiry.settled(
        "filled",
        "allocated memory filled with zeros",
        Conditions(pins={"memory": {"fill": "zero"}}),
    )
    if filled is None:
        return None
    consumer = culprit.consumer
    where = f"{consumer.name} at {consumer.site} reads it" if consumer is not None else ""
    return Explanation(
        cause=Cause.MEMORY,
        site=culprit.operation.site,
        op=culprit.operation.name,
        subject=culprit.operation.name,
        confirmed=f"with allocated memory filled with zeros, {filled.words}",
        framework="torch",
        evidence=tuple(filter(None, (where,))),
    )
