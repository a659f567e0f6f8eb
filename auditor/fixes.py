"""Applying fixes: edits to the text of files, never two that overlap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .errors import UserError
from .finding import Edit, Finding


@dataclass(frozen=True, slots=True)
class Fixed:
    """A file before and after, and the findings whose fix went in."""

    path: str
    before: str
    after: str
    findings: tuple[Finding, ...]

    @property
    def diff(self) -> str:
        """The unified diff."""
        import difflib  # most runs need none

        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            f"a/{self.path}",
            f"b/{self.path}",
        )
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def plan_fixes(root: Path, findings: Iterable[Finding], *, unsafe: bool = False) -> list[Fixed]:
    """Work out the new text of every file that has a fix; nothing is written.

    Fixes in notebooks are left out: their cells are not plain text. Where two fixes overlap, the
    second one waits for the next run.

    Raises:
        UserError: a file can no longer be read.
    """
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.fix is not None and (finding.fix.safe or unsafe) and finding.place.cell is None:
            by_path.setdefault(finding.place.path, []).append(finding)
    return [fixed for path in sorted(by_path) if (fixed := _fix_file(root, path, by_path[path]))]


def write_fixes(root: Path, fixed: Iterable[Fixed]) -> None:
    """Write the new texts.

    Raises:
        UserError: a file cannot be written.
    """
    for item in fixed:
        try:
            with (root / item.path).open("w", encoding="utf-8", newline="") as file:
                file.write(item.after)
        except OSError as error:
            raise UserError(f"{item.path}: not written: {error.strerror}") from None


def _fix_file(root: Path, path: str, findings: list[Finding]) -> Fixed | None:
    try:
        before = (root / path).read_bytes().decode("utf-8")
    except OSError as error:
        raise UserError(f"{path}: not read: {error.strerror}") from None
    except UnicodeDecodeError:
        return None
    lines = before.splitlines(keepends=True)
    taken: list[tuple[int, int]] = []
    edits: list[tuple[int, int, str]] = []
    applied: list[Finding] = []
    for finding in findings:
        assert finding.fix is not None
        spans = [(*_span(lines, edit), edit.text) for edit in finding.fix.edits]
        new = [span for span in spans if span not in edits]
        if any(start < end2 and start2 < end for start, end, _ in new for start2, end2 in taken):
            continue
        taken += [(start, end) for start, end, _ in new]
        edits += new
        applied.append(finding)
    after = before
    for start, end, text in sorted(edits, reverse=True):
        after = after[:start] + text + after[end:]
    return Fixed(path, before, after, tuple(applied)) if after != before else None


def _span(lines: list[str], edit: Edit) -> tuple[int, int]:
    place = edit.place
    start = sum(map(len, lines[: place.line - 1])) + place.column - 1
    end = sum(map(len, lines[: place.end_line - 1])) + place.end_column - 1
    return start, max(end, start)


def describe_fixes(fixed: Iterable[Fixed]) -> str:
    """Say what went in, a line a file."""
    lines: list[str] = []
    for item in fixed:
        codes = sorted({finding.code for finding in item.findings})
        lines.append(f"{item.path}: {len(item.findings)} fixed ({', '.join(codes)})")
    return "\n".join(lines)
