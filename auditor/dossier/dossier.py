"""The dossier: every field, the answers that stand first, and what was not looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..verify.families import FAMILIES
from .answers import Answer, answers, obstacles, suggested_command
from .exhibit import Exhibit
from .fact import Fact, State
from .facts_environment import code, environment
from .facts_people import people
from .facts_release import data, model, results
from .facts_repeatability import repeatability, security
from .facts_use import use
from .flow import Flow, licence_flow
from .repository import Repository
from .tree import Tree, tree_digest
from .view import View


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
        answers=answers(view, stale),
        obstacles=obstacles(view),
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


def _unchecked(view: View) -> Iterable[tuple[str, str]]:
    """Yield what was not looked at, and how to look."""
    if view.scan is None:
        yield "The code was not scanned.", "fwaudit scan"
    elif unread := view.scan.document["summary"].get("unreadable"):
        yield f"{unread} of the files could not be read.", "fwaudit scan --select META003"
    if not view.verifications:
        yield "No program was rerun.", suggested_command(view)
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
