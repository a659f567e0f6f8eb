"""What licence the documents of a repository name: by words that only that licence has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..place import Place
from .repository import Repository
from .view import said


@dataclass(frozen=True, slots=True)
class Licence:
    """What one document says: an SPDX id or the words as written, and where."""

    says: str
    place: Place


#: First match counts; more special texts stand before those that they contain.
_TEXTS = (
    ("Apache-2.0", r"Apache License\s+Version 2\.0"),
    ("AGPL-3.0", r"GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3"),
    ("LGPL-3.0", r"GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3"),
    ("GPL-3.0", r"GNU GENERAL PUBLIC LICENSE\s+Version 3"),
    ("GPL-2.0", r"GNU GENERAL PUBLIC LICENSE\s+Version 2"),
    ("MPL-2.0", r"Mozilla Public License Version 2\.0|Mozilla Public License, version 2\.0"),
    ("CC-BY-NC-SA-4.0", r"Attribution-NonCommercial-ShareAlike 4\.0"),
    ("CC-BY-NC-4.0", r"Attribution-NonCommercial 4\.0"),
    ("CC-BY-SA-4.0", r"Attribution-ShareAlike 4\.0"),
    ("CC-BY-4.0", r"Attribution 4\.0 International"),
    ("CC0-1.0", r"CC0 1\.0 Universal"),
    ("CreativeML Open RAIL-M", r"CreativeML Open RAIL-?M"),
    ("BSD-3-Clause", r"Redistribution and use in source and binary forms[\s\S]*Neither the name"),
    ("BSD-2-Clause", r"Redistribution and use in source and binary forms"),
    ("MIT", r"Permission is hereby granted, free of charge, to any person obtaining a copy"),
    ("Unlicense", r"This is free and unencumbered software released into the public domain"),
)


def licences(repository: Repository) -> list[Licence]:
    """Return what each licence file, card and packaging file says, nearest to the root first."""
    return list(_licences(repository))


def _licences(repository: Repository) -> Iterator[Licence]:
    for path in repository.matching("licen[sc]e*", "copying*", most=6):
        if path.count("/") > 1 or path not in repository.documents:
            continue
        says = identify(repository.text(path))
        yield Licence(says or "a licence text that was not recognised", Place(path))
    for card in repository.cards:
        if value := said(card.metadata.get("license")):
            yield Licence(value, card.key_place("license"))
    for path in repository.matching("pyproject.toml", "citation.cff", most=3):
        pattern = r"""^\s*license\s*[=:]\s*(?:\{\s*text\s*=\s*)?["']?([^"'}{]+?)["']?\s*\}?\s*$"""
        for number, line in enumerate(repository.text(path).split("\n"), 1):
            if match := re.match(pattern, line):
                yield Licence(match[1].strip(), Place(path, number))
                break


def identify(text: str) -> str:
    """Return the SPDX id of a licence text; empty when it is none of those known here."""
    flat = " ".join(text[:20_000].split())
    return next((name for name, pattern in _TEXTS if re.search(pattern, flat, re.I)), "")
