"""A verification, or a comparison of two traces, as the JSON of the contract."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..auditor.verify.comparison import Comparison
    from ..auditor.verify.results import Run
    from ..auditor.verify.verdict import Divergence, Variation, Verification

VERIFY_SCHEMA = "fwaudit.verify/1"
COMPARE_SCHEMA = "fwaudit.compare/1"


def verify_document(verification: Verification) -> dict[str, Any]:
    """`fwaudit.verify/1`."""
    return {
        "schema": VERIFY_SCHEMA,
        "verdict": str(verification.verdict),
        "command": list(verification.command),
        "runs": [_run(run) for run in verification.runs],
        "level": str(verification.level),
        "bound": {
            "identical_pairs": verification.equal,
            "p_upper_95": verification.p_upper_95,
        },
        "first_divergence": _divergence(verification.divergence),
        # A kind with no steps was recorded and never differed; one that is absent was not recorded.
        "timeline": dict(verification.timeline.differing),
        "variations": [_variation(varied) for varied in verification.variations],
        "environment": verification.environment,
        "notes": list(verification.notes),
        "seconds": round(verification.seconds, 3),
        "evidence": f".fwaudit/{verification.evidence.name}",
    }


def _run(run: Run) -> dict[str, Any]:
    parameters = run.final_parameters()
    digest = None
    if parameters:
        text = "\n".join(f"{name} {value:016x}" for name, value in sorted(parameters.items()))
        digest = hashlib.sha256(text.encode()).hexdigest()
    return {
        "id": run.name,
        "status": str(run.ended.status),
        "seconds": round(run.ended.seconds, 3),
        "steps": run.steps if run.traced else None,
        "events": sum(len(t.events) + len(t.operations) for t in run.traces.values())
        if run.traced
        else None,
        "params_digest": digest,
    }


def _variation(varied: Variation) -> dict[str, Any]:
    return {
        "name": varied.family,
        "changed": varied.changed,
        "condition": varied.condition or None,
        "variables": dict(varied.variables),
        "note": varied.note or None,
        "first_divergence": _divergence(varied.divergence),
    }


def _divergence(divergence: Divergence | None) -> dict[str, Any] | None:
    if divergence is None:
        return None
    why, parting = divergence.explanation, divergence.parting
    known = bool(why.site)
    step = parting.number if parting is not None else None
    evidence: list[Any] = [why.confirmed] if why.confirmed else []
    evidence += [*why.evidence, *(f"also: {words}" for words in why.also)]
    evidence += [divergence.foretold.words] if divergence.foretold else []
    evidence += [
        f"{d.kind} {d.name} differs" + (f": {d.note}" if d.note else "")
        for d in divergence.differences[:20]
    ]
    return {
        "cause": str(why.cause),
        "stream": why.stream,
        "framework": why.framework,
        "step": step,
        "op": why.op,
        "tensor": (parting.name or None) if parting is not None else None,
        "rank": parting.rank if parting is not None else None,
        "path": why.path if known else None,
        "line": why.line if known else None,
        "elements_differing": divergence.elements_differing,
        "max_ulp": divergence.max_ulp,
        "seen_in": divergence.seen_in,
        "rule": divergence.foretold.code if divergence.foretold else None,
        "remedy": divergence.remedy,
        "evidence": evidence,
    }


def compare_document(comparison: Comparison) -> dict[str, Any]:
    """`fwaudit.compare/1`."""
    parting = comparison.parting
    divergence = None
    if comparison.differs:
        divergence = {
            "cause": "unknown",
            "stream": None,
            "framework": None,
            "step": parting.number if parting is not None else None,
            "op": comparison.op,
            "tensor": (parting.name or None) if parting is not None else None,
            "rank": parting.rank if parting is not None else None,
            "path": comparison.path,
            "line": comparison.line,
            "elements_differing": None,
            "max_ulp": None,
            "seen_in": "1/1",
            "rule": None,
            "remedy": None,
            "evidence": [
                *(f"environments differ: {words}" for words in comparison.environment),
                *comparison.notes,
            ],
        }
    return {
        "schema": COMPARE_SCHEMA,
        "verdict": str(comparison.verdict),
        "runs": [
            {
                "id": name,
                "status": "ok",
                "seconds": 0,
                "steps": steps,
                "events": events,
                "params_digest": None,
            }
            for name, steps, events in comparison.sides
        ],
        "level": "op" if comparison.operations else "step",
        "bound": {"identical_pairs": 0 if comparison.differs else 1, "p_upper_95": None},
        "first_divergence": divergence,
        "variations": [],
        "environment": {"differences": list(comparison.environment)},
    }
