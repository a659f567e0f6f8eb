"""One verification from the command to the verdict."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import uuid
from pathlib import Path

from ..errors import UserError
from .conditions import Conditions
from .environment import describe_environment
from .judge import Judge, Judged
from .laboratory import Laboratory, NoMoreRuns
from .launch import Status
from .options import Level, Observer, Predict, Silent, VerifyOptions
from .results import Run, SameArtefact
from .tree import root_of
from .variations import Variations, not_varied, plan_words
from .verdict import Variation, Verdict, Verification
from .workplace import workplace_at

_ALL_STEPS = (0, 1 << 30)


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
        here = workplace_at(options, root, place)
        other = scratch / "elsewhere" / "deeper" / place.name
        elsewhere = here if options.in_place else workplace_at(options, root, other)
        laboratory = Laboratory(options, here, elsewhere, evidence, observer or Silent())
        session = _Session(options, laboratory, predict, same or same_artefact, scratch)
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
        scratch: Path,
    ) -> None:
        self.options = options
        self.laboratory = laboratory
        self.predict = predict
        self.same = same
        self.scratch = scratch
        self.notes: list[str] = []
        self.base: list[Run] = []
        self.controls: list[Run] = []
        window = _ALL_STEPS if options.level is Level.OP else None
        self.ordinary = Conditions(window=window, brief=True)

    def verify(self) -> Verification:
        self._plan()
        with contextlib.suppress(NoMoreRuns):
            self._base_runs()
        if not self.base:
            raise KeyboardInterrupt  # Ctrl-C in the first run: there is nothing to report.
        judge = Judge(self.laboratory, self.base, self.controls, self.predict, self.same)
        judged = judge.judge()
        self.notes += judge.notes
        return self._result(judged, self._varied(judged))

    def _plan(self) -> None:
        n = self.options.runs
        control = "" if self.options.max_steps else " 1 untraced control,"
        words = f"{n} traced runs,{control} 1 run in a used tree where a run leaves files;"
        words += " where they differ, up to 20 more to find out why"
        if self.options.vary:
            words += f"; then {len(self.options.vary)} variations"
        if self.options.budget is not None:
            words += f"; no run starts that would not fit into {self.options.budget:.0f} s"
        self.laboratory.observer.plan(words)

    def _base_runs(self) -> None:
        for number in range(1, self.options.runs + 1):
            run = self.laboratory.run("run", f"run {number}", self.ordinary)
            self.base.append(run)
            if number > 1:
                continue
            if run.ended.status is Status.OK:
                seconds = run.ended.seconds
                expected = seconds * (self.options.runs + 2 + len(self.options.vary))
                self.laboratory.observer.plan(
                    f"run 1 took {seconds:.1f} s; about {expected:.0f} s in all, if all agree"
                )
            self._control()
            if all(r.ended.status is not Status.OK for r in (run, *self.controls)):
                return  # It fails without us as well: more runs would say nothing.

    def _control(self) -> None:
        if self.options.max_steps is not None:
            self.notes.append("no untraced control: it would not end after --max-steps")
            return
        control = self.laboratory.run("control", "untraced", Conditions(traced=False))
        self.controls.append(control)

    def _varied(self, judged: Judged) -> tuple[Variation, ...]:
        families = self.options.vary
        if not families:
            return ()
        if not judged.equal:
            differs = judged.verdict is Verdict.NONDETERMINISTIC
            why = "plain reruns differ already" if differs else "plain reruns could not be compared"
            return not_varied(families, why)
        self.laboratory.observer.plan(plan_words(families, self.base[0].ended.seconds))
        variations = Variations(
            self.laboratory, self.base, self.ordinary, self.same, self.predict, self.scratch
        )
        return variations.run(families, judged.divergence)

    def _result(self, judged: Judged, variations: tuple[Variation, ...]) -> Verification:
        laboratory = self.laboratory
        changed = {
            path
            for workplace in (laboratory.here, laboratory.elsewhere)
            for path in workplace.tree.changed_links()
        }
        for path in sorted(changed):
            self.notes.append(f"{path} is linked, not copied, and a run changed it")
        first = self.base[0] if self.base else None
        verdict = judged.verdict
        return Verification(
            verdict=verdict,
            level=self.options.level,
            runs=tuple(laboratory.runs),
            compared=len(self.base),
            equal=len(self.base) - 1 if verdict is Verdict.DETERMINISTIC else 0,
            divergence=judged.divergence,
            timeline=judged.timeline,
            environment=describe_environment(self.base),
            evidence=laboratory.evidence,
            seconds=laboratory.seconds,
            processes=len(laboratory.runs),
            command=self.options.command,
            notes=tuple(self.notes),
            parameters=len(first.final_parameters()) if first else 0,
            failed=next((run for run in self.base if run.ended.status is not Status.OK), None),
            variations=variations,
            interrupted=laboratory.interrupted,
        )
