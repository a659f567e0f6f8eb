"""`--vary`: after the base runs, one family of conditions at a time is changed, nothing else."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from .conditions import Conditions
from .divergence import divergence_of
from .laboratory import Laboratory, NoMoreRuns
from .launch import Status
from .options import Predict
from .results import Difference, Run, SameArtefact, compare_results, deciding
from .treatments import Bench, Treatment, treatments_for
from .variation_cause import Change, explain_change
from .verdict import Cause, Divergence, Variation

_MORE = 6


def plan_words(families: Sequence[str], seconds: float) -> str:
    """What the variations may cost, for people; `seconds` is the time of one run."""
    count = "1 variation" if len(families) == 1 else f"{len(families)} variations"
    return (
        f"{count}, one run each, about {len(families) * seconds:.0f} s;"
        f" where one changes the results, about {_MORE} more runs to find the place"
    )


def not_varied(families: Sequence[str], why: str) -> tuple[Variation, ...]:
    """All of them, none of which could be run."""
    return tuple(Variation(family, note=why) for family in families)


class Variations:
    """Varies what the base runs had in common; they must have been equal."""

    def __init__(
        self,
        laboratory: Laboratory,
        base: Sequence[Run],
        conditions: Conditions,
        same: SameArtefact,
        predict: Predict | None,
        scratch: Path,
    ) -> None:
        self.laboratory = laboratory
        self.base = base
        self.same = same
        self.predict = predict
        first = base[0]
        self.bench = Bench(
            base=replace(conditions, salt=first.hash_seed),
            environment=dict(os.environ),
            versions={
                name: value
                for trace in first.traces.values()
                for noted in trace.noted("versions")
                for name, value in noted.items()
            },
            scratch=scratch,
            in_place=laboratory.options.in_place,
        )

    def run(self, families: Sequence[str], known: Divergence | None) -> tuple[Variation, ...]:
        """Every family's outcome. `known`: what a probe of the base verdict already found."""
        found: list[Variation] = []
        for family in families:
            try:
                found.append(self._vary(family, known))
            except NoMoreRuns as why:
                found.append(Variation(family, note=f"{why} before it was tried"))
        return tuple(found)

    def _vary(self, family: str, known: Divergence | None) -> Variation:
        if family == "file-order" and known is not None:
            if known.explanation.cause is Cause.FILE_ORDER:
                return Variation(family, True, "listings reversed", divergence=known)
        treatments = treatments_for(family, self.bench)
        if isinstance(treatments, str):
            return Variation(family, note=treatments)
        varied = Variation(
            family, False, f"each of the {len(self.base)} runs had a salt of its own"
        )
        for treatment in treatments:
            varied = self._treat(family, treatment)
            if varied.changed is not False:
                break
        return varied

    def _treat(self, family: str, treatment: Treatment) -> Variation:
        conditions = treatment.conditions
        run = self.laboratory.run(family, treatment.words, conditions)
        varied = Variation(family, False, treatment.words, conditions.variables)
        if run.ended.status is Status.TIMEOUT:
            return replace(varied, changed=None, note=run.ended.why)
        broken = run.ended.status is not Status.OK and self.base[0].ended.status is Status.OK
        if broken and treatment.fragile:
            why = f"the program does not work so: {run.ended.why}, see {run.name}"
            return replace(varied, changed=None, note=why)
        differences = self._differ(self.base[0], run)
        return self._changed(varied, treatment, run, differences) if differences else varied

    def _differ(self, a: Run, b: Run) -> list[Difference]:
        return deciding(compare_results(a, b, self.same), self.base[0])

    def _changed(
        self, varied: Variation, treatment: Treatment, run: Run, differences: list[Difference]
    ) -> Variation:
        change = Change(
            family=varied.family,
            treatment=treatment,
            first=self.base[0],
            equal=len(self.base),
            varied=run,
            base=self.bench.base,
            laboratory=self.laboratory,
            differ=self._differ,
        )
        note = ""
        try:
            explanation, parting, pair, seen = explain_change(change)
        except NoMoreRuns as why:
            explanation, parting, pair, seen = change.explanation(), change.parting, None, "1/1"
            note = f"{why} before the place was found"
        divergence = divergence_of(explanation, parting, differences, seen, pair, self.predict)
        return replace(varied, changed=True, note=note, divergence=divergence)
