"""A baseline: the findings that were there when the tool came."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from .errors import UserError
from .finding import Finding

SCHEMA = "fwaudit.baseline/1"


def read_baseline(path: Path) -> frozenset[str]:
    """Return the fingerprints of a baseline file.

    Raises:
        UserError: the file is missing or not a baseline.
    """
    try:
        document: Any = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UserError(
            f"baseline {path}: {error.strerror}", "write one: fwaudit baseline"
        ) from None
    except ValueError as error:
        raise UserError(f"baseline {path}: not JSON: {error}") from None
    table = cast(dict[str, Any], document) if isinstance(document, dict) else {}
    if table.get("schema") != SCHEMA:
        raise UserError(f"baseline {path}: not a fwaudit baseline")
    return frozenset(str(entry["fingerprint"]) for entry in table.get("findings", []))


def baseline_document(findings: Iterable[Finding]) -> dict[str, Any]:
    """Return what a baseline file holds: fingerprints, with code and path for the reader."""
    return {
        "schema": SCHEMA,
        "findings": [
            {"fingerprint": f.fingerprint, "code": f.code, "path": f.place.path} for f in findings
        ],
    }
