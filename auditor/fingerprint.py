"""Fingerprints: the same finding on another day, in another checkout, on another line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from .finding import Finding


def fingerprinted(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings sorted by place, each with its fingerprint.

    It is made of code, path, normalised statement, enclosing definition, and the ordinal among
    equal ones. It holds no line number and no message.
    """
    ordered = sorted(findings, key=sort_key)
    seen: dict[tuple[str, ...], int] = {}
    result: list[Finding] = []
    for finding in ordered:
        stream = finding.stream or ""
        key = (finding.code, finding.place.path, finding.statement, finding.definition, stream)
        ordinal = seen.get(key, 0)
        seen[key] = ordinal + 1
        text = "\0".join((*key, str(ordinal)))
        digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]
        result.append(replace(finding, fingerprint=digest))
    return result


def sort_key(finding: Finding) -> tuple[str, int, int, int, str, str]:
    """Order findings by place, then by code and stream."""
    place = finding.place
    cell = -1 if place.cell is None else place.cell
    return (place.path, cell, place.line, place.column, finding.code, finding.stream or "")
