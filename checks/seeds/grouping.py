"""One finding per rule, place and stream; further entry points go into its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ...auditor.finding import Evidence, Finding
from ...auditor.place import Place


def _trains(path: str | None) -> bool:
    """Whether a program is named after the training, where an unseeded draw matters most."""
    return "train" in (path or "").rpartition("/")[2]


def grouped(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Merge findings of one rule that differ in the entry point only; the surest one stays."""
    groups: dict[tuple[str, Place, str | None], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.code, finding.place, finding.stream), []).append(finding)
    for group in groups.values():
        first = max(group, key=lambda each: (each.confidence.rank, _trains(each.entry_point)))
        further = sorted({f.entry_point for f in group if f.entry_point} - {first.entry_point})
        shown = [Evidence(Place(path), "also on the way from here") for path in further[:5]]
        if len(further) > 5:
            shown.append(Evidence(first.place, f"and from {len(further) - 5} more entry points"))
        yield replace(first, evidence=(*first.evidence, *shown))
