"""Responsible use: what the card says, what the code can do, what only a person can say."""

from __future__ import annotations

from collections.abc import Iterator

from .fact import Fact, State
from .view import Teller, View, finding_support

_TELL = Teller("Use and limits")


def use(view: View) -> Iterator[Fact]:
    """Yield what is stated of use and limits, beside the capabilities that were seen."""
    yield from _TELL.from_card(
        view,
        "intended-use",
        "Intended use",
        "",
        r"intended use|^uses?$|^usage|direct use|getting started|how to use",
    )
    yield from _TELL.from_card(
        view, "out-of-scope", "Out of scope", "", r"out.of.scope|misuse|prohibited|not intended"
    )
    yield from _TELL.from_card(view, "limitations", "Limitations", "", r"limitation")
    yield from _TELL.from_card(view, "risks", "Bias and risks", "", r"\bbias|risks?|ethic|fairness")
    yield from _TELL.from_card(
        view, "oversight", "Human oversight", "", r"human (oversight|review|in the loop)|oversight"
    )
    yield _capabilities(view)
    yield _groups(view)
    yield _TELL.fact(
        "broader-impact", "Broader impact, good and bad", State.HUMAN_NEEDED,
        note="a judgement that no tool can make",
    )  # fmt: skip


def _capabilities(view: View) -> Fact:
    title = "Capabilities seen in the code"
    if view.scan is None:
        return _TELL.fact("capabilities", title, State.NOT_FOUND, note="not scanned")
    found = view.findings("USE")
    if not found:
        return _TELL.fact("capabilities", title, State.DERIVED, "none of those that are looked for")
    names = ", ".join(dict.fromkeys(str(f["name"]) for f in found))
    return _TELL.fact("capabilities", title, State.EVIDENCE, names, finding_support(found))


def _groups(view: View) -> Fact:
    title = "Evaluation by group of people"
    found = view.findings("FAIR")
    if found:
        value = f"{len(found)} findings"
        return _TELL.fact("groups", title, State.EVIDENCE, value, finding_support(found))
    note = "no protected attribute was seen in the code"
    return _TELL.fact("groups", title, State.NOT_APPLICABLE, note=note)
