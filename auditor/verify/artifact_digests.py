"""The digests of the artefacts that a person named, where every run wrote the same bytes."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence

from ..dossier.tree import file_digest
from .verdict import Verification


def verified_artifacts(verification: Verification, patterns: Sequence[str]) -> dict[str, str]:
    """Return path -> `sha256:` digest of the files that match and are the same in every run."""
    runs = [run for run in verification.runs if run.artefacts.is_dir()]
    if not runs:
        return {}
    found: dict[str, str] = {}
    for path in sorted(runs[0].files):
        if not any(fnmatch.fnmatch(path, pattern) for pattern in patterns):
            continue
        digests = {file_digest(run.artefacts / path) for run in runs if path in run.files}
        if len(digests) == 1 and "unreadable" not in digests:
            found[path] = f"sha256:{digests.pop()}"
    return found
