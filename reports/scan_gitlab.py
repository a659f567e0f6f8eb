"""GitLab code quality."""

from __future__ import annotations

from typing import Any

from ..auditor.finding import Finding, Severity
from ..auditor.scan import ScanResult
from .options import RenderOptions
from .plain import plain, to_json
from .scan_sarif import in_cell, said

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def render(result: ScanResult, options: RenderOptions) -> str:
    """Return the code quality report."""
    return to_json([_issue(finding) for finding in result.findings])


def _issue(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "description": plain(f"{finding.code}: {in_cell(place)}{said(finding)}"),
        "check_name": finding.name,
        "fingerprint": finding.fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": place.path,
            "lines": {"begin": place.line, "end": max(place.end_line, place.line)},
        },
    }
