"""in-toto Statements v1, one a line, unsigned: test results, verification result, evidence."""

from __future__ import annotations

import json
from typing import Any

from ...auditor.dossier.dossier import Dossier
from ...auditor.dossier.exhibit import Exhibit
from ..links import REPOSITORY
from ..plain import encodable_tree, plain
from .material import weight_digests
from .options import ReportOptions

TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
VERIFICATION = "https://in-toto.io/attestation/svr/v0.2"
REPORT = "urn:fwaudit:release-report:v1"
#: Printed beside the file. With a key of one's own, nothing leaves the machine; by Sigstore each
#: statement becomes a bundle in a public log, under the identity of who signs.
SIGN_BY_KEY = (
    "split -l 1 {file} statement. && for s in statement.??; do "
    'ssh-keygen -Y sign -f ~/.ssh/id_ed25519 -n fwaudit "$s"; done'
)
SIGN_BY_IDENTITY = (
    'split -l 1 {file} statement. && for s in statement.??; do npx @sigstore/cli attest "$s" '
    '-o "$s.sigstore.json"; done'
)


def render(dossier: Dossier, options: ReportOptions) -> str:
    """Return the statements as JSON lines."""
    predicates = (
        (TEST_RESULT, _tests(dossier)),
        (VERIFICATION, _verification(dossier, options)),
        (REPORT, _report(dossier, options)),
    )
    statements = [
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": _subject(dossier),
            "predicateType": kind,
            "predicate": predicate,
        }
        for kind, predicate in predicates
    ]
    return "".join(json.dumps(encodable_tree(item)) + "\n" for item in statements)


def _subject(dossier: Dossier) -> list[dict[str, Any]]:
    tree = {
        "name": plain(f"{dossier.name} (manifest of the source tree)"),
        "digest": {"sha256": dossier.tree.digest.removeprefix("sha256:")},
    }
    files = [
        {"name": plain(path), "digest": {"sha256": digest}}
        for path, digest in weight_digests(dossier)
    ]
    return [tree, *files]


def _exhibits(dossier: Dossier) -> list[Exhibit]:
    return [*([dossier.scan] if dossier.scan else []), *dossier.verifications]


def _tests(dossier: Dossier) -> dict[str, Any]:
    """A rule without findings is not listed as passed: which rules ran is not in the scan file."""
    failed: set[str] = set()
    warned: set[str] = set()
    for finding in dossier.scan.document["findings"] if dossier.scan else ():
        name = f"scan: {finding['code']} {finding['name']}"
        (failed if finding["severity"] == "error" else warned).add(name)
    passed: set[str] = set()
    for exhibit in dossier.verifications:
        name = f"verify: {exhibit.command or exhibit.path.name} on {exhibit.device}"
        match exhibit.document["verdict"]:
            case "deterministic":
                passed.add(name)
            case "nondeterministic":
                failed.add(name)
            case _:
                warned.add(name)
    unchecked = {f"not checked: {what}" for what, _ in dossier.unchecked}
    result = "FAILED" if failed else "WARNED" if warned | unchecked else "PASSED"
    return {
        "result": result,
        "configuration": [
            {"name": plain(exhibit.path.name), "digest": {"sha256": exhibit.digest}}
            for exhibit in _exhibits(dossier)
        ],
        "passedTests": sorted(passed),
        "warnedTests": sorted((warned - failed) | unchecked),
        "failedTests": sorted(failed),
    }


def _verification(dossier: Dossier, options: ReportOptions) -> dict[str, Any]:
    """Properties name only what holds; what is missing here did not hold or is not known."""
    properties: list[str] = []
    if not dossier.stale:
        verdicts = {exhibit.document["verdict"] for exhibit in dossier.verifications}
        if verdicts == {"deterministic"}:
            properties.append("FWAUDIT_RERUNS_DETERMINISTIC")
        if dossier.scan is not None:
            severities = {f["severity"] for f in dossier.scan.document["findings"]}
            if "error" not in severities:
                properties.append("FWAUDIT_NO_ERROR_FOUND")
            if not severities & {"error", "warning"}:
                properties.append("FWAUDIT_NO_WARNING_FOUND")
    if dossier.fact("licence").is_filled:
        properties.append("FWAUDIT_LICENCE_DECLARED")
    return {
        "verifier": {"id": f"{REPOSITORY}@{options.version}"},
        "policies": [],
        "timeCreated": options.made,
        "properties": properties,
    }


def _report(dossier: Dossier, options: ReportOptions) -> dict[str, Any]:
    filled, applicable = dossier.filled()
    return {
        "fwaudit": options.version,
        "time": options.made,
        "answers": [
            {"question": a.question, "answer": a.short, "why": a.long} for a in dossier.answers
        ],
        "fieldsFilled": filled,
        "fieldsApplicable": applicable,
        "evidence": [
            {
                "name": plain(exhibit.path.name),
                "digest": {"sha256": exhibit.digest},
                "annotations": {
                    "kind": exhibit.kind,
                    "command": exhibit.command,
                    "device": exhibit.device,
                    "time": str(exhibit.provenance.get("time") or ""),
                },
            }
            for exhibit in _exhibits(dossier)
        ],
        "notChecked": [what for what, _ in dossier.unchecked],
    }
