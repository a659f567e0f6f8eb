"""A scan as one HTML page: filter, search, code frames."""

from __future__ import annotations

from ..auditor.scan import ScanResult
from .frame import Frames
from .options import RenderOptions
from .page import Linker, families, finding_rows, stream_rows
from .plain import plain
from .scan_json import entry_point_rows
from .summary import headline, remarks
from .template import fill, script


def render(result: ScanResult, options: RenderOptions) -> str:
    """Return the page."""
    linker = Linker(options.link_base)
    findings = finding_rows(result.findings, Frames(result.project.discovery.files), linker)
    rows, columns = stream_rows(entry_point_rows(result, options), linker)
    name = plain(options.title or result.root.name)
    return fill(
        "scan.html.j2",
        {
            "title": f"{name}: fwaudit scan",
            "name": name,
            "kind": "fwaudit scan",
            "meta": "",
            "sections": [
                ("summary", "Summary"), ("streams", "Streams"), ("findings", "Findings"),
            ],
            "version": options.version,
            "made": "",
            "headline": headline(result),
            "remarks": remarks(result),
            "rows": rows,
            "columns": columns,
            "findings": findings,
            "families": families(findings),
            **script(),
        },
    )  # fmt: skip
