"""The dossier: every field, the answers that stand first, and what was not looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..verify.families import FAMILIES
from .exhibit import Exhibit
from .fact import Fact, State
from .facts_environment import code, environment
from .facts_people import people
from .facts_release import data, model, results
from .facts_repeatability import repeatability, security, verdict_words
from .facts_use import use
from .flow import Flow, licence_flow
from .repository import Repository
from .tree import Tree, tree_digest
from .view import View


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the three answers of the first screen; `tone` is good, bad or open."""

    question: str
    short: str
    long: str
    tone: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that a report renders."""

    name: str
    root: Path
    tree: Tree
    facts: tuple[Fact, ...]
    scan: Exhibit | None
    verifications: tuple[Exhibit, ...]
    answers: tuple[Answer, ...]
    obstacles: tuple[dict[str, Any], ...]
    unchecked: tuple[tuple[str, str], ...]
    flow: Flow
    repository: Repository
    stale: tuple[str, ...] = ()

    def fact(self, id: str) -> Fact:
        """Return a field by its id.

        Raises:
            KeyError: there is no such field.
        """
        for fact in self.facts:
            if fact.id == id:
                return fact
        raise KeyError(id)

    def sections(self) -> dict[str, list[Fact]]:
        """Return the fields by section, in order."""
        grouped: dict[str, list[Fact]] = {}
        for fact in self.facts:
            grouped.setdefault(fact.section, []).append(fact)
        return grouped

    def filled(self) -> tuple[int, int]:
        """Return how many fields are filled, of how many that apply."""
        counts = Counter(fact.state for fact in self.facts)
        applicable = len(self.facts) - counts[State.NOT_APPLICABLE]
        return sum(fact.is_filled for fact in self.facts), applicable


def build(
    root: Path,
    scan: Exhibit | None,
    verifications: Sequence[Exhibit] = (),
    *,
    name: str = "",
    exclude: Sequence[str] = (),
) -> Dossier:
    """Gather the dossier of the repository at `root` from it and from evidence.

    Raises:
        UserError: there is no such folder.
    """
    repository = Repository(root, exclude)
    view = View(repository, scan, tuple(verifications))
    tree = tree_digest([root])
    stale = _stale(tree, [*([scan] if scan else []), *verifications])
    return Dossier(
        name=name or repository.root.name,
        root=repository.root,
        tree=tree,
        facts=tuple(_facts(view)),
        scan=scan,
        verifications=tuple(verifications),
        answers=_answers(view, stale),
        obstacles=_obstacles(view),
        unchecked=tuple(_unchecked(view)),
        flow=licence_flow(repository),
        repository=repository,
        stale=stale,
    )


def _facts(view: View) -> Iterable[Fact]:
    for part in (repeatability, environment, code, model, data, results, use, security, people):
        yield from part(view)


def _stale(tree: Tree, exhibits: Iterable[Exhibit]) -> tuple[str, ...]:
    return tuple(
        f"{exhibit.path.name} is about another state of the source"
        for exhibit in exhibits
        if exhibit.tree and exhibit.tree != tree.digest
    )


_BLOCKING = ("SEED", "KEY", "DET", "ORDER")


def _obstacles(view: View) -> tuple[dict[str, Any], ...]:
    """Return what stands in the way of repeating: first what was seen to happen."""
    rank = {"error": 0, "warning": 1, "info": 2}
    parted: list[dict[str, Any]] = [
        e.document.get("first_divergence") or {} for e in view.verifications
    ]
    seen = {(first.get("path"), first.get("line")) for first in parted}
    files = {first.get("path") for first in parted}
    found = [f for f in view.findings(*_BLOCKING) if f["severity"] != "info"]

    def order(f: dict[str, Any]) -> tuple[bool, bool, int, str, int]:
        met = (f["path"], f["line"]) not in seen
        return met, f["path"] not in files, rank[f["severity"]], f["path"], f["line"]

    return tuple(sorted(found, key=order))


def _answers(view: View, stale: tuple[str, ...]) -> tuple[Answer, ...]:
    verdicts = [exhibit.document["verdict"] for exhibit in view.verifications]
    where = sorted({exhibit.device for exhibit in view.verifications})
    blocking = len(_obstacles(view))
    question = "Can this be repeated?"
    if stale:
        first = Answer(question, "Not known", "; ".join(stale), "open")
    elif "nondeterministic" in verdicts:
        bad = next(e for e in view.verifications if e.document["verdict"] == "nondeterministic")
        first = Answer(
            question,
            "No",
            f"{bad.compared} runs on {bad.device} part{_at_step(bad)}",
            "bad",
        )
    elif verdicts and all(verdict == "deterministic" for verdict in verdicts):
        first = Answer(question, "Yes", "; ".join(map(verdict_words, view.verifications)), "good")
    elif verdicts:
        first = Answer(question, "Not known", "the reruns were inconclusive", "open")
    elif blocking:
        words = f"nothing was rerun; runs may part at {_places(blocking)} of the code"
        first = Answer(question, "Probably not", words, "bad")
    else:
        first = Answer(question, "Not known", "nothing was rerun", "open")
    second = Answer(
        "On what?",
        ", ".join(where) if where else "Nothing yet",
        "where the reruns were made" if where else "not run: fwaudit verify -- python train.py",
        "good" if first.tone == "good" else "open",
    )
    return first, second, _way(view, blocking)


def _at_step(exhibit: Exhibit) -> str:
    first: dict[str, Any] = exhibit.document.get("first_divergence") or {}
    step = first.get("step")
    return f" at step {step}" if step else ""


def _way(view: View, blocking: int) -> Answer:
    question = "What stands in the way?"
    parted = [e.document.get("first_divergence") for e in view.verifications]
    seen = next((first for first in parted if first), None)
    if seen is not None:
        where = f" at {seen['path']}:{seen['line']}" if seen.get("path") else ""
        remedy = str(seen.get("remedy") or "no remedy is known")
        return Answer(question, f"{seen['cause']}{where}", remedy, "bad")
    return Answer(
        question,
        _places(blocking) if blocking else "Nothing seen",
        "in the code, listed below" if blocking else "by the rules that ran",
        "bad" if blocking else "good" if view.scan else "open",
    )


def _places(number: int) -> str:
    return "1 place" if number == 1 else f"{number:,} places"


def _unchecked(view: View) -> Iterable[tuple[str, str]]:
    """Yield what was not looked at, and how to look."""
    if view.scan is None:
        yield "The code was not scanned.", "fwaudit scan"
    elif unread := view.scan.document["summary"].get("unreadable"):
        yield f"{unread} of the files could not be read.", "fwaudit scan --select META003"
    if not view.verifications:
        yield "No program was rerun.", "fwaudit verify -- python train.py"
    for exhibit in view.verifications:
        steps = [run.get("steps") for run in exhibit.document["runs"]]
        if ended := exhibit.provenance.get("max_steps"):
            yield f"{exhibit.command}: runs were ended after {ended} steps.", ""
        for note in exhibit.document.get("notes") or ():
            yield f"{exhibit.command}: {note}", ""
        if exhibit.document.get("level") == "step":
            yield (
                f"{exhibit.command}: inside a step, operations were compared only where runs part.",
                "",
            )
        if not any(steps):
            yield f"{exhibit.command}: no optimizer step was seen; results were compared.", ""
    varied = {
        str(v.get("name"))
        for exhibit in view.verifications
        for v in exhibit.document["variations"]
        if v.get("changed") is not None
    }
    if left := [family for family in FAMILIES if family not in varied]:
        yield f"Not varied: {', '.join(left)}.", "fwaudit verify --vary all -- python train.py"
    if not any(
        "cuda" in e.device.lower() or "nvidia" in e.device.lower() for e in view.verifications
    ):
        yield "Nothing was rerun on an accelerator.", ""
    if not view.findings("VULN"):
        yield "Dependencies were not compared with known vulnerabilities.", "fwaudit scan --audit"
