"""The ML reproducibility and code completeness checklists with proposed answers."""

from __future__ import annotations

from typing import Any

from ...auditor.dossier.dossier import Dossier
from ..markdown_text import code
from ..template import fill
from .options import ReportOptions
from .proposals import Proposal, proposals, standards


def render(dossier: Dossier, options: ReportOptions) -> str:
    """Return the checklists, as Markdown or LaTeX."""
    template = "checklist.tex.j2" if options.latex else "checklist.md.j2"
    names = ("ml-reproducibility", "code-completeness")
    return fill(template, values(dossier, options, names), options.templates)


def values(dossier: Dossier, options: ReportOptions, names: tuple[str, ...]) -> dict[str, Any]:
    """Return what the checklist templates need."""
    return {
        "name": dossier.name,
        "lists": [
            {
                **{key: standards()[name][key] for key in ("title", "source", "verified")},
                "items": [_item(item) for item in proposals(name, dossier)],
            }
            for name in names
        ],
        "tree": dossier.tree.digest,
        "version": options.version,
        "made": options.made,
    }


def _item(item: Proposal) -> dict[str, Any]:
    places = list(dict.fromkeys(str(support) for support in item.support if str(support)))
    return {
        "number": item.number,
        "title": item.title,
        "question": item.question,
        "answer": item.answer,
        "reason": item.reason,
        "places": ", ".join(code(place) for place in places[:6]),
        "raw_places": places[:6],
    }
