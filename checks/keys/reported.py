"""What the rules about reused keys share: the analysis, the finding, how a key is named in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from ...auditor.entrypoints import is_test_path
from ...auditor.file import File
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.rule import FileRule
from ..determinism.settings import same_path
from .ledger import Fault, Reuse
from .roots import analysis
from .values import Kind
from .weighed import certainty

_CONFIDENCE = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)
#: What the first use did to the key.
DONE = {
    Kind.SAMPLE: "drawn from",
    Kind.SPLIT: "split",
    Kind.FOLD: "folded",
    Kind.CONSUMER: "given away",
    Kind.UNKNOWN: "given to a function that is not seen",
}


class ReuseRule(FileRule):
    """Reports the reuses of one kind that the analysis of a file found."""

    words = frozenset({"jax"})
    frameworks = ("jax",)
    fault: ClassVar[Fault]

    def check(self, file: File) -> Iterator[Finding]:
        if is_test_path(file.path):
            return
        told: list[Reuse] = []
        for reuse in analysis(file).reuses:
            if reuse.fault is self.fault and not _is_told(file, reuse, told):
                told.append(reuse)
                yield self.finding(
                    file.place(reuse.node),
                    self.says(file, reuse),
                    help=self.helps(reuse),
                    confidence=_CONFIDENCE[certainty(file, reuse)],
                    evidence=(
                        ()
                        if reuse.first is reuse.node
                        else (Evidence(file.place(reuse.first), f"{DONE[reuse.first_kind]} here"),)
                    ),
                    stream="jax",
                    subject=_subject(file, reuse),
                )

    def says(self, file: File, reuse: Reuse) -> str:
        """Return the message of a reuse."""
        raise NotImplementedError

    def helps(self, reuse: Reuse) -> str:
        """Return what to do about it."""
        raise NotImplementedError


def _subject(file: File, reuse: Reuse) -> str:
    """Return what names the key: all that is drawn after its first use is one fault."""
    if reuse.loop is not None:
        return ""
    scope = file.scope_of(reuse.first)
    return f"{scope.qualname}: {reuse.name} of {file.text(reuse.first)}"


def _is_told(file: File, reuse: Reuse, told: list[Reuse]) -> bool:
    """Whether another branch was reported for the key that turns of one loop share."""
    return reuse.loop is not None and any(
        other.loop is reuse.loop
        and other.name == reuse.name
        and file.scope_of(other.node) is file.scope_of(reuse.node)
        and not same_path(file, other.node, reuse.node)
        for other in told
    )


def called(reuse: Reuse) -> str:
    """Return how a message names the key."""
    return f"`{reuse.name}`" if reuse.name else "made here"


def line_of(file: File, node: ast.AST) -> str:
    """Return the line of a node as a person counts it, in a notebook with its cell."""
    place = file.place(node)
    return str(place.line) if place.cell is None else f"{place.line} of cell {place.cell}"
