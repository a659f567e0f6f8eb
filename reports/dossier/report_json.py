"""fwaudit.report/1: the whole evidence model for programs."""

from __future__ import annotations

from typing import Any

from ...auditor.dossier.dossier import Dossier
from ...auditor.dossier.exhibit import Exhibit
from ...auditor.dossier.fact import Fact
from ..plain import to_json
from .options import ReportOptions

SCHEMA = "fwaudit.report/1"


def render(dossier: Dossier, options: ReportOptions) -> str:
    """Return the JSON text."""
    return to_json(document(dossier, options))


def document(dossier: Dossier, options: ReportOptions) -> dict[str, Any]:
    """Return the dossier as JSON values."""
    filled, applicable = dossier.filled()
    return {
        "schema": SCHEMA,
        "fwaudit": options.version,
        "time": options.made,
        "subject": {
            "name": dossier.name,
            "tree": dossier.tree.digest,
            "files": dossier.tree.files,
        },
        "answers": [
            {
                "question": a.question,
                "answer": a.short,
                "why": a.long,
                "tone": a.tone,
                "command": a.command or None,
            }
            for a in dossier.answers
        ],
        "stale": list(dossier.stale),
        "filled": {"fields": filled, "applicable": applicable},
        "fields": [_field(fact, options.source) for fact in dossier.facts],
        "not_checked": [{"what": what, "how": how} for what, how in dossier.unchecked],
        "licence_flow": {
            "release": _node(dossier.flow.release),
            "sources": [_node(node) for node in dossier.flow.sources],
        },
        "evidence": [
            _exhibit(exhibit)
            for exhibit in (*([dossier.scan] if dossier.scan else []), *dossier.verifications)
        ],
        "scan": dossier.scan.document if dossier.scan else None,
        "verifications": [exhibit.document for exhibit in dossier.verifications],
    }


def _field(fact: Fact, source: bool) -> dict[str, Any]:
    made = fact.document()
    if not source:
        made["support"] = [{**item, "note": ""} for item in made["support"]]
    return made


def _node(node: Any) -> dict[str, str]:
    return {
        "name": node.name,
        "kind": node.kind,
        "licence": node.licence,
        "where": node.where,
    }


def _exhibit(exhibit: Exhibit) -> dict[str, Any]:
    made = exhibit.provenance
    return {
        "file": exhibit.path.name,
        "kind": exhibit.kind,
        "sha256": exhibit.digest,
        "tree": exhibit.tree or None,
        "time": made.get("time"),
        "command": exhibit.command or None,
        "device": exhibit.device,
    }
