"""What a person asks about known vulnerabilities; without it nothing is looked up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class AuditRequest:
    """Where to look up advisories.

    `advisories`: a folder or zip of OSV records, matched offline; the network is not touched.
    Otherwise pip-audit asks the package index, or the OSV service at `osv_url`.
    """

    advisories: Path | None = None
    osv_url: str | None = None
