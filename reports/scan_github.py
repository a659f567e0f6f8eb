"""GitHub workflow commands: annotations in the log and on the diff."""

from __future__ import annotations

from ..auditor.finding import Finding, Severity
from ..auditor.scan import ScanResult
from .options import RenderOptions
from .plain import plain
from .scan_sarif import in_cell, said
from .summary import headline, remarks

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(result: ScanResult, options: RenderOptions) -> str:
    """Return one command a finding, then the headline as plain log text."""
    lines = [_command(finding) for finding in result.findings]
    return "\n".join([*lines, " ".join([headline(result), *remarks(result)])]) + "\n"


def _command(finding: Finding) -> str:
    place = finding.place
    fields = {"title": f"{finding.code} {finding.name}"}
    if place.path != ".":
        fields = {"file": place.path, **fields}
    if place.cell is None and place.path != ".":
        fields |= {"line": str(place.line), "endLine": str(max(place.end_line, place.line))}
        if place.end_line == place.line:
            fields |= {"col": str(place.column), "endColumn": str(place.end_column)}
    words = ",".join(f"{key}={_property(value)}" for key, value in fields.items())
    return f"::{_COMMANDS[finding.severity]} {words}::{_data(in_cell(place) + said(finding))}"


def _data(text: str) -> str:
    return plain(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
