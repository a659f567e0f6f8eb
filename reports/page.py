"""What the HTML pages show of a scan: findings with frames and links, the table of streams."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..auditor.finding import Confidence, Evidence, Finding, Severity
from ..auditor.place import Place
from .frame import Frames
from .links import rule_url
from .paint import Painter
from .plain import plain
from .scan_sarif import path_uri
from .scan_text import frame_lines

STREAM_ORDER = (
    "python numpy torch torch-cuda tensorflow jax sklearn gym-env gym-action-space other"
).split()
_PLAIN = Painter(False)


@dataclass(frozen=True, slots=True)
class Linker:
    """Turns places into links. `base` is an address or a relative path, without a last slash."""

    base: str = "."

    def place(self, place: Place) -> dict[str, str]:
        """Return path, words and address of a place."""
        anchor = "" if place.cell is not None else f"#L{place.line}"
        return {
            "path": plain(place.path),
            "where": plain(str(place)),
            "url": f"{self.base}/{path_uri(place.path)}{anchor}",
        }


def finding_of(document: Mapping[str, Any]) -> Finding:
    """Return a finding from its JSON values."""
    return Finding(
        code=str(document["code"]),
        name=str(document["name"]),
        severity=Severity(document["severity"]),
        confidence=Confidence(document.get("confidence", "high")),
        place=Place(
            str(document["path"]),
            int(document["line"]),
            int(document.get("column") or 1),
            int(document.get("end_line") or 0),
            int(document.get("end_column") or 0),
            document.get("cell"),
        ),
        message=str(document["message"]),
        help=str(document.get("help") or ""),
        entry_point=document.get("entry_point"),
        stream=document.get("stream"),
        evidence=tuple(
            Evidence(
                Place(str(item["path"]), int(item["line"]), cell=item.get("cell")),
                str(item["note"]),
            )
            for item in document.get("evidence", ())
        ),
        fingerprint=str(document["fingerprint"]),
    )


def finding_rows(
    findings: Iterable[Finding], frames: Frames, linker: Linker
) -> list[dict[str, Any]]:
    """Return what the template shows of each finding; every text made plain."""
    rows: list[dict[str, Any]] = []
    for finding in findings:
        lines, elsewhere = frames.frame(finding)
        rows.append(
            {
                "code": finding.code,
                "name": plain(finding.name),
                "family": finding.code.rstrip("0123456789"),
                "severity": finding.severity.value,
                "message": plain(finding.message, 1000),
                "help": plain(finding.help, 1000),
                "url": rule_url(finding.name),
                "place": linker.place(finding.place),
                "entry_point": plain(finding.entry_point or ""),
                "frame": "\n".join(frame_lines(lines, _PLAIN)[1:]),
                "evidence": [
                    {**linker.place(item.place), "note": plain(item.note, 600)}
                    for item in elsewhere
                ],
            }
        )
    return rows


def stream_rows(
    entry_points: Sequence[Mapping[str, Any]], linker: Linker
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rows and the columns of the table entry point × stream."""
    drawn = {
        str(stream["stream"])
        for row in entry_points
        for stream in row["streams"]
        if stream["state"] != "not-drawn"
    }
    columns = [name for name in STREAM_ORDER if name in drawn]
    rows: list[dict[str, Any]] = []
    for row in entry_points:
        cells = {str(s["stream"]): _cell(s, linker) for s in row["streams"]}
        rows.append(
            {
                "place": linker.place(place_of(row)),
                "cells": [cells.get(column) for column in columns],
            }
        )
    return rows, columns


def place_of(document: Mapping[str, Any]) -> Place:
    """Return the place that JSON values name."""
    return Place(str(document["path"]), int(document.get("line") or 1), cell=document.get("cell"))


def _cell(stream: Mapping[str, Any], linker: Linker) -> dict[str, Any] | None:
    state = str(stream["state"])
    if state == "not-drawn":
        return None
    at = stream["seeded_at"] if state == "seeded" else stream["drawn_at"] or stream["seeded_at"]
    return {
        "state": state if state in {"seeded", "unseeded", "conditional"} else "unknown",
        "words": plain(state),
        "place": linker.place(place_of(at)) if at else None,
        "why": "" if state == "seeded" else plain(str(stream.get("why") or ""), 200),
    }


def families(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the families of the findings, sorted."""
    return sorted({str(row["family"]) for row in rows})
