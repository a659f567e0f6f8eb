"""A step summary or a pull-request comment."""

from __future__ import annotations

from ..auditor.finding import Finding, Severity
from ..auditor.scan import ScanResult
from .links import rule_url
from .markdown_text import code, escaped
from .options import RenderOptions
from .plain import counted
from .summary import headline, remarks

#: A comment holds 65,536 characters.
MAX_CHARACTERS = 60_000
_TITLES = {Severity.ERROR: "Errors", Severity.WARNING: "Warnings", Severity.INFO: "Notes"}


def render(result: ScanResult, options: RenderOptions) -> str:
    """Return the summary; findings that do not fit are counted."""
    parts = [f"## {options.title or 'fwaudit'}\n\n{' '.join([headline(result), *remarks(result)])}"]
    left = MAX_CHARACTERS - 2000
    for severity, title in _TITLES.items():
        rows = [_row(f) for f in result.findings if f.severity is severity]
        shown: list[str] = []
        for row in rows:
            left -= len(row) + 1
            if left < 0:
                break
            shown.append(row)
        if rows:
            table = "\n".join(["| where | rule | what |", "| --- | --- | --- |", *shown])
            hidden = len(rows) - len(shown)
            more = f"\n\nand {counted(hidden, 'more finding')} that did not fit" if hidden else ""
            parts.append(f"### {title} ({len(rows):,})\n\n{table}{more}")
    return "\n\n".join(parts) + "\n"


def _row(finding: Finding) -> str:
    place = finding.place
    where = code(str(place)) if place.path != "." else "the repository"
    what = escaped(finding.message)
    if finding.help:
        what += f"<br>{escaped(finding.help)}"
    return f"| {where} | [{finding.code}]({rule_url(finding.name)}) {finding.name} | {what} |"
