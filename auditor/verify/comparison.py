"""Two recorded runs, perhaps of two machines: environments first, then where they part."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import UserError
from .compare import Parting, Timeline, first_parting, timeline
from .environment import differing
from .operations import first_culprit
from .trace import Trace, read_trace, read_traces
from .verdict import Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two recorded runs have in common, and where they part. Sides: name, steps, events."""

    verdict: Verdict
    parting: Parting | None
    timeline: Timeline
    environment: tuple[str, ...]
    notes: tuple[str, ...]
    sides: tuple[tuple[str, int, int], ...]
    op: str | None = None
    site: str = ""
    operations: bool = False

    @property
    def differs(self) -> bool:
        """Whether anything recorded differs."""
        return self.verdict is Verdict.NONDETERMINISTIC

    @property
    def path(self) -> str | None:
        """File of the first differing operation, where operations were recorded."""
        return self.site.rpartition(":")[0] or None

    @property
    def line(self) -> int | None:
        """Its line."""
        word = self.site.rpartition(":")[2]
        return int(word) if word.isdigit() else None

    @property
    def exit_code(self) -> int:
        """As verify: 0, 1 or 3."""
        return {Verdict.DETERMINISTIC: 0, Verdict.NONDETERMINISTIC: 1, Verdict.INCONCLUSIVE: 3}[
            self.verdict
        ]


def compare_traces(a: Path, b: Path) -> Comparison:
    """Compares two traces: trace files, folders of them, or the evidence of two verifications."""
    mine, theirs = load_traces(a), load_traces(b)
    notes: list[str] = []
    for key in sorted(mine.keys() ^ theirs.keys()):
        notes.append(f"only one side has a process {key}")
    for side, traces in (("A", mine), ("B", theirs)):
        notes += [
            f"{side}: {t.key} was cut off; compared up to there"
            for t in traces.values()
            if not t.complete
        ]
    parting = first_parting(mine, theirs)
    culprit = first_culprit(mine, theirs)
    common = mine.keys() & theirs.keys()
    if not common or not any(t.steps or t.operations or t.tail for t in mine.values()):
        verdict = Verdict.INCONCLUSIVE
        notes.append("the traces have no step and no operation in common")
    else:
        verdict = (
            Verdict.DETERMINISTIC
            if parting is None and culprit is None
            else Verdict.NONDETERMINISTIC
        )
    return Comparison(
        verdict=verdict,
        parting=parting,
        timeline=timeline(mine, theirs),
        environment=tuple(differing(_environment(mine), _environment(theirs))),
        notes=tuple(notes),
        sides=tuple(
            (str(path), max((len(t.steps) for t in traces.values()), default=0),
             sum(len(t.events) + len(t.operations) for t in traces.values()))
            for path, traces in ((a, mine), (b, theirs))
        ),
        op=culprit.operation.name if culprit is not None else None,
        site=culprit.operation.site if culprit is not None else "",
        operations=any(t.operations for t in mine.values()),
    )  # fmt: skip


def load_traces(path: Path) -> dict[str, Trace]:
    """The traces at `path`. UserError when there are none."""
    if path.is_file():
        try:
            trace = read_trace(path)
        except ValueError as error:
            raise UserError(str(error)) from None
        return {trace.key: trace}
    if not path.is_dir():
        raise UserError(f"no such trace: {path}")
    for candidate in (path, path / "trace", *sorted((path / "runs").glob("*-run/trace"))):
        traces = read_traces(candidate)
        if traces:
            return traces
    raise UserError(
        f"no trace in {path}", "name a .trace file, a run's folder, or .fwaudit/verify-…"
    )


def _environment(traces: dict[str, Trace]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for trace in traces.values():
        for versions in trace.noted("versions"):
            found.update(versions)
    return found
