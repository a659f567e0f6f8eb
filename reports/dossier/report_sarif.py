"""SARIF of the dossier: the scan's findings, and a run a verification with what it met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...auditor.dossier.dossier import Dossier
from ...auditor.dossier.exhibit import Exhibit
from ...auditor.finding import Finding
from ..links import REPOSITORY, rule_url
from ..page import finding_of, place_of
from ..plain import to_json
from ..scan_sarif import LEVELS, SCHEMA, in_cell, location, said
from .options import ReportOptions
from .page_html import noted


def render(dossier: Dossier, options: ReportOptions) -> str:
    """Return the SARIF log."""
    runs = [_verification(exhibit, options) for exhibit in dossier.verifications]
    if dossier.scan is not None:
        runs.insert(0, _scan(dossier.scan, options))
    return to_json({"$schema": SCHEMA, "version": "2.1.0", "runs": runs})


def _scan(exhibit: Exhibit, options: ReportOptions) -> dict[str, Any]:
    findings = [finding_of(item) for item in exhibit.document["findings"]]
    rules = {f.code: {"id": f.code, "name": f.name, "helpUri": rule_url(f.name)} for f in findings}
    index = {code: number for number, code in enumerate(rules)}
    return {
        "tool": _tool(options, list(rules.values())),
        "automationDetails": {"id": "fwaudit/scan/"},
        "columnKind": "unicodeCodePoints",
        "results": [_finding(finding, index) for finding in findings],
        "properties": {"sha256": exhibit.digest, "provenance": exhibit.provenance},
    }


def _finding(finding: Finding, index: Mapping[str, int]) -> dict[str, Any]:
    return {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": LEVELS[finding.severity],
        "message": {"text": in_cell(finding.place) + said(finding)},
        "locations": [location(finding.place)],
        "partialFingerprints": {"fwaudit/v1": finding.fingerprint},
    }


def _tool(options: ReportOptions, rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "driver": {
            "name": "fwaudit",
            "version": options.version,
            "informationUri": REPOSITORY,
            "rules": rules,
        }
    }


def _verification(exhibit: Exhibit, options: ReportOptions) -> dict[str, Any]:
    document = exhibit.document
    first: Mapping[str, Any] | None = document.get("first_divergence")
    results: list[dict[str, Any]] = []
    if first:
        evidence = "; ".join(noted(item) for item in first.get("evidence") or ())
        place = first if first.get("path") else {"path": "."}
        results.append(
            {
                "ruleId": str(first.get("rule") or first["cause"]),
                "level": "error",
                "message": {
                    "text": f"runs part here: {first['cause']}. {evidence}"[:4000],
                },
                "locations": [location(place_of(place))],
                "properties": {
                    key: first.get(key) for key in ("cause", "stream", "step", "op", "tensor")
                },
            }
        )
    return {
        "tool": _tool(options, []),
        "automationDetails": {"id": "fwaudit/verify/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": document["verdict"] != "inconclusive",
                "commandLine": exhibit.command,
                "properties": {"device": exhibit.device, "environment": document["environment"]},
            }
        ],
        "results": results,
        "properties": {
            "verdict": document["verdict"],
            "runs": document["runs"],
            "bound": document["bound"],
            "variations": document["variations"],
            "sha256": exhibit.digest,
            "provenance": exhibit.provenance,
        },
    }
