"""A piece of evidence: a JSON file of ours, read with suspicion."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from .binding import content_digest

MAX_BYTES = 512 * 1024 * 1024


class Unusable(Exception):
    """Why a file is no evidence; one line."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A scan or a verification that was read and holds together. `digest` is of the file."""

    path: Path
    kind: str
    document: dict[str, Any]
    digest: str

    @property
    def provenance(self) -> dict[str, Any]:
        """What it says of its own making; empty when it says nothing."""
        found = self.document.get("provenance")
        return cast(dict[str, Any], found) if isinstance(found, dict) else {}

    @property
    def time(self) -> datetime | None:
        """When it was made, in UTC."""
        try:
            made = datetime.fromisoformat(str(self.provenance.get("time")))
        except ValueError:
            return None
        return made if made.tzinfo is not None else made.replace(tzinfo=UTC)

    @property
    def tree(self) -> str:
        """The digest of the tree that it is about; empty when it does not say."""
        return str(self.provenance.get("tree") or "")

    @property
    def device(self) -> str:
        """The device that it ran on."""
        return str(self.provenance.get("device") or "an unnamed device")

    @property
    def compared(self) -> int:
        """How many runs a verification compared; controls and runs made to explain do not count."""
        pairs: Any = self.document["bound"].get("identical_pairs")
        if isinstance(pairs, int) and pairs > 0:
            return pairs + 1
        first: dict[str, Any] = self.document.get("first_divergence") or {}
        _, _, others = str(first.get("seen_in") or "").partition("/")
        return int(others) + 1 if others.isdigit() else len(self.document["runs"])

    @property
    def command(self) -> str:
        """The command, for people."""
        words = self.document.get("command") or self.provenance.get("command")
        return " ".join(map(str, cast(list[Any], words))) if isinstance(words, list) else ""


_SHAPES: dict[str, dict[str, type | tuple[type, ...]]] = {
    "scan": {"summary": dict, "findings": list, "entry_points": list, "errors": list},
    "verify": {
        "verdict": str,
        "runs": list,
        "bound": dict,
        "variations": list,
        "environment": dict,
    },
}
_VERDICTS = {"deterministic", "nondeterministic", "inconclusive"}


def read_exhibit(path: Path, kind: str) -> Exhibit:
    """Read a `scan` or a `verify` file.

    Raises:
        Unusable: missing, too large, truncated, of another kind, or edited.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Unusable("too large to be evidence")
        data = path.read_bytes()
    except OSError as error:
        raise Unusable((error.strerror or "cannot be read").lower()) from None
    try:
        document: Any = json.loads(data)
    except (ValueError, RecursionError):
        raise Unusable("not complete JSON: truncated or damaged") from None
    exhibit = Exhibit(path, kind, _shaped(document, kind), hashlib.sha256(data).hexdigest())
    made = exhibit.provenance
    if made.get("content") is not None and made["content"] != content_digest(exhibit.document):
        raise Unusable("its content does not match the digest that it carries: it was edited")
    return exhibit


def _shaped(document: Any, kind: str) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise Unusable(f"not a fwaudit {kind}")
    known = cast(dict[str, Any], document)
    if known.get("schema") != f"fwaudit.{kind}/1":
        raise Unusable(f"not fwaudit.{kind}/1 but {str(known.get('schema'))[:60]}")
    for key, wanted in _SHAPES[kind].items():
        if not isinstance(known.get(key), wanted):
            raise Unusable(f"`{key}` is missing or of the wrong type")
    (_check_scan if kind == "scan" else _check_verify)(known)
    return known


def _check_verify(known: dict[str, Any]) -> None:
    if known["verdict"] not in _VERDICTS:
        raise Unusable(f"unknown verdict {str(known['verdict'])[:60]!r}")
    if not all(isinstance(item, dict) for item in (*known["runs"], *known["variations"])):
        raise Unusable("a run or a variation is no mapping")
    first = known.get("first_divergence")
    if first is not None and not (isinstance(first, dict) and isinstance(first.get("cause"), str)):  # pyright: ignore[reportUnknownMemberType]
        raise Unusable("the first divergence has no cause")


_FINDING: dict[str, type] = {
    "code": str, "name": str, "severity": str, "path": str, "line": int, "message": str,
    "fingerprint": str,
}  # fmt: skip


def _check_scan(known: dict[str, Any]) -> None:
    for key in ("unreadable", "baselined"):
        if not isinstance(known["summary"].get(key), int):
            raise Unusable(f"the summary does not say how many are {key}")
    for finding in known["findings"]:
        _check_keys(finding, _FINDING, "a finding")
        if finding["severity"] not in {"error", "warning", "info"}:
            raise Unusable(f"unknown severity {finding['severity'][:60]!r}")
    for row in known["entry_points"]:
        _check_keys(row, {"path": str, "line": int, "name": str, "streams": list}, "an entry point")
        for stream in row["streams"]:
            _check_keys(stream, {"stream": str, "state": str}, "a stream")
            if not {"drawn_at", "seeded_at"} <= stream.keys():
                raise Unusable("a stream lacks a field")


def _check_keys(value: Any, keys: dict[str, type], what: str) -> None:
    if not isinstance(value, dict):
        raise Unusable(f"{what} is no mapping")
    found = cast("dict[str, Any]", value)
    for key, wanted in keys.items():
        if not isinstance(found.get(key), wanted):
            raise Unusable(f"{what} lacks `{key}`")
