"""The drawings of the dossier as inline SVG: timeline, variations, licence flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from markupsafe import Markup

from ...auditor.dossier.flow import Flow
from ...auditor.verify.families import FAMILIES
from ..plain import plain

KINDS = ("batch", "loss", "gradient", "parameter", "estimator", "rng-state")
_ROW, _LEFT, _CELL, _COLUMNS = 26, 150, 14, 40


def _svg(width: int, height: int, title: str, description: str, body: Sequence[Markup]) -> Markup:
    head = Markup(
        '<svg viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-label="{t}: {d}">'
    ).format(w=width, h=height, t=title, d=plain(description, 600))
    return head + Markup("").join(body) + Markup("</svg>")


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> Markup:
    return Markup('<text x="{}" y="{}" class="{}" text-anchor="{}">{}</text>').format(
        round(x, 1), round(y, 1), kind, anchor, plain(words, 200)
    )


def _cross(x: float, y: float) -> Markup:
    return Markup('<path class="differs" d="M{} {}l8 8m0 -8l-8 8"/>').format(x - 4, y - 4)


def _dot(x: float, y: float) -> Markup:
    return Markup('<circle class="same" cx="{}" cy="{}" r="2.6"/>').format(x, y)


def timeline(document: Mapping[str, Any]) -> Markup | None:
    """Draw at which steps which values differ; None when no step was seen."""
    steps = max((int(run.get("steps") or 0) for run in document["runs"]), default=0)
    found: Any = document.get("timeline")
    first: Mapping[str, Any] = document.get("first_divergence") or {}
    if not steps or not found or not isinstance(found, dict):
        return None
    differing = {
        kind: {int(step) for step in at} for kind, at in cast("dict[str, list[Any]]", found).items()
    }
    bins = min(steps, _COLUMNS)
    rows = [kind for kind in KINDS if kind in differing]
    body = [_text(0, 16, "step", "soft")]
    for column, label in ((0, "1"), (bins - 1, f"{steps:,}")):
        body.append(_text(_LEFT + column * _CELL, 16, label, "soft", "middle"))
        if bins == 1:
            break
    for index, kind in enumerate(rows):
        y = 40 + index * _ROW
        body.append(_text(0, y + 4, kind))
        at = {min(step * bins // steps, bins - 1) for step in differing.get(kind, ())}
        body += [
            (_cross if column in at else _dot)(_LEFT + column * _CELL, y) for column in range(bins)
        ]
    y = 40 + len(rows) * _ROW
    note = "a cross: differs between runs; a dot: equal"
    if bins < steps:
        note += f"; a column is about {steps / bins:.0f} steps"
    body.append(_text(0, y + 4, note, "soft"))
    width = max(_LEFT + bins * _CELL + 20, 420)
    step = first.get("step")
    said = f"first difference at step {step} of {steps}" if step else f"{steps} steps, all equal"
    return _svg(width, y + 16, "Timeline of the reruns", said, body)


def variation_matrix(verifications: Sequence[Mapping[str, Any]]) -> Markup:
    """Draw which conditions were varied in which verification and whether results changed."""
    seen = [str(v.get("name")) for document in verifications for v in document["variations"]]
    rows = list(dict.fromkeys([*seen, *(f for f in FAMILIES if f not in seen)]))
    body: list[Markup] = []
    words: list[str] = []
    for index, name in enumerate(rows):
        y = 16 + index * _ROW
        body.append(_text(0, y + 4, plain(name, 40)))
        for column, document in enumerate(verifications or [{"variations": []}]):
            x = 240 + column * 190
            changed = next(
                (v.get("changed") for v in document["variations"] if v.get("name") == name), None
            )
            if changed is None:
                body.append(Markup('<path class="none" d="M{} {}h9"/>').format(x - 4, y))
                body.append(_text(x + 14, y + 4, "not run", "soft"))
            else:
                body.append((_cross if changed else _dot)(x, y))
                said = "result changed" if changed else "result equal"
                body.append(_text(x + 14, y + 4, said))
                words.append(f"{name}: {said}")
    height = 16 + len(rows) * _ROW
    width = 240 + max(len(verifications), 1) * 190
    return _svg(width, height, "Variations", "; ".join(words) or "none was run", body)


def licence_graph(flow: Flow) -> Markup:
    """Draw what flows into the release, with the licences that are written down."""
    gap, box = 56, 44
    count = max(len(flow.sources), 1)
    height = count * gap + 8
    middle = height / 2
    body: list[Markup] = []
    for index, node in enumerate(flow.sources):
        y = 4 + index * gap
        body.append(
            Markup('<path class="flow" d="M300 {}C360 {} 360 {} 420 {}"/>').format(
                y + box / 2, y + box / 2, middle, middle
            )
        )
        body += _box(0, y, node.name, f"{node.kind}, {node.licence or 'licence not written here'}")
    body += _box(
        420, middle - box / 2, flow.release.name, flow.release.licence or "no licence found"
    )
    if not flow.sources:
        body.append(_text(0, middle + 4, "no base model or dataset is named", "soft"))
    names = ", ".join(node.name for node in flow.sources) or "nothing that is named"
    return _svg(
        724, height, "Licence flow", f"{plain(names)} into {plain(flow.release.name)}", body
    )


def _box(x: float, y: float, name: str, below: str) -> list[Markup]:
    return [
        Markup('<rect class="box" x="{}" y="{}" width="300" height="44" rx="4"/>').format(x + 1, y),
        _text(x + 12, y + 19, _short(name)),
        _text(x + 12, y + 36, _short(below), "soft"),
    ]


def _short(text: str, most: int = 40) -> str:
    shown = plain(text, 200)
    return shown if len(shown) <= most else shown[: most - 1] + "…"
