"""Proposed answers to checklists: from facts where they speak, else for a person to give."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ...auditor.dossier.dossier import Dossier
from ...auditor.dossier.fact import Fact, State, Support

_SERVICES = ("openai", "anthropic", "google.generativeai", "litellm", "langchain")
_SERVICE_CALL = (
    r"chat\.completions\.create\(|messages\.create\(|ChatCompletion\.create\("
    r"|generate_content\(|litellm\.completion\(|ChatOpenAI\("
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """An answer to one item: Yes, No, NA, or TODO where a person must answer."""

    number: str
    title: str
    question: str
    answer: str
    reason: str
    support: tuple[Support, ...]
    facts: tuple[Fact, ...]


@cache
def standards() -> dict[str, Any]:
    """Return the checklists: title, source, how verified, items."""
    text = (Path(__file__).parent / "standards.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def proposals(name: str, dossier: Dossier) -> list[Proposal]:
    """Return a proposed answer for every item of a checklist.

    Raises:
        KeyError: no such checklist.
    """
    return [_propose(item, dossier) for item in standards()[name]["items"]]


def _propose(item: dict[str, Any], dossier: Dossier) -> Proposal:
    facts = tuple(dossier.fact(id) for id in item["facts"])
    support = tuple(s for fact in facts for s in fact.support[:3])
    match item.get("rule"):
        case "safeguards":
            answer, reason = _safeguards(dossier)
        case "assets":
            answer, reason = _assets(dossier)
        case "language-models":
            answer, reason, support = _language_models(dossier)
        case _ if item.get("human"):
            answer, reason = "TODO", _hint(facts)
        case _:
            answer, reason = _from_facts(facts)
    return Proposal(item["number"], item["title"], item["question"], answer, reason, support, facts)


def _from_facts(facts: Iterable[Fact]) -> tuple[str, str]:
    applicable = [fact for fact in facts if fact.state is not State.NOT_APPLICABLE]
    missing = [fact for fact in applicable if not fact.is_filled]
    given = [fact for fact in applicable if fact.is_filled]
    if not applicable:
        return "NA", "; ".join(fact.note for fact in facts)
    if missing and not given:
        return "No", f"not found: {_titles(missing)}"
    if missing:
        return "No", f"given: {_titles(given)}; not found: {_titles(missing)}"
    return "Yes", f"given: {_titles(given)}"


def _titles(facts: Iterable[Fact]) -> str:
    return ", ".join(fact.title[0].lower() + fact.title[1:] for fact in facts)


def _hint(facts: Iterable[Fact]) -> str:
    given = [fact for fact in facts if fact.is_filled]
    if given:
        return f"a person must answer; look at: {_titles(given)}"
    return "a person must answer"


def _safeguards(dossier: Dossier) -> tuple[str, str]:
    seen = dossier.fact("capabilities")
    if seen.state is State.DERIVED:
        return "NA", "none of the capabilities that are looked for was seen in the code; confirm"
    if seen.state is State.EVIDENCE:
        return "TODO", f"seen in the code: {seen.value}; say which safeguards come with them"
    return "TODO", "the code was not scanned"


def _assets(dossier: Dossier) -> tuple[str, str]:
    if not dossier.flow.sources:
        return "TODO", "no base model or dataset is named in code or card; a person must confirm"
    names = ", ".join(node.name for node in dossier.flow.sources)
    unsaid = [node.name for node in dossier.flow.sources if not node.licence]
    if unsaid:
        return "No", f"used: {names}; no licence or terms are written down for {', '.join(unsaid)}"
    return "Yes", f"used: {names}"


def _language_models(dossier: Dossier) -> tuple[str, str, tuple[Support, ...]]:
    found = dossier.repository.grep(_SERVICES, _SERVICE_CALL)
    if found:
        reason = "calls of language model services are in the code; say what they do there"
        return "TODO", reason, tuple(found)
    return "NA", "no call of a language model service was seen in the code; confirm", ()
