"""A Hub model card: what evidence can say is filled in, what stands there is kept as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from ...auditor.dossier.card import Card, Section
from ...auditor.dossier.dossier import Dossier
from ...auditor.dossier.licence import licences
from ..markdown_text import code, escaped
from ..plain import plain
from .card_rules import card_problems
from .options import ReportOptions

__all__ = ["card_problems", "merge", "render"]

UNKNOWN = "[More Information Needed]"
_BEGIN, _END = "<!-- fwaudit: begin {} -->", "<!-- fwaudit: end {} -->"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A section of the card: how it is recognised, and which fields fill it."""

    id: str
    title: str
    pattern: str
    facts: tuple[str, ...]


_SECTIONS = (
    _Wanted("details", "Model Details", r"model (details|description)|overview|about|introduction",
            ("task", "architecture", "developers", "licence", "base-models", "paper")),
    _Wanted("uses", "Uses", r"\buses?\b|usage", ("intended-use", "out-of-scope", "capabilities")),
    _Wanted("risks", "Bias, Risks, and Limitations", r"\bbias|risks?\b|limitation",
            ("risks", "limitations", "groups")),
    _Wanted("start", "How to Get Started with the Model", r"getting started|quick ?start|install",
            ("commands", "dependencies")),
    _Wanted("training", "Training Details", r"training|data(set)?s?$|preparation",
            ("datasets", "data-revisions", "preprocessing", "split", "hyper-parameters",
             "precision", "seeds", "determinism-settings")),
    _Wanted("evaluation", "Evaluation", r"evaluation|results?|performance|benchmark",
            ("evaluation-code", "results", "error-bars")),
    _Wanted("environment", "Environmental Impact", r"environmental|carbon|energy|emission",
            ("emissions", "compute")),
    _Wanted("specification", "Technical Specifications", r"specification|requirements|environment$",
            ("python", "frameworks", "lock", "container", "recorded")),
    _Wanted("citation", "Citation", r"citation|citing|bibtex|cite", ("citation", "paper")),
    _Wanted("contact", "Model Card Contact", r"contact|authors?|maintainers?", ("contact",)),
)  # fmt: skip
#: Always ours: replaced on every run, never anybody else's text.
_OURS = _Wanted(
    "reproducibility", "Reproducibility", r"reproducib",
    ("verified", "device", "divergence", "variations", "entry-points", "streams", "weights"),
)  # fmt: skip


def render(dossier: Dossier, options: ReportOptions) -> str:
    """Return the card, merged into the given one or the repository's own."""
    existing = options.card
    if existing is None:
        cards = dossier.repository.cards
        existing = next((c.path for c in cards if c.front_end), cards[0].path if cards else "")
        existing = dossier.repository.text(existing)
    return merge(existing, dossier)


def merge(existing: str, dossier: Dossier) -> str:
    """Return the card with what was missing filled in.

    Nothing that a person wrote is changed, moved or removed; merging again changes nothing.
    """
    ending = "\r\n" if "\r\n" in existing else "\n"
    text = existing.replace("\r\n", "\n")
    if not text.strip():
        text = f"# {escaped(dossier.name)}\n"
    text = _with_metadata(text, dossier)
    for wanted in (*_SECTIONS, _OURS):
        text = _with_section(text, wanted, dossier)
    return (text.rstrip("\n") + "\n").replace("\n", ending)


def _with_metadata(text: str, dossier: Dossier) -> str:
    card = Card("README.md", text)
    if text.startswith("---\n") and not card.front_end:
        return text
    known = card.metadata
    if card.front_end > 2 and not known:
        return text
    missing: dict[str, Any] = {
        key: value for key, value in _metadata(dossier).items() if key not in known
    }
    if not missing and card.front_end:
        return text
    dump = yaml.safe_dump  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    added = dump(missing, sort_keys=False, allow_unicode=True) if missing else ""
    if card.front_end:
        lines = text.split("\n")
        lines[card.front_end - 1 : card.front_end - 1] = added.rstrip("\n").split("\n")
        return "\n".join(lines)
    return f"---\n{added}---\n{text}" if added else text


def _metadata(dossier: Dossier) -> dict[str, Any]:
    """Return the keys of the front matter that evidence can fill."""
    found: dict[str, Any] = {}
    for item in licences(dossier.repository):
        if (name := _HUB_LICENCES.get(item.says)) is not None:
            found["license"] = name
            break
    hub = re.compile(r"^[\w.-]+/[\w.-]+$")
    models = [n.name for n in dossier.flow.sources if n.kind == "model" and hub.match(n.name)]
    datasets = [n.name for n in dossier.flow.sources if n.kind == "dataset" and hub.match(n.name)]
    if models:
        found["base_model"] = models[0] if len(models) == 1 else models
    if datasets:
        found["datasets"] = datasets
    return found


_HUB_LICENCES = {
    "MIT": "mit",
    "Apache-2.0": "apache-2.0",
    "BSD-3-Clause": "bsd-3-clause",
    "BSD-2-Clause": "bsd-2-clause",
    "GPL-3.0": "gpl-3.0",
    "GPL-2.0": "gpl-2.0",
    "LGPL-3.0": "lgpl-3.0",
    "AGPL-3.0": "agpl-3.0",
    "MPL-2.0": "mpl-2.0",
    "CC-BY-4.0": "cc-by-4.0",
    "CC-BY-SA-4.0": "cc-by-sa-4.0",
    "CC-BY-NC-4.0": "cc-by-nc-4.0",
    "CC-BY-NC-SA-4.0": "cc-by-nc-sa-4.0",
    "CC0-1.0": "cc0-1.0",
    "Unlicense": "unlicense",
    "CreativeML Open RAIL-M": "creativeml-openrail-m",
}


def _with_section(text: str, wanted: _Wanted, dossier: Dossier) -> str:
    begin, end = _BEGIN.format(wanted.id), _END.format(wanted.id)
    block = "\n".join([begin, *_lines(wanted, dossier), end])
    start, stop = text.find(begin), text.find(end)
    if 0 <= start < stop:
        return text[:start] + block + text[stop + len(end) :]
    card = Card("README.md", text)
    heading = _heading(card, wanted)
    if heading is None:
        return f"{text.rstrip()}\n\n## {wanted.title}\n\n{block}\n"
    if wanted is not _OURS and not _is_bare(card, heading):
        return text
    lines = text.split("\n")
    lines[heading.line : heading.line] = ["", block]
    return "\n".join(lines)


def _heading(card: Card, wanted: _Wanted) -> Section | None:
    return next((s for s in card.sections if re.search(wanted.pattern, s.title, re.I)), None)


def _is_bare(card: Card, heading: Section) -> bool:
    """Whether neither the section nor anything beneath it says something."""
    if not heading.is_empty:
        return False
    below = card.sections[card.sections.index(heading) + 1 :]
    for section in below:
        if section.level <= heading.level:
            break
        if not section.is_empty:
            return False
    return True


def _lines(wanted: _Wanted, dossier: Dossier) -> Iterator[str]:
    yield ""
    for id in wanted.facts:
        fact = dossier.fact(id)
        if fact.is_filled:
            places = ", ".join(code(str(item)) for item in fact.support[:3] if str(item))
            seen = f" ({places})" if places else ""
            yield f"- **{fact.title}:** {escaped(fact.value)} *[{fact.state.value}]*{seen}"
        else:
            note = f" ({plain(fact.state.value.replace('-', ' '))}: {escaped(fact.note)})"
            yield f"- **{fact.title}:** {UNKNOWN}{note if fact.note else ''}"
    yield ""
