"""The sixteen items of the NeurIPS checklist with proposed answers; Markdown or LaTeX."""

from __future__ import annotations

from ...auditor.dossier.dossier import Dossier
from ..template import fill
from .checklist import values
from .options import ReportOptions


def render(dossier: Dossier, options: ReportOptions) -> str:
    """Return the checklist."""
    template = "checklist.tex.j2" if options.latex else "checklist.md.j2"
    return fill(template, values(dossier, options, ("neurips",)), options.templates)
