"""The verdict of the gate for a person, as Markdown, and for programs (fwaudit.gate/1)."""

from __future__ import annotations

from typing import Any

from .. import __version__
from ..auditor.dossier.dossier import Dossier
from ..auditor.dossier.judgement import Judgement, Outcome
from .markdown_text import escaped
from .paint import Painter
from .plain import counted, plain, to_json, width

SCHEMA = "fwaudit.gate/1"
_STYLES = {
    Outcome.OK: ("good", "ok"),
    Outcome.FAIL: ("bad", "FAIL"),
    Outcome.MISSING: ("bad", "MISSING"),
}
_WORDS = {"pass": "PASS", "fail": "FAIL", "incomplete": "INCOMPLETE"}


def render_gate(
    format: str, judgement: Judgement, dossier: Dossier, *, policy: str, color: bool = False
) -> str:
    """Return the verdict as `text`, `markdown` or `json`. `policy` names the policy file."""
    match format:
        case "json":
            return to_json(document(judgement, dossier, policy))
        case "markdown":
            return _markdown(judgement)
        case _:
            return _text(judgement, Painter(color))


def _headline(judgement: Judgement) -> str:
    total = len(judgement.conditions)
    broken = [c for c in judgement.conditions if c.outcome is not Outcome.OK]
    if not broken:
        return counted(total, "condition") + ", all met"
    return f"{len(broken)} of {counted(total, 'condition')} not met"


def _text(judgement: Judgement, paint: Painter) -> str:
    tone = "good" if judgement.verdict == "pass" else "bad"
    lines = [f"{paint(tone, _WORDS[judgement.verdict])}   {_headline(judgement)}", ""]
    shown = [(c, plain(c.title, 200), plain(c.why, 400)) for c in judgement.conditions]
    column = min(max((width(title) for _, title, _ in shown), default=0), 56)
    for condition, title, why in shown:
        style, word = _STYLES[condition.outcome]
        pad = " " * max(column - width(title), 0)
        lines.append(f"  {paint(style, f'{word:<8}')} {title}{pad}  {why}".rstrip())
        if condition.next and condition.outcome is not Outcome.OK:
            lines.append(f"  {'':<8} {' ' * column}  do: {plain(condition.next, 300)}")
    for item, count in judgement.accepted:
        lines.append(
            f"  {'accepted':<8} {plain(item.rule)} ({counted(count, 'finding')}) by "
            f"{plain(item.person)} until {item.expires}: {plain(item.reason, 200)}"
        )
    return "\n".join(lines) + "\n"


def _markdown(judgement: Judgement) -> str:
    rows = [
        f"| {c.outcome.value} | {escaped(c.title)} | {escaped(c.why)} | "
        f"{escaped(c.next) if c.outcome is not Outcome.OK else ''} |"
        for c in judgement.conditions
    ]
    accepted = [
        f"- accepted: {escaped(item.rule)} ({counted(count, 'finding')}) by {escaped(item.person)} "
        f"until {item.expires}: {escaped(item.reason)}"
        for item, count in judgement.accepted
    ]
    head = f"## Release gate: {_WORDS[judgement.verdict]}\n\n{_headline(judgement)}\n"
    table = ["| outcome | condition | why | do |", "| --- | --- | --- | --- |", *rows]
    return "\n".join([head, *table, "", *accepted]).rstrip() + "\n"


def document(judgement: Judgement, dossier: Dossier, policy: str) -> dict[str, Any]:
    """Return the verdict as JSON values."""
    return {
        "schema": SCHEMA,
        "fwaudit": __version__,
        "verdict": judgement.verdict,
        "policy": policy,
        "tree": dossier.tree.digest,
        "conditions": [
            {
                "id": c.id,
                "title": c.title,
                "outcome": c.outcome.value,
                "why": c.why,
                "next": c.next,
            }
            for c in judgement.conditions
        ],
        "accepted": [
            {
                "rule": item.rule,
                "findings": count,
                "reason": item.reason,
                "person": item.person,
                "expires": item.expires.isoformat(),
            }
            for item, count in judgement.accepted
        ],
    }
