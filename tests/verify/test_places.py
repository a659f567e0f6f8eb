"""Where what was seen is placed: functions that were pickled, long sets, workers' own streams."""

import random
import types
from pathlib import Path
from typing import Any, cast

import pytest

from fwaudit.auditor.tracer import digest, place
from fwaudit.auditor.verify.conditions import Conditions
from fwaudit.auditor.verify.inquiry import Inquiry
from fwaudit.auditor.verify.results import Run
from fwaudit.auditor.verify.trace import Event
from fwaudit.auditor.verify.verdict import Cause
from fwaudit.auditor.verify.worker_streams import explain_worker_stream


def test_a_function_that_cloudpickle_brought_stands_in_its_own_file(tmp_path: Path) -> None:
    program = tmp_path / "train.py"
    code = compile("\n\ndef work(ask):\n    return ask(0)\n", "<dynamic-code>", "exec")
    space: dict[str, Any] = {"__file__": str(program), "__name__": "__main__"}
    exec(code, space)
    found, _importing, libraries = space["work"](place.user_place)
    assert found == f"{program}:4\twork"
    assert libraries == ()


def test_the_order_of_a_long_set_is_no_part_of_its_digest() -> None:
    names = [f"name-{number}" for number in range(5000)]
    others = random.Random(0).sample(names, len(names))
    few, more = set(names), set()
    for name in others:
        more.add(name)
        more.add(name + "!")
    for name in others:
        more.discard(name + "!")
    assert list(few) != list(more)
    assert digest.of_value(few) == digest.of_value(more)


class _Laboratory:
    def __init__(self, *runs: Run) -> None:
        self.runs = list(runs)

    def run(self, name: str, why: str, conditions: Conditions) -> Run:
        assert conditions.pins.keys() == {"rng:numpy"}
        return self.runs.pop(0)


def _run(*first_draws: int, seeded: bool = False) -> Run:
    """A run whose workers draw these first, and one more each; `seeded`: after np.random.seed."""
    traces = {"r-.main": types.SimpleNamespace(events=[])}
    for number, value in enumerate(first_draws):
        whats = [("seed", 1)] * seeded + [("choice", value), ("choice", value + 1)]
        traces[f"r-.exec-{number}"] = types.SimpleNamespace(
            events=[
                Event(0, at, "rng:numpy", what, "train.py:9\tdraw", digest, 0)
                for at, (what, digest) in enumerate(whats)
            ]
        )
    return cast(Run, types.SimpleNamespace(traces=traces))


def _found(one: Run, other: Run, *pinned: Run) -> Any:
    inquiry = Inquiry(cast(Any, _Laboratory(*pinned)), cast(Any, None), frozenset())
    return explain_worker_stream(inquiry, (one, other), "with one worker, equal")


def test_workers_that_draw_from_streams_of_their_own_are_unseeded() -> None:
    found = _found(_run(10, 20), _run(30, 40), _run(7, 7), _run(7, 7))
    assert (found.cause, found.stream, found.site) == (Cause.UNSEEDED_RNG, "numpy", "train.py:9")
    assert found.in_worker


@pytest.mark.parametrize(
    "runs",
    [
        pytest.param((_run(10, 20), _run(20, 10)), id="the same streams, other tasks"),
        pytest.param((_run(10, seeded=True), _run(30, seeded=True)), id="seeded in the worker"),
        pytest.param((_run(), _run()), id="no draw"),
        pytest.param((_run(1), _run(2), _run(3), _run(4)), id="the pin does not bring them back"),
    ],
)
def test_other_races_stay_races(runs: tuple[Run, ...]) -> None:
    assert _found(*runs) is None
