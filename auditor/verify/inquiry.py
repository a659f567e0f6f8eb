"""The state of one explanation: what was run, what was seen, what was tried."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from .conditions import Conditions
from .laboratory import Laboratory
from .results import HARD, Difference, Kind, Run, SameArtefact, compare_results

_MOST_REPEATS = 8


@dataclass(frozen=True, slots=True)
class Settled:
    """Equal runs under the same conditions: the first, and how many."""

    run: Run
    runs: int

    @property
    def words(self) -> str:
        """As it stands in a report."""
        return f"{self.runs} of {self.runs} runs are equal"


@dataclass(slots=True)
class Inquiry:
    """`natural`: the unpinned runs at hand; `relevant`: the kinds in which they differ."""

    laboratory: Laboratory
    same: SameArtefact
    relevant: frozenset[Kind]
    natural: list[Run] = field(default_factory=list[Run])
    tried: list[str] = field(default_factory=list[str])

    def differ(self, a: Run, b: Run) -> list[Difference]:
        """Differences of the kinds that the unpinned runs showed, or of results by themselves."""
        wanted = self.relevant | HARD
        return [d for d in compare_results(a, b, self.same) if d.kind in wanted]

    def repeats(self, likely: bool, unpinned: Sequence[bool] = ()) -> int:
        """Runs that must be equal before a pin counts as what made them equal.

        Natural runs are equal by chance now and then; from how often those at hand are, so many
        that all would be equal by chance in fewer than 5 (likely causes) or 0.5 of 100 cases.
        `unpinned`: whether each ordinary run made meanwhile gave what the pinned ones give.
        """
        pairs = list(itertools.combinations(self.natural, 2))
        equal = sum(not self.differ(a, b) for a, b in pairs)
        chance = (equal + 0.5) / (len(pairs) + 1)
        if any(unpinned):
            chance = max(chance, (sum(unpinned) + 0.5) / (len(unpinned) + 1))
        wanted = 0.05 if likely else 0.005
        runs = 2
        while chance ** (runs - 1) > wanted and runs < _MOST_REPEATS:
            runs += 1
        return runs

    def alike(self, run: Run) -> bool:
        """Whether a run under special conditions still does what a natural one does."""
        ways = {natural.ended.status for natural in self.natural}
        wrote = [bool(natural.files) for natural in self.natural]
        return run.ended.status in ways and (bool(run.files) in wrote)

    def settled(
        self,
        name: str,
        why: str,
        conditions: Conditions,
        likely: bool = False,
        control: bool = False,
    ) -> Settled | None:
        """Several runs under the same conditions when all are equal, else None.

        `control`: a race may be equal for a while, as the load of the machine changes. Ordinary
        runs made now tell how often that happens, and so how many equal runs count.
        """
        first = self.laboratory.run(name, why, conditions)
        if not self.alike(first):
            self.tried.append(f"{why} (the program did not work so: {first.ended.why})")
            return None
        runs = 1
        unpinned: list[bool] = []
        while runs < self.repeats(likely, unpinned):
            if self.differ(first, self.laboratory.run(name, why, conditions)):
                self.tried.append(why)
                return None
            runs += 1
            if control:
                now = self.laboratory.run("unpinned", "nothing pinned, to compare", Conditions())
                unpinned.append(not self.differ(first, now))
                self.natural.append(now)
        return Settled(first, runs)
