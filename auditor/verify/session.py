"""One verification from the command to the verdict."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import uuid
from dataclasses import replace
from pathlib import Path

from ..errors import UserError
from .command import make_command
from .compare import Parting, Timeline, first_parting, timeline
from .elements import compare_dumps
from .environment import describe_environment
from .explain import Inquiry, explain_difference
from .inconclusive import explain_together, tried_words
from .laboratory import Conditions, Laboratory, OutOfBudget
from .launch import Status
from .operation_cause import explain_estimator, explain_operation
from .options import Level, Observer, Predict, Silent, VerifyOptions
from .probes import probe
from .remedy import remedy_for
from .results import HARD, Difference, Kind, Run, SameArtefact, compare_results
from .tree import Tree, root_of
from .verdict import Cause, Divergence, Explanation, Verdict, Verification

_ALL_STEPS = (0, 1 << 30)
_COUNTING = frozenset({Kind.OUTPUT, Kind.ESTIMATOR})


def run_verification(
    options: VerifyOptions,
    observer: Observer | None = None,
    predict: Predict | None = None,
    same: SameArtefact | None = None,
) -> Verification:
    """Reruns the command and compares. UserError when it cannot be run at all."""
    if options.runs < 2:
        raise UserError("at least two runs are needed to compare anything", "--runs 2 or more")
    folder = options.folder.resolve()
    root = folder if options.in_place else root_of(folder)
    evidence = folder / ".fwaudit" / f"verify-{uuid.uuid4().hex[:4]}"
    scratch = Path(tempfile.mkdtemp(prefix="fwaudit-"))
    place = root if options.in_place else scratch / (root.name or "tree")
    try:
        command = make_command(options, root, place)
        laboratory = Laboratory(options, command, Tree(root, place), evidence, observer or Silent())
        session = _Session(options, laboratory, predict, same or same_artefact)
        return session.verify()
    finally:
        if not options.keep:
            shutil.rmtree(scratch, ignore_errors=True)


def same_artefact(a: Path, b: Path) -> bool | None:
    """Whether two artefacts hold the same values; None when they cannot be read."""
    from .artifacts import compare_artifacts
    from .artifacts.content import ArtifactError

    try:
        return compare_artifacts(a, b).difference is None
    except (ArtifactError, OSError):
        return None


class _Session:
    def __init__(
        self,
        options: VerifyOptions,
        laboratory: Laboratory,
        predict: Predict | None,
        same: SameArtefact,
    ) -> None:
        self.options = options
        self.laboratory = laboratory
        self.predict = predict
        self.same = same
        self.notes: list[str] = []
        self.base: list[Run] = []
        self.controls: list[Run] = []

    def verify(self) -> Verification:
        self._plan()
        with contextlib.suppress(OutOfBudget):
            self._base_runs()
        return self._judge()

    def _plan(self) -> None:
        n = self.options.runs
        words = (
            f"{n} traced runs, 1 untraced control, 1 run in a used tree where a run leaves files;"
        )
        words += " where they differ, up to 20 more to find out why"
        if self.options.budget is not None:
            words += f"; no run starts that would not fit into {self.options.budget:.0f} s"
        self.laboratory.observer.plan(words)

    def _base_runs(self) -> None:
        window = _ALL_STEPS if self.options.level is Level.OP else None
        for number in range(1, self.options.runs + 1):
            run = self.laboratory.run("run", f"run {number}", Conditions(window=window, brief=True))
            self.base.append(run)
            if number == 1:
                seconds = run.ended.seconds
                expected = seconds * (self.options.runs + 2)
                self.laboratory.observer.plan(
                    f"run 1 took {seconds:.1f} s; about {expected:.0f} s in all, if all agree"
                )
                control = self.laboratory.run("control", "untraced", Conditions(traced=False))
                self.controls.append(control)

    def _judge(self) -> Verification:
        if len(self.base) < 2:
            self.notes.append("the budget allowed no second run")
            return self._result(Verdict.INCONCLUSIVE, None, Timeline())
        first = self.base[0]
        differences = [compare_results(first, other, self.same) for other in self.base[1:]]
        counting = [self._counting(found) for found in differences]
        line = Timeline()
        if any(counting):
            other = self.base[1 + next(i for i, found in enumerate(counting) if found)]
            line = timeline(first.traces, other.traces)
            return self._explained(first, other, counting, line)
        if all(run.ended.status is not Status.OK for run in self.base):
            self.notes.append(f"the command failed in every run: {first.ended.why}")
            return self._result(Verdict.INCONCLUSIVE, None, line)
        return self._all_equal(differences)

    def _counting(self, found: list[Difference]) -> list[Difference]:
        """What decides: results by themselves; where there are none, printed and fitted values."""
        hard = [d for d in found if d.kind in HARD]
        if hard:
            return hard
        first = self.base[0]
        if first.files or first.steps:
            for difference in found:
                if difference.kind in (Kind.OUTPUT, Kind.LOG):
                    self._note(f"{difference.name} differs; the results are equal")
            return []
        return [d for d in found if d.kind in _COUNTING]

    def _note(self, words: str) -> None:
        if words not in self.notes:
            self.notes.append(words)

    def _explained(
        self, first: Run, other: Run, counting: list[list[Difference]], line: Timeline
    ) -> Verification:
        found = next(one for one in counting if one)
        parting = first_parting(first.traces, other.traces)
        seen = f"{sum(map(bool, counting))}/{len(counting)}"
        explanation, pair = self._explain(found, counting, parting)
        if all(d.kind in _COUNTING for d in found) and explanation.cause in (
            Cause.UNKNOWN,
            Cause.TIME,
        ):
            self._note("only the output differs, and nothing but the clock explains it")
            return self._result(Verdict.INCONCLUSIVE, None, line)
        crashed = [run for run in self.base if run.ended.status is not Status.OK]
        if crashed and len(crashed) < len(self.base):
            number = self.base.index(crashed[0]) + 1
            self._note(f"run {number} died at step {crashed[0].steps}: {crashed[0].ended.why}")
        divergence = self._divergence(explanation, parting, found, seen, pair)
        return self._result(Verdict.NONDETERMINISTIC, divergence, line)

    def _explain(
        self, found: list[Difference], counting: list[list[Difference]], parting: Parting | None
    ) -> tuple[Explanation, tuple[Run, Run] | None]:
        kinds = frozenset(d.kind for d in found)
        inquiry = Inquiry(self.laboratory, self.same, kinds, natural=list(self.base))
        pair: tuple[Run, Run] | None = None
        try:
            dump = [] if parting is None else [(parting.step, parting.kind, parting.name)]
            conditions = Conditions(events=True, dump=dump)
            pair = (
                self.laboratory.run("events", "draws, clock, listings, input recorded", conditions),
                self.laboratory.run("events", "once more, to compare", conditions),
            )
            if not all(inquiry.alike(run) for run in pair):
                self._note(
                    "the program fails while its draws and clock reads are recorded:"
                    f" {pair[0].ended.why}, see {pair[0].name}"
                )
                return Explanation(Cause.UNKNOWN), None
            inquiry.natural += pair
            explanation = self._search(inquiry, pair, parting)
        except OutOfBudget:
            self._note("the budget ended before a cause was confirmed")
            explanation = None
        if explanation is None:
            explanation = Explanation(Cause.UNKNOWN, evidence=tried_words(inquiry))
        return explanation, pair

    def _search(
        self, inquiry: Inquiry, pair: tuple[Run, Run], parting: Parting | None
    ) -> Explanation | None:
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
        return explanation

    def _all_equal(self, differences: list[list[Difference]]) -> Verification:
        inquiry = Inquiry(self.laboratory, self.same, frozenset())
        explanation: Explanation | None = None
        try:
            self._compare_controls()
            explanation, notes = probe(inquiry, self.base, self.options.in_place)
            self.notes += notes
        except OutOfBudget:
            self._note("the budget left no time for a run in a used tree")
        for found in differences:
            for difference in found:
                if difference.kind is Kind.STREAM and self._drawn(difference):
                    self._note(
                        f"the {difference.name} stream ends elsewhere each time;"
                        " no result depends on it"
                    )
        if explanation is not None:
            divergence = self._divergence(
                explanation, None, [], "0/" + str(len(self.base) - 1), None
            )
            return self._result(Verdict.NONDETERMINISTIC, divergence, Timeline())
        if not self._anything_compared():
            self._note("the runs leave no file, make no step and print nothing: nothing to compare")
            return self._result(Verdict.INCONCLUSIVE, None, Timeline())
        return self._result(Verdict.DETERMINISTIC, None, Timeline(steps=self.base[0].steps))

    def _drawn(self, difference: Difference) -> bool:
        trace = self.base[0].traces.get(difference.note)
        return trace is not None and difference.name not in trace.noted("not-drawn")

    def _anything_compared(self) -> bool:
        first = self.base[0]
        return bool(
            first.files or first.steps or first.text("stdout").strip() or first.tails("estimator")
        )

    def _compare_controls(self) -> None:
        if not self.controls:
            return
        control, first = self.controls[0], self.base[0]
        found = [
            d for d in compare_results(first, control, self.same) if d.kind in HARD | {Kind.OUTPUT}
        ]
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

    def _divergence(
        self,
        explanation: Explanation,
        parting: Parting | None,
        differences: list[Difference],
        seen: str,
        pair: tuple[Run, Run] | None,
    ) -> Divergence:
        rule = None
        if self.predict is not None:
            rule = self.predict(explanation.cause, explanation.stream, explanation.op)
        divergence = Divergence(
            explanation=explanation,
            parting=parting,
            differences=tuple(differences),
            seen_in=seen,
            rule=rule,
            remedy=remedy_for(explanation),
        )
        if pair is None:
            return divergence
        for path in sorted((pair[0].folder / "trace").glob("*.dump")):
            count = compare_dumps(path, pair[1].folder / "trace" / path.name)
            if count is not None and count.differing:
                return replace(
                    divergence,
                    elements_differing=count.differing,
                    elements=count.total,
                    max_ulp=count.max_ulp,
                )
        return divergence

    def _result(
        self, verdict: Verdict, divergence: Divergence | None, line: Timeline
    ) -> Verification:
        laboratory = self.laboratory
        for path in laboratory.tree.changed_links():
            self._note(f"{path} is linked, not copied, and a run changed it")
        first = self.base[0] if self.base else None
        return Verification(
            verdict=verdict,
            level=self.options.level,
            runs=tuple(laboratory.runs),
            compared=len(self.base),
            equal=len(self.base) - 1 if verdict is Verdict.DETERMINISTIC else 0,
            divergence=divergence,
            timeline=line,
            environment=describe_environment(self.base),
            evidence=laboratory.evidence,
            seconds=laboratory.seconds,
            processes=len(laboratory.runs),
            command=self.options.command,
            notes=tuple(self.notes),
            parameters=len(first.final_parameters()) if first else 0,
        )
