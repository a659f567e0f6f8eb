"""SARIF 2.1.0, for code scanning."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from ..auditor.finding import Finding, Severity
from ..auditor.place import Place
from ..auditor.rule import RuleClass
from ..auditor.scan import ScanResult
from .links import REPOSITORY, rule_url
from .options import RenderOptions
from .plain import clipped, to_json

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_BASE = "%SRCROOT%"


def render(result: ScanResult, options: RenderOptions) -> str:
    """Return the SARIF log."""
    return to_json(document(result, options))


def document(result: ScanResult, options: RenderOptions) -> dict[str, Any]:
    """Return the SARIF log as JSON values."""
    findings = [*result.findings, *result.baselined, *result.suppressed]
    rules = _rules(result.rules, findings)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    compared = bool(result.baselined)
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "fwaudit",
                "version": options.version,
                "informationUri": REPOSITORY,
                "rules": rules,
            }
        },
        "automationDetails": {"id": "fwaudit/scan/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            _BASE: {"description": {"text": "The root of the scanned repository."}}
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {
                        "level": "note",
                        "message": {"text": problem.message},
                        "locations": [location(problem.place)],
                    }
                    for problem in result.problems
                ],
            }
        ],
        "results": [_result(finding, index, compared) for finding in findings],
    }
    if options.provenance is not None:
        run["properties"] = {"provenance": dict(options.provenance)}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rules(active: Iterable[RuleClass], findings: list[Finding]) -> list[dict[str, Any]]:
    """Return every rule that ran, with its manual where it found something."""
    found = {finding.code: finding for finding in findings}
    made: list[dict[str, Any]] = []
    for rule in active:
        entry = _entry(rule.code, rule.name, rule.summary(), rule.severity)
        entry["properties"] = {
            "precision": {"high": "very-high", "medium": "high", "low": "medium"}[rule.confidence],
            "tags": [rule.code.rstrip("0123456789").lower(), *rule.frameworks],
        }
        if found.pop(rule.code, None) is not None:
            manual = rule.manual()
            entry["fullDescription"] = {"text": rule.summary()}
            entry["help"] = {"text": manual, "markdown": manual}
        made.append(entry)
    made += [_entry(f.code, f.name, f.name, f.severity) for f in found.values()]
    return made


def _entry(code: str, name: str, summary: str, severity: Severity) -> dict[str, Any]:
    return {
        "id": code,
        "name": name,
        "shortDescription": {"text": summary or name},
        "helpUri": rule_url(name),
        "defaultConfiguration": {"level": LEVELS[severity]},
    }


def _result(finding: Finding, index: dict[str, int], compared: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": LEVELS[finding.severity],
        "message": {"text": in_cell(finding.place) + said(finding)},
        "locations": [location(finding.place)],
        "partialFingerprints": {"fwaudit/v1": finding.fingerprint},
        "properties": {
            "confidence": finding.confidence.value,
            "entryPoint": finding.entry_point,
            "stream": finding.stream,
            "frameworks": list(finding.frameworks),
        },
    }
    if finding.evidence:
        made["relatedLocations"] = [
            {**location(item.place), "id": number, "message": {"text": item.note or "seen here"}}
            for number, item in enumerate(finding.evidence, 1)
        ]
    if compared:
        made["baselineState"] = "unchanged" if finding.baselined else "new"
    if finding.suppression is not None:
        made["suppressions"] = [
            {"kind": "inSource", "status": "accepted", "justification": finding.suppression}
        ]
    return made


def said(finding: Finding) -> str:
    """Return the message and what to do, as one text."""
    message = clipped(finding.message)
    return f"{message}. {clipped(finding.help)}" if finding.help else message


def in_cell(place: Place) -> str:
    """Return `cell 3, line 2: ` for a place in a notebook: readers count lines of the file."""
    return "" if place.cell is None else f"cell {place.cell}, line {place.line}: "


def location(place: Place) -> dict[str, Any]:
    """Return a SARIF location. A place in a notebook has no region: cells are no lines of it."""
    physical: dict[str, Any] = {
        "artifactLocation": {"uri": path_uri(place.path), "uriBaseId": _BASE}
    }
    if place.cell is not None:
        return {
            "physicalLocation": physical,
            "logicalLocations": [
                {"name": f"cell {place.cell}", "fullyQualifiedName": f"{place.path}[{place.cell}]"}
            ],
        }
    if place.path != ".":
        physical["region"] = {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": max(place.end_line, place.line),
            "endColumn": max(place.end_column, 1),
        }
    return {"physicalLocation": physical}


def path_uri(path: str) -> str:
    """Return a relative path as a URI reference; bytes that are no UTF-8 keep their value."""
    return quote(path.encode("utf-8", "surrogateescape"), safe="/")
