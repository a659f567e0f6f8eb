"""One thing at fault in many places of a file: one finding, with the other places as evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .finding import Evidence, Finding
from .fingerprint import sort_key


def gathered(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings with those of one rule about one subject in one file made one.

    The surest stays, of several the first by place. Whatever is suppressed or unwanted must be
    gone by then, so that a comment at the first place does not silence the others.
    """
    result: list[Finding] = []
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in sorted(findings, key=sort_key):
        if finding.subject:
            key = (finding.code, finding.place.path, finding.subject)
            groups.setdefault(key, []).append(finding)
        else:
            result.append(finding)
    # Sorting keeps the places of one confidence in their order.
    surest = (sorted(group, key=lambda item: -item.confidence.rank) for group in groups.values())
    return result + [_as_one(*group) for group in surest]


def _as_one(first: Finding, *others: Finding) -> Finding:
    # Known by its subject, it stays the same finding when the first of its places goes.
    first = replace(first, statement=first.subject, definition="")
    if not others:
        return first
    count = "1 more place" if len(others) == 1 else f"{len(others)} more places"
    return replace(
        first,
        message=f"{first.message} (and {count})",
        evidence=(*first.evidence, *(Evidence(item.place, "here too") for item in others)),
    )
