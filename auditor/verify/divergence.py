"""From an explanation to what is reported: with rule, remedy, and how much differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .compare import Parting
from .elements import compare_dumps
from .options import Predict
from .remedy import remedy_for
from .results import Difference, Run
from .verdict import Divergence, Explanation


def divergence_of(
    explanation: Explanation,
    parting: Parting | None,
    differences: Sequence[Difference],
    seen: str,
    pair: tuple[Run, Run] | None,
    predict: Predict | None,
) -> Divergence:
    """The divergence of two runs; `pair` are two that dumped the first differing tensor."""
    divergence = Divergence(
        explanation=explanation,
        parting=parting,
        differences=tuple(differences),
        seen_in=seen,
        foretold=predict(explanation) if predict is not None else None,
        remedy=remedy_for(explanation),
    )
    if pair is None:
        return divergence
    for path in sorted((pair[0].folder / "trace").glob("*.dump")):
        count = compare_dumps(path, pair[1].folder / "trace" / path.name)
        if count is not None and count.differing:
            return replace(
                divergence,
                elements_differing=count.differing,
                elements=count.total,
                max_ulp=count.max_ulp,
            )
    return divergence
