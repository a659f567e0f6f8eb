"""One line a finding: path:line:column CODE name: message."""

from __future__ import annotations

from ..auditor.finding import Finding
from ..auditor.scan import ScanResult
from .options import RenderOptions
from .paint import Painter
from .plain import plain
from .summary import headline, remarks


def header(finding: Finding, paint: Painter, nowhere: str = ".:1:1", below: str = "") -> str:
    """Return the line that says where, which rule and what.

    `nowhere` names the repository; `below` leads to it from the current folder, so that a terminal
    can open the place.
    """
    place = finding.place
    where = nowhere if place.path == "." else f"{plain(below + str(place))}:{place.column}"
    code = paint(finding.severity.value, finding.code)
    return f"{paint('place', where)} {code} {finding.name}: {plain(finding.message)}"


def render(result: ScanResult, options: RenderOptions) -> str:
    """Return the findings, then the headline."""
    paint = Painter(options.color)
    lines = [header(finding, paint, below=options.below) for finding in result.findings]
    return "\n".join([*lines, " ".join([headline(result), *remarks(result)])]) + "\n"
