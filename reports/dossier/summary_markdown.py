"""The dossier for a step summary or a pull-request comment."""

from __future__ import annotations

from typing import Any

from ...auditor.dossier.dossier import Dossier
from ...auditor.dossier.fact import Fact
from ..markdown_text import code, escaped
from ..template import fill
from .options import ReportOptions

#: A comment holds 65,536 characters.
_MOST_FINDINGS = 50


def render(dossier: Dossier, options: ReportOptions) -> str:
    """Return the summary."""
    filled, applicable = dossier.filled()
    findings: list[dict[str, Any]] = dossier.scan.document["findings"] if dossier.scan else []
    ranked = sorted(findings, key=lambda f: ("error warning info".find(f["severity"]), f["path"]))
    return fill(
        "report.md.j2",
        {
            "name": dossier.name,
            "answers": dossier.answers,
            "stale": dossier.stale,
            "findings": [_finding(f) for f in ranked[:_MOST_FINDINGS]],
            "more": len(findings) - min(len(findings), _MOST_FINDINGS),
            "groups": {
                section: [_fact(fact) for fact in facts]
                for section, facts in dossier.sections().items()
            },
            "filled": filled,
            "applicable": applicable,
            "unchecked": dossier.unchecked,
            "tree": dossier.tree.digest,
            "version": options.version,
            "made": options.made,
        },
        options.templates,
    )


def _finding(finding: dict[str, Any]) -> dict[str, str]:
    cell = "" if finding.get("cell") is None else f"[{finding['cell']}]"
    where = f"{finding['path']}{cell}:{finding['line']}"
    return {
        "severity": str(finding["severity"]),
        "where": "the repository" if finding["path"] == "." else code(where),
        "rule": f"{finding['code']} {escaped(str(finding['name']))}",
        "message": escaped(str(finding["message"]), 300),
    }


def _fact(fact: Fact) -> dict[str, str]:
    places = ", ".join(code(str(item)) for item in fact.support[:3])
    more = len(fact.support) - 3
    note = f"*{escaped(fact.note, 200)}*" if fact.note else ""
    return {
        "title": fact.title,
        "state": fact.state.value.replace("-", " "),
        "value": " ".join(filter(None, (escaped(fact.value, 200), note))),
        "support": f"{places} and {more} more" if more > 0 else places,
    }
