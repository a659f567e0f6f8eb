"""The comparison of two artefacts for a person at a terminal."""

from __future__ import annotations

from ..auditor.verify.artifacts import Comparison, Difference, Kind
from .options import RenderOptions
from .paint import Painter
from .plain import plain, width

MAX_LINES = 40
"""Differences that are shown; the JSON lists all."""

_WIDEST_NAME = 48


def render(a: str, b: str, comparison: Comparison, options: RenderOptions) -> str:
    """Return the verdict, one line a difference, and the notes."""
    paint = Painter(options.color)
    notes = [f"  note: {plain(note)}" for note in comparison.notes]
    if comparison.difference is None:
        verdict = paint("good", "SAME")
        counted = f", {comparison.tensors:,} tensors bitwise equal" if comparison.tensors else ""
        return "\n".join(
            [f"{verdict}   {plain(a)}, {plain(b)}: {comparison.format}{counted}", *notes, ""]
        )
    leaves = list(comparison.difference.leaves())
    out = [
        f"{paint('bad', 'DIFFERENT')}   {plain(a)}, {plain(b)}: {_counts(comparison, leaves)}",
        "",
    ]
    names = [plain(leaf.name) or comparison.format for leaf in leaves[:MAX_LINES]]
    column = min(max(map(width, names)), _WIDEST_NAME)
    for name, leaf in zip(names, leaves, strict=False):
        pad = " " * max(column - width(name), 0)
        out.append(f"  {paint('name', name)}{pad}  {plain(leaf.message)}{_first(leaf)}")
    if len(leaves) > MAX_LINES:
        out.append(f"  and {len(leaves) - MAX_LINES:,} more (--format json lists them)")
    return "\n".join([*out, *([""] if notes else []), *notes, ""])


def _counts(comparison: Comparison, leaves: list[Difference]) -> str:
    tensors = sum(leaf.tensor is not None for leaf in leaves)
    others = sum(leaf.tensor is None and leaf.kind is not Kind.MORE for leaf in leaves)
    parts: list[str] = []
    if tensors:
        parts.append(f"{tensors:,} of {comparison.tensors:,} tensors differ")
    if others:
        parts.append(f"{others:,} other difference{'s' if others > 1 else ''}")
    return f"{comparison.format}, {', '.join(parts)}"


def _first(leaf: Difference) -> str:
    if leaf.tensor is None or not leaf.tensor.shape or leaf.tensor.elements == 1:
        return ""
    return f", first at {list(leaf.tensor.first_index)}"
