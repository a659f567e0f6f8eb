"""fwaudit.scan/1: a scan for programs, as the contract says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..auditor.dossier.binding import sealed
from ..auditor.finding import Finding
from ..auditor.place import Place
from ..auditor.scan import ScanResult
from ..auditor.streams import EntryPointStreams
from .links import rule_url
from .options import RenderOptions
from .plain import encodable_tree, to_json

SCHEMA = "fwaudit.scan/1"


def render(result: ScanResult, options: RenderOptions) -> str:
    """Return the JSON text."""
    return to_json(document(result, options))


def document(result: ScanResult, options: RenderOptions) -> dict[str, Any]:
    """Return the scan as JSON values."""
    made: dict[str, Any] = {
        "schema": SCHEMA,
        "fwaudit": options.version,
        "root": options.below.rstrip("/") or ".",
        "summary": {
            "files": result.files,
            "python": result.python,
            "notebooks": result.notebooks,
            "documents": result.documents,
            "unreadable": len({problem.place.path for problem in result.unread}),
            "suppressed": len(result.suppressed),
            "baselined": len(result.baselined),
            "seconds": round(result.seconds, 3),
        },
        "findings": [finding_document(finding) for finding in result.findings],
        "entry_points": entry_point_rows(result, options),
        "errors": [
            {"path": p.place.path, "line": p.place.line, "message": p.message}
            for p in result.problems
        ],
    }
    if options.provenance is None:
        return made
    return sealed(encodable_tree(made), encodable_tree(options.provenance))


def finding_document(finding: Finding) -> dict[str, Any]:
    """Return one finding as JSON values."""
    place = finding.place
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "path": place.path,
        "cell": place.cell,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "message": finding.message,
        "help": finding.help,
        "url": rule_url(finding.name),
        "entry_point": finding.entry_point,
        "stream": finding.stream,
        "frameworks": list(finding.frameworks),
        "evidence": [{**short_place(item.place), "note": item.note} for item in finding.evidence],
        "fingerprint": finding.fingerprint,
        "fix": None
        if finding.fix is None
        else {"safe": finding.fix.safe, "title": finding.fix.title},
    }


def short_place(place: Place) -> dict[str, Any]:
    """Return path, cell and line."""
    return {"path": place.path, "cell": place.cell, "line": place.line}


def entry_point_rows(result: ScanResult, options: RenderOptions) -> list[dict[str, Any]]:
    """Return the rows entry point × stream: those handed in, else those of the result."""
    rows: Sequence[Any] = (
        options.entry_points if options.entry_points is not None else result.entry_points
    )
    return [_row(row) for row in rows]


def entry_point_document(row: EntryPointStreams) -> dict[str, Any]:
    """Return one row as the contract has it."""
    return {
        "path": row.path,
        "cell": row.cell,
        "line": row.line,
        "name": row.name,
        "streams": [
            {
                "stream": item.stream,
                "state": item.state.value,
                "drawn_at": short_place(item.drawn_at) if item.drawn_at else None,
                "seeded_at": short_place(item.seeded_at) if item.seeded_at else None,
                "why": item.why,
            }
            for item in row.streams
        ],
    }


def _row(row: Any) -> dict[str, Any]:
    if isinstance(row, EntryPointStreams):
        return entry_point_document(row)
    if isinstance(row, Mapping):
        return dict(row)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    raise TypeError(f"not a row of the table of streams: {type(row).__name__}")
