"""Records of a run beside its results: when it began, how long a step took, as which process."""

from __future__ import annotations

import re
from pathlib import Path

from ..regex import regex
from .artifacts import ArtifactError, Difference, Kind, compare_artifacts
from .masking import masked

_WORDS = frozenset(
    "time times timestamp timestamps date datetime elapsed duration durations runtime walltime eta "
    "second seconds sec secs latency fps pid uuid guid hostname".split()
)
_MOMENTS = regex(r"(?:created|started|finished|updated|saved|ended)_?(?:at|on)?", re.I)
_WORD = regex(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_INDEX = regex(r"\[\d+\]")
#: Formats of what is written step by step; elsewhere many numbers under one name are a result.
_TABLES = frozenset({"CSV", "JSON", "JSON lines"})


def records_only(a: Path, b: Path) -> tuple[str, ...]:
    """The names under which two files differ when all of them are records; else nothing."""
    try:
        comparison = compare_artifacts(a, b)
    except (ArtifactError, OSError):
        return ()
    if comparison.difference is None:
        return ()
    leaves = list(comparison.difference.leaves())
    if not all(_is_record(leaf, comparison.format in _TABLES) for leaf in leaves):
        return ()
    return tuple(dict.fromkeys(_INDEX.sub("", leaf.name) or "." for leaf in leaves))


def _is_record(leaf: Difference, in_table: bool) -> bool:
    one = leaf.kind is Kind.VALUE or (leaf.tensor is not None and leaf.tensor.elements == 1)
    if (one or (in_table and leaf.kind in (Kind.VALUES, Kind.TEXT))) and _names_a_record(leaf.name):
        return True
    left, _, right = leaf.message.removesuffix(" in B").partition(" in A, ")
    return leaf.kind is Kind.VALUE and left[:1] in "'\"" and masked(left) == masked(right)


def _names_a_record(name: str) -> bool:
    key = _INDEX.sub("", name).rpartition(".")[2]
    words = {word.lower() for word in _WORD.findall(key)}
    return not _WORDS.isdisjoint(words) or _MOMENTS.fullmatch(key) is not None
