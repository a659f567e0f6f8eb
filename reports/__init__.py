"""Renderers, one a format; each is imported when it is asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, cast

from .options import RenderOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..auditor.scan import ScanResult

    Renderer = Callable[["ScanResult", RenderOptions], str]

__all__ = ["SCAN_FORMATS", "RenderOptions", "render"]

#: Format of `scan` -> the module that renders it.
SCAN_FORMATS = {
    "text": "scan_text",
    "concise": "scan_concise",
    "json": "scan_json",
    "sarif": "scan_sarif",
    "github": "scan_github",
    "gitlab": "scan_gitlab",
    "junit": "scan_junit",
    "markdown": "scan_markdown",
    "html": "scan_html",
}


def render(format: str, result: ScanResult, options: RenderOptions | None = None) -> str:
    """Return a scan in a format of `SCAN_FORMATS`, ending in a newline; encodable as UTF-8.

    Raises:
        KeyError: no such format.
    """
    module = importlib.import_module(f".{SCAN_FORMATS[format]}", __name__)
    renderer = cast("Renderer", module.render)
    return renderer(result, options or RenderOptions())
