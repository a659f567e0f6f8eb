"""The variations of a verification for the screen: one line a family."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .paint import Painter

if TYPE_CHECKING:
    from ..auditor.verify.compare import Parting
    from ..auditor.verify.verdict import Variation


def leaf_words(parting: Parting) -> str:
    """The first value that differs: its kind, and its name where that says more."""
    if parting.name.startswith(parting.kind):
        return parting.name
    return f"{parting.kind} {parting.name}".strip()


def variation_lines(variations: Sequence[Variation], paint: Painter) -> list[str]:
    """Family, what became of the results, where; the runs differ in that family only."""
    width = max(len(varied.family) for varied in variations)
    lines = [f"  {'varied':<{width}}   results"]
    for varied in variations:
        lines += _lines(varied, width, paint)
    return lines


def _lines(varied: Variation, width: int, paint: Painter) -> list[str]:
    head = f"  {varied.family:<{width}}   "
    if varied.changed is None:
        return [f"{head}{paint('soft', 'not run')}     {varied.note}"]
    if not varied.changed:
        return [f"{head}{paint('good', 'equal')}       {varied.condition}"]
    lines = [f"{head}{paint('bad', 'DIFFERENT')}   {varied.condition}"]
    first = varied.divergence
    indent = " " * (width + 5)
    if first is None:
        return lines
    why = first.explanation
    place = f" at {why.site}" if why.site else ""
    operation = f", {why.op}" if why.op else ""
    lines.append(f"{indent}{why.cause}{place}{operation}")
    if first.elements_differing is not None and first.parting is not None:
        ulp = f", by up to {first.max_ulp:,} ULP" if first.max_ulp else ""
        lines.append(
            f"{indent}{leaf_words(first.parting)} differs in"
            f" {first.elements_differing:,} of {first.elements:,} elements{ulp}"
        )
    lines += [f"{indent}{words}" for words in why.evidence]
    lines.append(f"{indent}do: {first.remedy}")
    if varied.note:
        lines.append(f"{indent}{varied.note}")
    return lines
