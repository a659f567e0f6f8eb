"""Which licence a licence file holds, by phrases that only its text has."""

from __future__ import annotations

import re

#: Licence ids as the hub spells them -> phrases that all stand in the folded text. The first
#: group that fits wins among those that share text; more than one licence may be found.
_PHRASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("agpl-3.0", ("gnu affero general public license version 3", "remote network interaction")),
    ("lgpl-3.0", ("gnu lesser general public license version 3", "additional permissions")),
    ("lgpl-2.1", ("gnu lesser general public license version 2 1",)),
    (
        "gpl-3.0",
        ("gnu general public license version 3", "preserves your freedom|copyleft license"),
    ),
    ("gpl-2.0", ("gnu general public license version 2", "copyright holder")),
    ("apache-2.0", ("apache license version 2 0 january 2004", "grant of patent license")),
    (
        "apache-2.0",
        ("licensed under the apache license version 2 0", "limitations under the license"),
    ),
    (
        "mit",
        (
            "permission is hereby granted free of charge to any person obtaining a copy",
            "the above copyright notice and this permission notice",
        ),
    ),
    (
        "bsd-3-clause-clear",
        (
            "redistribution and use in source and binary forms",
            "no express or implied licenses to any",
        ),
    ),
    (
        "bsd-3-clause",
        (
            "redistribution and use in source and binary forms",
            "endorse or promote products derived from",
        ),
    ),
    ("bsd-2-clause", ("redistribution and use in source and binary forms",)),
    ("mpl-2.0", ("mozilla public license version 2 0", "covered software")),
    ("isc", ("permission to use copy modify and or distribute this software for any purpose",)),
    ("unlicense", ("this is free and unencumbered software released into the public domain",)),
    ("cc0-1.0", ("cc0 1 0 universal",)),
    ("cc-by-nc-nd-4.0", ("attribution noncommercial noderivatives 4 0 international",)),
    ("cc-by-nc-sa-4.0", ("attribution noncommercial sharealike 4 0 international",)),
    ("cc-by-nc-4.0", ("attribution noncommercial 4 0 international",)),
    ("cc-by-nd-4.0", ("attribution noderivatives 4 0 international",)),
    ("cc-by-sa-4.0", ("attribution sharealike 4 0 international",)),
    ("cc-by-4.0", ("attribution 4 0 international",)),
    ("creativeml-openrail-m", ("creativeml open rail m", "use based restrictions")),
    ("openrail++", ("creativeml open rail m", "stable diffusion xl|stability ai ltd")),
    ("bigscience-bloom-rail-1.0", ("bigscience rail license v1 0",)),
    ("bigcode-openrail-m", ("bigcode openrail m",)),
    ("llama2", ("llama 2 community license agreement",)),
    ("llama3", ("meta llama 3 community license agreement",)),
    ("llama3.1", ("llama 3 1 community license agreement",)),
    ("llama3.2", ("llama 3 2 community license agreement",)),
    ("llama3.3", ("llama 3 3 community license agreement",)),
    ("llama4", ("llama 4 community license agreement",)),
    ("gemma", ("gemma terms of use",)),
    ("dinov3-license", ("dinov3 license",)),
    ("sam-license", ("sam license", "sam materials")),
    ("fair-noncommercial-research-license", ("fair noncommercial research license",)),
    ("nvidia-source-code-nc", ("nvidia source code license", "research or evaluation purposes")),
    ("unlicense", ("unlicense org",)),
)
#: Found beside these, the later ones are parts of their text.
_HIDES = {
    "agpl-3.0": {"gpl-3.0"},
    "lgpl-3.0": {"gpl-3.0"},
    "lgpl-2.1": {"gpl-2.0"},
    "bsd-3-clause-clear": {"bsd-3-clause", "bsd-2-clause"},
    "bsd-3-clause": {"bsd-2-clause"},
    "cc-by-nc-nd-4.0": {"cc-by-nc-4.0", "cc-by-4.0"},
    "cc-by-nc-sa-4.0": {"cc-by-nc-4.0", "cc-by-4.0"},
    "cc-by-nc-4.0": {"cc-by-4.0"},
    "cc-by-nd-4.0": {"cc-by-4.0"},
    "cc-by-sa-4.0": {"cc-by-4.0"},
    "openrail++": {"creativeml-openrail-m"},
    "llama3": {"llama2"},
}
_MAX_CHARACTERS = 400_000


def folded(text: str) -> str:
    """Lower case, words and numbers only, one space between them."""
    return " ".join(re.findall(r"[a-z0-9]+", text[:_MAX_CHARACTERS].lower()))


def recognise(text: str) -> tuple[str, ...]:
    """Return the ids of the licences whose text stands in `text`; empty when none is known.

    A licence that is only named, in a sentence, is not recognised.
    """
    body = folded(text)
    found: list[str] = []
    for identifier, phrases in _PHRASES:
        if identifier not in found and all(
            any(choice in body for choice in phrase.split("|")) for phrase in phrases
        ):
            found.append(identifier)
    hidden: set[str] = set()
    for identifier in found:
        hidden |= _HIDES.get(identifier, set())
    return tuple(identifier for identifier in found if identifier not in hidden)
