"""The closing words of a scan: what was found in what, and what was left out."""

from __future__ import annotations

from collections import Counter

from ..auditor.finding import Finding, Severity
from ..auditor.scan import ScanResult
from .plain import counted


def severities(findings: list[Finding]) -> str:
    """Return `2 errors, 5 warnings, 1 note`; empty when there is nothing."""
    counts = Counter(finding.severity for finding in findings)
    nouns = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    return ", ".join(counted(counts[kind], noun) for kind, noun in nouns.items() if counts[kind])


def looked_at(result: ScanResult) -> str:
    """Return `48 files and 2 notebooks`."""
    words = counted(result.python + result.documents, "file")
    return f"{words} and {counted(result.notebooks, 'notebook')}" if result.notebooks else words


def answered(result: ScanResult) -> list[str]:
    """Return what was found and is not shown: suppressed, in the baseline."""
    reasoned = sum(bool(finding.suppression) for finding in result.suppressed)
    bare = len(result.suppressed) - reasoned
    words: list[str] = []
    if reasoned:
        words.append(f"{reasoned:,} suppressed with {'a reason' if reasoned == 1 else 'reasons'}")
    if bare:
        words.append(f"{bare:,} suppressed without a reason")
    if result.baselined:
        words.append(f"{len(result.baselined):,} in the baseline")
    return words


def headline(result: ScanResult) -> str:
    """Return the sentence that says what was found in what, and in how many seconds."""
    found = len(result.findings)
    what = f"Found {counted(found, 'problem')}" if found else "Found no problems"
    inner = "; ".join(
        part for part in (severities(result.findings), ", ".join(answered(result))) if part
    )
    brackets = f" ({inner})" if inner else ""
    return f"{what}{brackets} in {looked_at(result)}, {result.seconds:.1f} s."


def remarks(result: ScanResult) -> list[str]:
    """Return what a person should know beside the findings."""
    lines: list[str] = []
    safe = sum(finding.fix is not None and finding.fix.safe for finding in result.findings)
    unsafe = sum(finding.fix is not None and not finding.fix.safe for finding in result.findings)
    if safe:
        lines.append(f"{safe:,} can be fixed: fwaudit scan --fix.")
    if unsafe:
        lines.append(f"{unsafe:,} more with --unsafe-fixes (may change what is computed).")
    unread = len({problem.place.path for problem in result.unread})
    if unread:
        lines.append(f"{counted(unread, 'file')} could not be read (META003).")
    if any(problem.is_fault for problem in result.problems):
        lines.append("The scan is incomplete by a fault of fwaudit (META003).")
    if any(finding.code == "VULN002" for finding in (*result.findings, *result.baselined)):
        lines.append("The audit is incomplete (VULN002).")
    if result.oversized:
        lines.append(f"{counted(len(result.oversized), 'file')} too large to read.")
    if not result.files:
        lines.append("There was nothing to look at.")
    elif not result.python and not result.notebooks:
        lines.append("There is no Python file and no notebook here.")
    return lines


def statistics_table(result: ScanResult) -> list[tuple[str, str, str, str, str]]:
    """Return rows (code, name, findings, suppressed, milliseconds), most findings first."""
    names = {rule.code: rule.name for rule in result.rules}
    names |= {finding.code: finding.name for finding in (*result.findings, *result.suppressed)}
    rows = sorted(
        result.statistics.items(), key=lambda item: (-item[1].findings, -item[1].seconds, item[0])
    )
    return [
        (
            code,
            names.get(code, ""),
            f"{line.findings:,}",
            f"{line.suppressed:,}",
            f"{line.seconds * 1000:,.1f}",
        )
        for code, line in rows
        if line.findings or line.suppressed or line.seconds >= 0.0005
    ]
