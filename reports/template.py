"""Templates: ours, or those of a folder that a person names; run in Jinja's sandbox."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from .. import templates
from ..auditor.errors import UserError
from .markdown_text import code, escaped
from .plain import counted, plain

OWN = Path(templates.__file__).parent


def fill(name: str, values: dict[str, Any], folder: Path | None = None) -> str:
    """Fill a template. A template of the same name in `folder` comes before ours.

    Values are escaped in HTML; in Markdown and LaTeX by the filters `md`, `code` and `tex`.

    Raises:
        UserError: a template of `folder` is broken or does what the sandbox forbids.
    """
    loader: BaseLoader = FileSystemLoader(OWN)
    if folder is not None:
        loader = ChoiceLoader([FileSystemLoader(folder), loader])
    environment = SandboxedEnvironment(
        loader=loader,
        autoescape=".html" in name,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"md": escaped, "code": code, "tex": tex, "plain": plain}
    values = {"counted": counted, **values}
    try:
        return environment.get_template(name).render(values)
    except TemplateError as error:
        if folder is None:
            raise
        raise UserError(f"template {name}: {error}") from None


def script() -> dict[str, Any]:
    """Return the page's script and its digest for the content security policy."""
    text = (OWN / "script.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return {"script": Markup(text), "script_digest": digest}


_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}


def tex(text: str) -> str:
    """Return the text so that LaTeX sets it letter by letter."""
    return "".join(_TEX.get(character, character) for character in plain(text, 600))
