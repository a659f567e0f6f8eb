"""What the base runs say: equal, different and why, or nothing that can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .compare import Timeline, first_parting, timeline
from .conditions import Conditions
from .divergence import divergence_of
from .inquiry import Inquiry
from .laboratory import Laboratory, NoMoreRuns
from .launch import Status
from .options import Predict
from .probes import probe
from .results import (
    COUNTING,
    HARD,
    Difference,
    Kind,
    Run,
    SameArtefact,
    compare_results,
    deciding,
)
from .search import search_cause
from .verdict import Cause, Divergence, Explanation, Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict about the base runs. `equal`: plain reruns gave the same results."""

    verdict: Verdict
    divergence: Divergence | None = None
    timeline: Timeline = field(default_factory=Timeline)
    equal: bool = False


class Judge:
    """Compares the base runs, and runs more to explain or to doubt; `notes` say what limits it."""

    def __init__(
        self,
        laboratory: Laboratory,
        base: Sequence[Run],
        controls: Sequence[Run],
        predict: Predict | None,
        same: SameArtefact,
    ) -> None:
        self.laboratory = laboratory
        self.base = list(base)
        self.controls = list(controls)
        self.predict = predict
        self.same = same
        self.notes: list[str] = []

    def judge(self) -> Judged:
        """The verdict, with the cause of a difference."""
        first = self.base[0]
        if all(run.ended.status is not Status.OK for run in (*self.base, *self.controls)):
            self._note_failure(first)
            return Judged(Verdict.INCONCLUSIVE)
        if len(self.base) < 2:
            self._note(f"{self._limit} before a second run was made")
            return Judged(Verdict.INCONCLUSIVE)
        differences = [compare_results(first, other, self.same) for other in self.base[1:]]
        counting = [deciding(found, first) for found in differences]
        if any(counting):
            other = self.base[1 + next(i for i, found in enumerate(counting) if found)]
            return self._different(other, counting)
        if first.files or first.steps:
            self._note_output(differences)
        if all(run.ended.status is not Status.OK for run in self.base):
            self._note(f"the command fails only while it is traced: {first.ended.why}")
            return Judged(Verdict.INCONCLUSIVE)
        return self._all_equal(differences)

    @property
    def _limit(self) -> str:
        return "interrupted" if self.laboratory.interrupted else "the budget ended"

    def _note(self, words: str) -> None:
        if words not in self.notes:
            self.notes.append(words)

    def _note_failure(self, first: Run) -> None:
        self._note(f"the command failed in every run: {first.ended.why}")
        missing = "No such file" in first.text("stderr") or "not found" in first.text("stderr")
        if missing and not self.laboratory.options.in_place:
            self._note(
                f"a copy of {self.laboratory.here.tree.original} was run; if it needs files beside"
                " that folder, start from the folder that holds all, or add --in-place"
            )

    def _note_output(self, differences: list[list[Difference]]) -> None:
        for found in differences:
            for difference in found:
                if difference.kind in (Kind.OUTPUT, Kind.LOG):
                    self._note(f"{difference.name} differs; the results are equal")

    def _different(self, other: Run, counting: list[list[Difference]]) -> Judged:
        first = self.base[0]
        line = timeline(first.traces, other.traces)
        found = next(one for one in counting if one)
        parting = first_parting(first.traces, other.traces)
        seen = f"{sum(map(bool, counting))}/{len(counting)}"
        kinds = frozenset(difference.kind for difference in found)
        inquiry = Inquiry(self.laboratory, self.same, kinds, natural=list(self.base))
        explanation, pair = search_cause(inquiry, parting, self.notes)
        if kinds <= COUNTING and explanation.cause in (Cause.UNKNOWN, Cause.TIME):
            words = "only the output differs"
            if not self.laboratory.interrupted:
                words += ", and nothing but the clock explains it"
            self._note(words)
            return Judged(Verdict.INCONCLUSIVE, timeline=line)
        crashed = [run for run in self.base if run.ended.status is not Status.OK]
        if crashed and len(crashed) < len(self.base):
            number = self.base.index(crashed[0]) + 1
            self._note(f"run {number} died at step {crashed[0].steps}: {crashed[0].ended.why}")
        divergence = divergence_of(explanation, parting, found, seen, pair, self.predict)
        return Judged(Verdict.NONDETERMINISTIC, divergence, line)

    def _all_equal(self, differences: list[list[Difference]]) -> Judged:
        inquiry = Inquiry(self.laboratory, self.same, frozenset())
        explanation: Explanation | None = None
        try:
            self._compare_controls(differences)
            explanation, notes = probe(inquiry, self.base, self.laboratory.options.in_place)
            self.notes += notes
        except NoMoreRuns as why:
            self._note(f"{why} before a run in a used tree")
        self._note_streams(differences)
        if explanation is not None:
            seen = f"0/{len(self.base) - 1}"
            divergence = divergence_of(explanation, None, [], seen, None, self.predict)
            return Judged(Verdict.NONDETERMINISTIC, divergence, equal=True)
        if self.laboratory.interrupted:
            self._note(f"the {len(self.base)} runs that were made are equal so far")
            return Judged(Verdict.INCONCLUSIVE)
        if not self._anything_compared():
            self._note("the runs leave no file, make no step and print nothing: nothing to compare")
            return Judged(Verdict.INCONCLUSIVE)
        steps = Timeline(steps=self.base[0].steps)
        return Judged(Verdict.DETERMINISTIC, timeline=steps, equal=True)

    def _note_streams(self, differences: list[list[Difference]]) -> None:
        for found in differences:
            for difference in found:
                if difference.kind is Kind.STREAM and self._drawn(difference):
                    self._note(
                        f"the {difference.name} stream ends elsewhere each time;"
                        " no result depends on it"
                    )

    def _drawn(self, difference: Difference) -> bool:
        trace = self.base[0].traces.get(difference.note)
        return trace is not None and difference.name not in trace.noted("not-drawn")

    def _anything_compared(self) -> bool:
        first = self.base[0]
        return bool(
            first.files or first.steps or first.text("stdout").strip() or first.tails("estimator")
        )

    def _compare_controls(self, differences: list[list[Difference]]) -> None:
        if not self.controls:
            return
        control, first = self.controls[0], self.base[0]
        judged = set(HARD)
        if not any(d.kind is Kind.OUTPUT for found in differences for d in found):
            judged.add(Kind.OUTPUT)  # Where traced runs print differing things, so may these.
        found = [d for d in compare_results(first, control, self.same) if d.kind in judged]
        if not first.files and not first.text("stdout").strip():
            self._note("controls not comparable: no file and no output")
        elif found:
            again = self.laboratory.run("control", "untraced, once more", Conditions(traced=False))
            self.controls.append(again)
            what = found[0].name
            if [d for d in compare_results(control, again, self.same) if d.kind in HARD]:
                self._note(f"untraced runs differ from each other ({what}), traced ones agree")
            else:
                self._note(
                    f"untraced runs differ from traced ones ({what}): tracing is not neutral here"
                )
