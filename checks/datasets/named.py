"""Which data set of the table a name, path or address stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from ..data.tables import dataset_names, folded_name, table


@cache
def gate_words() -> frozenset[str]:
    """Return words of which a file holds one when it may name a data set of the table."""
    return frozenset(word for row in table("datasets")["datasets"] for word in row["words"])


@cache
def gate_stems() -> frozenset[str]:
    """Return the names that also count as a part of a longer word, in every way to join them."""
    return frozenset(
        name.replace("-", joint)
        for name, _ in _by_token()
        if "/" not in name
        for joint in ("", "_", "-")
    )


@cache
def _by_token() -> tuple[tuple[str, str], ...]:
    return tuple(
        (folded_name(name), row["id"])
        for row in table("datasets")["datasets"]
        if row.get("tokens")
        for name in row["match"]
    )


def dataset_of(text: str) -> str | None:
    """Return the data set that a name, path or address stands for, by exact parts only."""
    if len(text) > 300 or "\n" in text:
        return None
    names = dataset_names()
    whole = folded_name(text)
    if whole in names:
        return names[whole]
    if " " in text.strip():
        return None
    if "/relaion" in whole or whole.startswith("relaion"):
        return None
    for part in re.split(r"[/\\:?=&]+", text):
        bare = re.sub(
            r"(?:\.(?:tar|gz|tgz|zip|csv|tsv|json|jsonl|rec|idx|lst|hdf5|h5|parquet))+$",
            "",
            part,
            flags=re.I,
        )
        folded = folded_name(bare)
        if folded in names:
            return names[folded]
        padded = f"-{folded}-"
        for token, identifier in _by_token():
            if f"-{token}-" in padded and not padded.endswith(_PROGRAM_ENDS):
                return identifier
    return None


@cache
def short_names() -> Mapping[str, tuple[str, str]]:
    """Return folded short names, each with its data set and the full name that it stands for."""
    return {
        short: (row["id"], full)
        for row in table("datasets")["datasets"]
        for short, full in row.get("short", {}).items()
    }


def short_name_in(text: str) -> str | None:
    """Return the short name of a data set that is a whole part of a path."""
    if len(text) > 300 or len(text.split()) > 1:
        return None
    parts = map(folded_name, re.split(r"[/\\]+", text))
    return next((part for part in parts if part in short_names()), None)


def maybe_dataset_of(text: str) -> str | None:
    """Return the data set that a text stands for, by a short name too."""
    if (identifier := dataset_of(text)) is not None:
        return identifier
    short = short_name_in(text)
    return short_names()[short][0] if short is not None else None


_PROGRAM_ENDS = ("-py-", "-sh-", "-html-", "-md-", "-pth-", "-onnx-", "-pt-", "-caffemodel-")
