"""Conda environment files, lists of what is installed, and conda-lock files."""

from __future__ import annotations

import re
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from ..document import Document
from ..place import Place
from ..regex import regex
from ..source import Problem
from .environment_file import EnvironmentFile, Format, Python, Role
from .requirement import Requirement, exact_version, from_version, known_name
from .requirements_txt import requirement_of
from .structured import LineTable, Unreadable, array, line_of, read_table, table, text

_SPEC = regex(r"^(?:[\w./-]+::)?([A-Za-z0-9_.-]+?)\s*(?:\[.*\])?\s*(==|[<>=!~ ].*)?$")


def read_conda(document: Document, role: Role) -> EnvironmentFile | None:
    """Read an environment file; None when it is none.

    Raises:
        Unreadable: no YAML.
    """
    content = read_table(document)
    listed = content.get("dependencies")
    if not isinstance(listed, list) or _is_other(content, array(listed)):
        return None
    requirements: list[Requirement] = []
    problems: list[Problem] = []
    includes: list[str] = []
    python: Python | None = None
    for item in array(listed):
        if isinstance(item, LineTable):
            for line in array(item.get("pip")):
                place = document.place(line_of(line))
                if str(line).startswith("-r ") and ".." not in str(line) and str(line)[3:4] != "/":
                    includes.append(_beside(document.path, str(line)[3:].strip()))
                elif (made := requirement_of(_after_option(str(line)), place)) is not None:
                    requirements.append(made)
        elif isinstance(item, str):
            place = document.place(line_of(item))
            made = conda_requirement(item.split(" #", 1)[0].strip(), place)
            if made is not None and made.name == "python":
                python = Python(str(made.exact or made.specifier), place)
            elif made is not None:
                requirements.append(made)
    return EnvironmentFile(
        document.path,
        Format.CONDA,
        role,
        tuple(requirements),
        python=python,
        includes=tuple(includes),
        problems=tuple(problems),
    )


def _is_other(content: dict[str, Any], listed: list[Any]) -> bool:
    """Whether a list called `dependencies` means something else (Helm charts, workflows)."""
    if not ({"channels", "name", "prefix"} & content.keys()):
        return True
    return any(isinstance(item, dict) and "pip" not in item for item in listed)


def _beside(path: str, name: str) -> str:
    folder = path.rpartition("/")[0]
    name = name.removeprefix("./")
    return f"{folder}/{name}" if folder else name


def _after_option(line: str) -> str:
    return line.removeprefix("-e ").removeprefix("--editable ").strip()


def conda_requirement(spec: str, place: Place) -> Requirement | None:
    """Read `channel::name=1.2=build`, `name>=1.2`, `name 1.2.*`."""
    match = _SPEC.match(spec)
    if match is None:
        return None
    name, written = match[1], (match[2] or "").strip()
    specifier, exact = conda_range(written)
    if exact is None and known_name(name) in _TWO_NUMBERS:
        exact = _whole_version(written)
    return Requirement(known_name(name), spec, place, specifier, exact, channel="conda")


#: Packages whose versions have two numbers, or whose third one nobody chooses.
_TWO_NUMBERS = frozenset({"cudatoolkit", "pytorch-cuda", "cuda-version", "cuda-toolkit", "cudnn"})


def _whole_version(written: str) -> Version | None:
    match = re.fullmatch(r"={1,2}\s*(\d+\.\d+)(\.\*)?", written)
    return Version(match[1]) if match is not None else None


def conda_range(written: str) -> tuple[SpecifierSet, Version | None]:
    """Return the range of a conda spec and the version that it pins.

    `=1.2` means 1.2.*: it is exact when it has a build or three numbers.
    """
    if not written:
        return SpecifierSet(), None
    if written[0] in "<>!~" or written.startswith("==") or "," in written:
        try:
            specifier = SpecifierSet(written.replace(" ", ""))
        except InvalidSpecifier:
            return SpecifierSet(), None
        return specifier, exact_version(specifier)
    version, _, build = written.lstrip("= ").replace(" ", "=").partition("=")
    if "|" in version:
        return SpecifierSet(), None
    try:
        if version.endswith("*"):
            return SpecifierSet(f"=={version.rstrip('.*')}.*"), None
        exact = Version(version)
        if build or len(exact.release) >= 3:
            return SpecifierSet(f"=={exact}"), exact
        return SpecifierSet(f"=={version}.*"), None
    except (InvalidVersion, InvalidSpecifier):
        return SpecifierSet(), Version("0") if build else None


_EXPLICIT = regex(r"^https?://\S+/([A-Za-z0-9_.-]+)-([^-/]+)-([^-/]+?)\.(?:conda|tar\.bz2)(#\S+)?")
_EXPORTED = regex(r"^([A-Za-z0-9_.-]+)=([^=\s]+)=([^=\s]+)$")


def read_conda_list(document: Document, role: Role) -> EnvironmentFile:
    """Read what `conda list --explicit` (addresses) or `--export` (name=version=build) writes."""
    found: list[Requirement] = []
    python: Python | None = None
    for number, line in enumerate(document.lines, 1):
        explicit = _EXPLICIT.match(line.strip())
        match = explicit or _EXPORTED.match(line.strip())
        if match is None:
            continue
        hashes = (explicit[4],) if explicit is not None and explicit[4] else ()
        made = from_version(match[1], match[2], document.place(number), hashes=hashes)
        if made is not None and made.name == "python":
            python = Python(match[2], made.place)
        elif made is not None:
            found.append(made)
    tool = "conda explicit" if "@EXPLICIT" in document.text else "conda export"
    return EnvironmentFile(document.path, Format.LOCK, role, tuple(found), python=python, tool=tool)


def read_conda_lock(document: Document) -> EnvironmentFile:
    """Read conda-lock.yml or pixi.lock.

    Raises:
        Unreadable: no YAML, or too large.
    """
    content = read_table(document)
    found: list[Requirement] = []
    listed = array(content.get("package")) or array(content.get("packages"))
    for item in listed:
        entry = table(item)
        hashes = tuple(f"{k}:{v}" for k, v in table(entry.get("hash")).items())
        if value := text(entry.get("sha256")):
            hashes = (f"sha256:{value}",)
        place = document.place(line_of(entry))
        name, version = text(entry.get("name")), text(entry.get("version"))
        if not name and (url := text(entry.get("conda"))):
            match = _EXPLICIT.match(url)
            name, version = (match[1], match[2]) if match else ("", "")
        made = from_version(name, version, place, hashes=hashes) if name and version else None
        if made is not None:
            found.append(made)
    if not listed:
        raise Unreadable("not read: no list of packages in it")
    python = next((item for item in found if item.name == "python"), None)
    return EnvironmentFile(
        document.path,
        Format.LOCK,
        Role.RUN,
        tuple(item for item in found if item.name != "python"),
        python=Python(str(python.exact), python.place) if python else None,
        tool="pixi" if document.name == "pixi.lock" else "conda-lock",
    )
