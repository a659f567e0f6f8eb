"""The families of conditions that `--vary` changes, one at a time."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import UserError, nearest

FAMILIES = {
    "hash-seed": "the salt of hash(), which orders sets of text",
    "file-order": "the order in which directories are listed",
    "threads": "the number of native threads: OpenMP, BLAS, intra-op",
    "cpus": "one CPU instead of all",
    "isa": "older instruction sets in the numerical libraries",
    "clock": "the wall clock, as far as Python reads it",
    "locale": "the language and number format of the system",
    "time-zone": "the local time zone",
    "folder": "where the working tree lies",
    "environment": "HOME, USER and a variable more",
    "workers": "the number of loader workers",
    "device": "without the accelerator",
}
ALL = "all"


def chosen_families(words: Iterable[str]) -> tuple[str, ...]:
    """The families that `--vary` names, each once, in our order.

    Raises:
        UserError: a name is not known.
    """
    names = [name.strip() for word in words for name in word.split(",") if name.strip()]
    for name in names:
        if name != ALL:
            check_family(name)
    return tuple(name for name in FAMILIES if ALL in names or name in names)


def check_family(name: str, where: str = "--vary") -> None:
    """Raise UserError with the nearest name when there is no such family."""
    if name not in FAMILIES:
        hint = nearest(name, FAMILIES) or f"one of {', '.join((*FAMILIES, ALL))}"
        raise UserError(f'{where}: nothing called "{name}" can be varied', hint)
