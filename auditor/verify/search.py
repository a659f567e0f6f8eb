"""Looks for the cause of a difference between plain reruns."""

from __future__ import annotations

from .compare import Parting
from .conditions import Conditions
from .explain import explain_difference
from .inconclusive import explain_together, tried_words
from .inquiry import Inquiry
from .laboratory import NoMoreRuns
from .operation_cause import explain_estimator, explain_host_calls, explain_operation
from .results import Run
from .verdict import Cause, Explanation


def search_cause(
    inquiry: Inquiry, parting: Parting | None, notes: list[str]
) -> tuple[Explanation, tuple[Run, Run] | None]:
    """The cause that a rerun confirms, else UNKNOWN; and two runs with all that was recorded."""
    laboratory = inquiry.laboratory
    pair: tuple[Run, Run] | None = None
    explanation: Explanation | None = None
    try:
        dump = [] if parting is None else [(parting.step, parting.kind, parting.name)]
        conditions = Conditions(events=True, dump=dump)
        pair = (
            laboratory.run("events", "draws, clock, listings, input recorded", conditions),
            laboratory.run("events", "once more, to compare", conditions),
        )
        if not all(inquiry.alike(run) for run in pair):
            notes.append(
                "the program fails while its draws and clock reads are recorded:"
                f" {pair[0].ended.why}, see {pair[0].name}"
            )
            return Explanation(Cause.UNKNOWN), None
        inquiry.natural += pair
        explanation = _search(inquiry, pair, parting)
    except NoMoreRuns as why:
        notes.append(f"{why} before a cause was confirmed")
    if explanation is None:
        explanation = Explanation(Cause.UNKNOWN, evidence=tried_words(inquiry))
    return explanation, pair


def _search(inquiry: Inquiry, pair: tuple[Run, Run], parting: Parting | None) -> Explanation | None:
    torch = any(
        "torch" in v for run in pair for t in run.traces.values() for v in t.noted("versions")
    )
    explanation = explain_difference(inquiry, pair, late=False)
    if explanation is None:
        explanation = explain_estimator(inquiry, *pair)
    if explanation is None and torch:
        explanation = explain_operation(inquiry, parting)
    if explanation is None:
        explanation = explain_difference(inquiry, pair, late=True)
    if explanation is None:
        explanation = explain_together(inquiry, pair)
    if explanation is None:
        explanation = explain_host_calls(inquiry, *pair)
    return explanation
