"""Renderers of the dossier, one a format; each is imported when it is asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, cast

from .options import ReportOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...auditor.dossier.dossier import Dossier

    Renderer = Callable[["Dossier", ReportOptions], str]

__all__ = ["REPORT_FORMATS", "ReportOptions", "render_report"]

#: Format of `report` -> the module that renders it.
REPORT_FORMATS = {
    "html": "page_html",
    "markdown": "summary_markdown",
    "json": "report_json",
    "sarif": "report_sarif",
    "model-card": "model_card",
    "neurips": "neurips",
    "checklist": "checklist",
    "annex-iv": "annex_iv",
    "cyclonedx": "cyclonedx",
    "spdx": "spdx",
    "in-toto": "in_toto",
}


def render_report(format: str, dossier: Dossier, options: ReportOptions) -> str:
    """Return a dossier in a format of `REPORT_FORMATS`, ending in a newline.

    Raises:
        KeyError: no such format.
        UserError: a template of the person's own is broken.
    """
    module = importlib.import_module(f".{REPORT_FORMATS[format]}", __name__)
    return cast("Renderer", module.render)(dossier, options)
