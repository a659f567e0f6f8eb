"""Which lines changed since a commit: asked of git, with everything that could run code off."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .errors import UserError
from .regex import regex

#: A repository's own configuration can name programs; none of them runs.
_SAFE_GIT = [
    "git",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "diff.external=",
    "-c",
    "core.pager=cat",
]
_HUNK = regex(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@")


def changed_lines(root: Path, reference: str) -> dict[str, frozenset[int]]:
    """Return path (relative to `root`) -> lines that changed between a commit and the work tree.

    Untracked files count as changed whole.

    Raises:
        UserError: not a git repository, no git, or no such commit.
    """
    if reference.startswith("-"):
        raise UserError(f'"{reference}" is not a commit')
    top = _git(root, "rev-parse", "--show-toplevel").strip()
    _git(root, "rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}", what=reference)
    diff = _git(
        root, "diff", "--unified=0", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames",
        "--src-prefix=a/", "--dst-prefix=b/", reference, "--",
    )  # fmt: skip
    changed: dict[str, set[int]] = {}
    current: set[int] | None = None
    for line in diff.splitlines():
        if line.startswith("+++ "):
            name = line[4:].split("\t", 1)[0]
            current = None
            if name != "/dev/null":
                relative = os.path.relpath(Path(top) / name.removeprefix("b/"), root)
                current = changed.setdefault(relative.replace(os.sep, "/"), set())
        elif current is not None and (hunk := _HUNK.match(line)):
            start, count = int(hunk[1]), int(hunk[2] or 1)
            current.update(range(start, start + count))
    for name in _git(root, "ls-files", "--others", "--exclude-standard", "-z").split("\0"):
        if name:
            changed[name] = _whole(root / name)
    return {path: frozenset(lines) for path, lines in changed.items()}


def _whole(path: Path) -> set[int]:
    try:
        return set(range(1, path.read_bytes().count(b"\n") + 2))
    except OSError:
        return set()


def _git(root: Path, *arguments: str, what: str = "") -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    try:
        done = subprocess.run(
            [*_SAFE_GIT, "-C", str(root), *arguments],
            capture_output=True,
            env=environment,
            timeout=120,
            check=False,
        )
    except FileNotFoundError:
        raise UserError("--since needs git, which is not installed") from None
    except subprocess.TimeoutExpired:
        raise UserError("--since: git did not answer within two minutes") from None
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip().split("\n")[0]
        message = f'no commit "{what}" here' if what else f"--since: {reason}"
        raise UserError(message)
    return done.stdout.decode("utf-8", "surrogateescape")
