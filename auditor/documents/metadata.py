"""METADATA of a wheel and PKG-INFO of a source distribution."""

from __future__ import annotations

from dataclasses import replace

from ..document import Document
from ..place import Place
from ..regex import regex
from .environment_file import EnvironmentFile, Format, Python, Role
from .requirement import Requirement, parse_requirement

_EXTRA = regex(r"extra\s*==\s*[\"']([^\"']+)[\"']")


def is_metadata(path: str) -> bool:
    """Whether a file is the metadata of an unpacked distribution."""
    folder, _, name = path.rpartition("/")
    return (name == "METADATA" and folder.endswith(".dist-info")) or path == "PKG-INFO"


def read_metadata(document: Document) -> EnvironmentFile:
    """Read `Requires-Dist` and `Requires-Python`."""
    import email.parser  # most runs need none

    headers = email.parser.HeaderParser().parsestr(document.text.split("\n\n", 1)[0])
    requirements: list[Requirement] = []
    for written in headers.get_all("Requires-Dist") or []:
        made = parse_requirement(str(written), _place(document, str(written)))
        if made is not None:
            extra = _EXTRA.search(made.marker)
            requirements.append(replace(made, group=extra[1] if extra else ""))
    wanted = headers.get("Requires-Python")
    return EnvironmentFile(
        document.path,
        Format.METADATA,
        Role.LIBRARY,
        tuple(requirements),
        python=Python(str(wanted), _place(document, str(wanted))) if wanted else None,
        is_package=headers.get("Name") is not None,
    )


def _place(document: Document, text: str) -> Place:
    for number, line in enumerate(document.lines, 1):
        if text in line:
            return document.place(number)
    return document.place()
