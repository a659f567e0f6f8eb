"""The dossier as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ...auditor.dossier.dossier import Dossier
from ...auditor.dossier.exhibit import Exhibit
from ...auditor.dossier.fact import Fact
from ..frame import Frames
from ..page import Linker, families, finding_of, finding_rows, place_of, stream_rows
from ..plain import counted, plain
from ..template import fill, script
from .drawings import licence_graph, timeline, variation_matrix
from .options import ReportOptions

_SECTIONS = (
    ("answer", "Answer"), ("reruns", "Reruns"), ("streams", "Streams"), ("findings", "Findings"),
    ("licences", "Licences"), ("fields", "Fields"), ("unchecked", "Not checked"),
    ("provenance", "Evidence"),
)  # fmt: skip
_FIRST = 5


def render(dossier: Dossier, options: ReportOptions) -> str:
    """Return the page."""
    linker = Linker(options.link_base)
    name = plain(dossier.name)
    shown = {
        "title": f"{name}: reproducibility dossier",
        "name": name,
        "kind": "Reproducibility dossier",
        "meta": f"source tree {dossier.tree.digest[:19]}…, {counted(dossier.tree.files, 'file')}",
        "sections": _SECTIONS,
        "version": options.version,
        "made": options.made,
        "answers": [
            {
                "question": a.question,
                "short": plain(a.short, 120),
                "long": plain(a.long, 400),
                "tone": a.tone,
                "command": plain(a.command, 300),
            }
            for a in dossier.answers
        ],
        "stale": [plain(line) for line in dossier.stale],
        "verifications": [_verification(exhibit, linker) for exhibit in dossier.verifications],
        "variations": variation_matrix([e.document for e in dossier.verifications]),
        "unchecked": [(plain(what), plain(how)) for what, how in dossier.unchecked],
        "tree": dossier.tree.digest,
        "files": f"{dossier.tree.files:,}",
        "exhibits": [_exhibit(e) for e in (dossier.scan, *dossier.verifications) if e],
        **_scan(dossier, linker, options.source),
        **_fields(dossier, linker),
        **script(),
    }
    return fill("report.html.j2", shown, options.templates)


def _scan(dossier: Dossier, linker: Linker, source: bool) -> dict[str, Any]:
    document = dossier.scan.document if dossier.scan else {}
    listed: list[dict[str, Any]] = document.get("findings", [])
    numbers = {id(finding): number for number, finding in enumerate(listed, 1)}
    frames = Frames(dossier.repository.discovery.files if source else ())
    rows, columns = stream_rows(document.get("entry_points", []), linker)
    findings = finding_rows((finding_of(f) for f in listed), frames, linker)
    grouped: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for obstacle in dossier.obstacles:
        grouped.setdefault((obstacle["code"], obstacle["message"]), []).append(obstacle)
    first = list(grouped.values())[:_FIRST]
    parted: list[dict[str, Any]] = [
        e.document.get("first_divergence") or {} for e in dossier.verifications
    ]
    met = {(item.get("path"), item.get("line")) for item in parted}
    summary = document.get("summary", {})
    return {
        "findings": findings,
        "families": families(findings),
        "rows": rows,
        "columns": columns,
        "obstacles": [
            {
                "number": numbers.get(id(same[0]), 1),
                "message": plain(str(same[0]["message"]), 300),
                "where": plain(str(place_of(same[0]))),
                "help": plain(str(same[0].get("help") or ""), 200),
                "met": (same[0]["path"], same[0]["line"]) in met,
                "more": len(same) - 1,
            }
            for same in first
        ],
        "more_obstacles": len(dossier.obstacles) - sum(map(len, first)),
        "suppressed": summary.get("suppressed", 0),
        "baselined": summary.get("baselined", 0),
    }


def _fields(dossier: Dossier, linker: Linker) -> dict[str, Any]:
    filled, applicable = dossier.filled()
    flow = dossier.flow
    return {
        "groups": {
            section: [_fact(fact, linker) for fact in facts]
            for section, facts in dossier.sections().items()
        },
        "filled": filled,
        "applicable": applicable,
        "graph": licence_graph(flow),
        "sources": [
            {
                "name": plain(node.name),
                "kind": node.kind,
                "licence": plain(node.licence),
                "where": plain(node.where),
            }
            for node in flow.sources
        ],
    }


def _fact(fact: Fact, linker: Linker) -> dict[str, Any]:
    return {
        "id": fact.id,
        "title": fact.title,
        "state": fact.state.value,
        "words": fact.state.value.replace("-", " "),
        "value": plain(fact.value, 400),
        "note": plain(fact.note, 300),
        "support": [
            {
                "place": linker.place(item.place) if item.place else None,
                "run": plain(item.run, 200),
                "digest": plain(item.digest),
            }
            for item in fact.support
        ],
    }


def bound_words(document: Mapping[str, Any]) -> str:
    """Say what equal runs prove; empty when they were not all equal."""
    bound = document["bound"].get("p_upper_95")
    if document["verdict"] != "deterministic" or not isinstance(bound, int | float):
        return ""
    share = max(round(float(bound) * 100), 1)
    return (
        f"with 95 % confidence, fewer than {share} in 100 pairs of runs differ; more runs say more"
    )


def _verification(exhibit: Exhibit, linker: Linker) -> dict[str, Any]:
    document = exhibit.document
    first: Mapping[str, Any] | None = document.get("first_divergence")
    steps = max((int(run.get("steps") or 0) for run in document["runs"]), default=0)
    return {
        "verdict": document["verdict"],
        "command": plain(exhibit.command or "command not recorded", 400),
        "runs": counted(exhibit.compared, "run"),
        "device": plain(exhibit.device),
        "time": plain(str(exhibit.provenance.get("time") or "")),
        "steps": f"{steps:,}" if steps else "",
        "bound": bound_words(document),
        "notes": _notes(exhibit),
        "first": _divergence(first, linker) if first else None,
        "timeline": timeline(document),
    }


def _notes(exhibit: Exhibit) -> list[str]:
    """Return what limits a verification."""
    ended = exhibit.provenance.get("max_steps")
    own = [f"runs were ended after {ended} steps"] if ended else []
    return [*own, *(plain(str(note), 300) for note in exhibit.document.get("notes") or ())]


def _divergence(first: Mapping[str, Any], linker: Linker) -> dict[str, Any]:
    def words(key: str) -> str:
        value = first.get(key)
        return "" if value is None else plain(str(value), 400)

    elements = first.get("elements_differing")
    evidence = [plain(noted(item), 400) for item in first.get("evidence") or ()]
    return {
        **{key: words(key) for key in "step tensor seen_in op cause stream rule remedy".split()},
        "elements": counted(elements, "element") if isinstance(elements, int) else "",
        "place": linker.place(place_of(first)) if first.get("path") else None,
        "evidence": evidence[:8],
    }


def noted(item: Any) -> str:
    """Return the words of a piece of evidence of a verification: text, or an object with a note."""
    if isinstance(item, dict):
        known = cast("dict[str, Any]", item)
        return str(known.get("note") or "")
    return str(item)


def _exhibit(exhibit: Exhibit) -> dict[str, str]:
    return {
        "file": plain(exhibit.path.name),
        "time": plain(str(exhibit.provenance.get("time") or "not said")),
        "command": plain(exhibit.command, 300),
        "device": plain(exhibit.device),
        "digest": exhibit.digest,
    }
