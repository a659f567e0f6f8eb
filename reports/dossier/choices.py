"""What the command line chooses of a report: formats, files, links, and notes beside them."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ...auditor.errors import UserError, nearest
from . import REPORT_FORMATS
from .options import ReportOptions


def report_outputs(formats: Sequence[str], output: Path | None) -> list[tuple[str, Path | None]]:
    """Return (format, file or None for the screen).

    Raises:
        UserError: an unknown format, or more than one for the screen or for `--output`.
    """
    chosen: list[tuple[str, Path | None]] = []
    for item in formats or ("html",):
        name, _, target = item.partition("=")
        if name not in REPORT_FORMATS:
            raise UserError(f'unknown format "{name}"', nearest(name, REPORT_FORMATS))
        chosen.append((name, Path(target) if target else None))
    if output is not None:
        if len(chosen) != 1 or chosen[0][1] is not None:
            raise UserError("--output takes one format", "--format html=report.html")
        return [(chosen[0][0], output)]
    if sum(target is None for _, target in chosen) > 1:
        raise UserError("only one format can go to the screen", "--format html=report.html")
    return chosen


def report_options(root: Path, target: Path | None, given: Mapping[str, Any]) -> ReportOptions:
    """Return the options for one file.

    Raises:
        UserError: the card or the folder of templates cannot be read.
    """
    base = given["link_base"]
    if base is None:
        start = target.resolve().parent if target is not None else Path.cwd()
        base = quote(os.path.relpath(root, start).replace(os.sep, "/"), safe="/.")
    templates: Path | None = given["templates"]
    if templates is not None and not templates.is_dir():
        raise UserError(f"no such folder: {templates}")
    card: Path | None = given["card"]
    try:
        text = card.read_text("utf-8", "replace") if card is not None else None
    except OSError as error:
        raise UserError(f"{card}: {error.strerror}") from None
    return ReportOptions(
        link_base=base.rstrip("/"),
        templates=templates,
        card=text,
        latex=given["latex"],
        source=not given["no_source"],
    )


def report_notes(name: str, text: str, target: Path | None) -> Iterator[str]:
    """Yield what to say beside a report: what the Hub would refuse, how to sign."""
    if name == "model-card":
        from .card_rules import card_problems

        for problem in card_problems(text):
            yield f"note: model card: {problem}"
    if name == "in-toto":
        from .in_toto import SIGN_BY_IDENTITY, SIGN_BY_KEY

        file = shlex.quote(str(target or "release.intoto.jsonl"))
        yield f"note: unsigned; to sign with your SSH key: {SIGN_BY_KEY.format(file=file)}"
        yield f"note: or by your identity, publicly: {SIGN_BY_IDENTITY.format(file=file)}"
