"""Which static rule foretells where two runs part: the one that reports the place, if one does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from .config import Config
from .errors import UserError
from .finding import Finding
from .rule import Prediction, RuleClass
from .scan import scan
from .scan_options import ScanOptions
from .verify.options import Predict
from .verify.verdict import Explanation, Foretold


def foreteller(rules: Sequence[RuleClass], root: Path) -> Predict:
    """Return what names the rule for a divergence of a program of the tree under `root`.

    The rules that know such causes are run on the tree. One that reports the very place is named
    with it; where none does, the one that is about such causes.
    """

    @cache
    def reported(codes: tuple[str, ...]) -> Sequence[Finding]:
        config = Config(select=codes)
        options = ScanOptions((root,), tuple(rules), config, current=root, jobs=1)
        try:
            return scan(options).findings
        except UserError:
            return ()

    def foretell(explanation: Explanation) -> Foretold | None:
        fitting = sorted(_fitting(rules, explanation))
        if not fitting:
            return None
        order = [code for *_, code in fitting]
        here = [
            finding
            for finding in reported(tuple(sorted(order)))
            if explanation.site and _covers(finding, explanation.path, explanation.line)
        ]
        if here:
            best = min(here, key=lambda finding: order.index(finding.code))
            return Foretold(best.code, f"{best.place.path}:{best.place.line}")
        return Foretold(order[0])

    return foretell


def _fitting(
    rules: Sequence[RuleClass], explanation: Explanation
) -> Iterator[tuple[int, bool, str]]:
    """Yield the rules that know such a cause; the best fit sorts first."""
    for rule in rules:
        fits = [_fit(foretold, explanation) for foretold in rule.predicts]
        best = max((fit for fit in fits if fit is not None), default=None)
        if best is not None:
            # Of equally fitting rules, the one that is about seeds comes first.
            yield -best, not rule.code.startswith("SEED"), rule.code


def _fit(foretold: Prediction, explanation: Explanation) -> int | None:
    if foretold.cause != explanation.cause:
        return None
    if foretold.stream not in (None, explanation.stream):
        return None
    if not _is_operation(foretold.operation, explanation.op):
        return None
    return (foretold.stream is not None) + (foretold.operation is not None)


def _is_operation(foretold: str | None, operation: str | None) -> bool:
    if foretold is None:
        return True
    return operation is not None and operation.split(".")[0].rstrip("_") == foretold.rstrip("_")


def _covers(finding: Finding, path: str, line: int) -> bool:
    """Whether a line is one of a finding, or lies between the first and the last of them."""
    places = [finding.place, *(item.place for item in finding.evidence)]
    lines = [place.line for place in places if place.path == path]
    return bool(lines) and min(lines) <= line <= max(lines)
