"""What binds evidence to what it is about: tree, artefacts, command, time, device, content."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .tree import file_digest, tree_digest


def provenance(
    paths: Sequence[Path],
    command: Sequence[str],
    *,
    device: str | None = None,
    artifacts: Mapping[str, Path] | None = None,
    omit: Sequence[Path] = (),
) -> dict[str, Any]:
    """Return what a piece of evidence says of its own making, in JSON values.

    `artifacts` are names to files whose digests are recorded. The time is UTC.
    """
    tree = tree_digest(paths, omit)
    return {
        "tree": tree.digest,
        "files": tree.files,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": list(command),
        "device": device or platform.machine() or "unknown",
        "artifacts": {
            name: f"sha256:{file_digest(path)}" for name, path in sorted((artifacts or {}).items())
        },
    }


def scan_provenance(
    paths: Sequence[Path], command: Sequence[str], root: Path, rules: Iterable[str], whole: bool
) -> dict[str, Any]:
    """Return the provenance of a scan: also which folder of the root, and which rules ran.

    `whole` is false when only changed lines, lone files or standard input were looked at.
    """
    single = paths[0].resolve() if len(paths) == 1 and paths[0].is_dir() else root
    folder = single.relative_to(root).as_posix() if single.is_relative_to(root) else "."
    made = provenance(paths, command)
    return {**made, "folder": folder, "rules": sorted(rules), "whole": whole}


def sealed(document: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with its provenance and the digest of its content.

    The digest shows damage and careless edits. It proves nothing against a forger: sign the
    in-toto statement for that.
    """
    whole = {**document, "provenance": dict(made)}
    return {**whole, "provenance": {**made, "content": content_digest(whole)}}


def content_digest(document: Mapping[str, Any]) -> str:
    """Return `sha256:` and the digest of the canonical JSON, without the digest itself."""
    made = {key: value for key, value in document["provenance"].items() if key != "content"}
    text = json.dumps(
        {**document, "provenance": made}, sort_keys=True, ensure_ascii=True, separators=(",", ":")
    )
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
