"""A draft of the technical documentation of Annex IV, with what is missing marked."""

from __future__ import annotations

from typing import Any

from ...auditor.dossier.dossier import Dossier
from ...auditor.dossier.fact import Fact
from ..markdown_text import code, escaped
from ..template import fill
from .options import ReportOptions
from .proposals import proposals, standards


def render(dossier: Dossier, options: ReportOptions) -> str:
    """Return the draft as Markdown."""
    standard = standards()["annex-iv"]
    items = [
        {
            "number": item.number,
            "title": item.title,
            "question": item.question,
            "facts": [_fact(fact) for fact in item.facts],
        }
        for item in proposals("annex-iv", dossier)
    ]
    return fill(
        "annex-iv.md.j2",
        {
            "name": dossier.name,
            "source": standard["source"],
            "verified": standard["verified"],
            "items": items,
            "tree": dossier.tree.digest,
            "version": options.version,
            "made": options.made,
        },
        options.templates,
    )


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "title": fact.title,
        "state": fact.state.value.replace("-", " "),
        "value": escaped(fact.value or fact.note),
        "places": ", ".join(code(str(item)) for item in fact.support[:4]),
    }
