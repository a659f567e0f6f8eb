"""What an advisory source answers: vulnerabilities of a release, or why there is no answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from .pins import Release


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """One advisory. `fixed_in` are the releases that mend it, oldest first."""

    id: str
    aliases: tuple[str, ...] = ()
    fixed_in: tuple[str, ...] = ()
    summary: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The identifier and its aliases."""
        return frozenset({self.id, *self.aliases})


@dataclass(slots=True)
class Answers:
    """The answers by release; a release is in exactly one of the two."""

    known: dict[Release, tuple[Vulnerability, ...]] = field(
        default_factory=dict[Release, tuple[Vulnerability, ...]]
    )
    #: Why a release could not be answered for.
    unanswered: dict[Release, str] = field(default_factory=dict[Release, str])


def without_aliases(found: list[Vulnerability]) -> tuple[Vulnerability, ...]:
    """Merge records of one vulnerability (GHSA, PYSEC, CVE name each other as aliases)."""
    merged: list[Vulnerability] = []
    for item in sorted(found, key=lambda item: (_order(item.id), item.id)):
        same = [other for other in merged if other.names & item.names]
        if not same:
            merged.append(item)
            continue
        first = same[0]
        together = Vulnerability(
            first.id,
            tuple(sorted(item.names.union(*[other.names for other in same]) - {first.id})),
            first.fixed_in or item.fixed_in,
            first.summary or item.summary,
        )
        merged = [other for other in merged if other not in same]
        merged.append(together)
    return tuple(sorted(merged, key=lambda item: item.id))


def _order(identifier: str) -> int:
    prefixes = ("PYSEC", "GHSA", "CVE")
    return next((n for n, prefix in enumerate(prefixes) if identifier.startswith(prefix)), 3)
