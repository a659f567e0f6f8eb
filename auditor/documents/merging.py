"""One declaration a package out of many files: locks first, then pins, then ranges."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from ..versions import Declared, Versions
from .environment_file import EnvironmentFile, Role
from .requirement import Requirement
from .roles import home, is_development_group

#: Distributions that carry the module of another one.
_VARIANTS = {
    "tensorflow-gpu": "tensorflow",
    "tensorflow-cpu": "tensorflow",
    "tf-nightly": "tensorflow",
    "tensorflow-macos": "tensorflow",
    "onnxruntime-gpu": "onnxruntime",
}
_Rank = tuple[int, int, int]


def merge_versions(files: Iterable[EnvironmentFile]) -> Versions:
    """Choose the declaration of every package, for the whole project and for each folder."""
    listed = list(files)
    by_folder: dict[str, list[EnvironmentFile]] = {}
    for item in listed:
        by_folder.setdefault(home(item.path), []).append(item)
    folders = {folder: _merge(items) for folder, items in by_folder.items()}
    return Versions(_merge(listed), folders)


def _merge(files: Iterable[EnvironmentFile]) -> dict[str, Declared]:
    ranked: dict[str, list[tuple[_Rank, Requirement]]] = {}
    python: list[tuple[_Rank, EnvironmentFile]] = []
    for item in files:
        depth = item.path.count("/")
        for requirement in item.requirements:
            development = item.role is Role.DEVELOPMENT or is_development_group(requirement.group)
            rank = (int(development), depth, 0 if item.is_lock else 1)
            name = canonicalize_name(_VARIANTS.get(requirement.name, requirement.name))
            ranked.setdefault(name, []).append((rank, requirement))
        if item.python is not None:
            development = item.role is Role.DEVELOPMENT
            python.append(((int(development), depth, int(not item.is_lock)), item))
    declared = {name: _declared(name, listed) for name, listed in ranked.items()}
    if python and "python" not in declared:
        declared["python"] = _python(python)
    return declared


def _declared(name: str, ranked: list[tuple[_Rank, Requirement]]) -> Declared:
    best = min(rank for rank, _ in ranked)
    listed = [item for rank, item in ranked if rank == best]
    if not any(item.specifier or item.exact for item in listed):
        # A bare name at the root says nothing; a range further down says something.
        speaking = [(rank, item) for rank, item in ranked if item.specifier or item.exact]
        if speaking and any(rank[1] == best[1] for rank, _ in speaking):
            best = min(rank for rank, _ in speaking)
            listed = [item for rank, item in speaking if rank == best]
    first = listed[0]
    said = [item for item in listed if item.specifier or item.exact] or listed
    exacts = {item.exact for item in said}
    if len(exacts) == 1 and None not in exacts:
        return Declared(name, said[0].specifier, said[0].place, said[0].exact, first.place.path)
    specifier = widest([item.specifier for item in said])
    return Declared(name, specifier, said[0].place, None, said[0].place.path)


def _python(ranked: list[tuple[_Rank, EnvironmentFile]]) -> Declared:
    best = min(ranked, key=lambda pair: pair[0])[1].python
    assert best is not None
    text = best.text.strip().lstrip("=")
    try:
        specifier = SpecifierSet(
            f"=={text}.*" if text[:1].isdigit() and "*" not in text else best.text
        )
    except InvalidSpecifier:
        specifier = SpecifierSet()
    return Declared("python", specifier, best.place, None, best.place.path)


def widest(specifiers: list[SpecifierSet]) -> SpecifierSet:
    """Return a range that holds every one of the ranges: their lowest and highest bounds."""
    if len({str(item) for item in specifiers}) == 1:
        return specifiers[0]
    lows = [_bound(item, {">=", ">", "==", "~=", "==="}) for item in specifiers]
    highs = [_bound(item, {"<=", "<", "==", "==="}) for item in specifiers]
    parts: list[str] = []
    known_lows = [low for low in lows if low is not None]
    known_highs = [high for high in highs if high is not None]
    if len(known_lows) == len(lows):
        parts.append(f">={min(known_lows)}")
    if len(known_highs) == len(highs):
        parts.append(f"<={max(known_highs)}")
    return SpecifierSet(",".join(parts))


def _bound(specifier: SpecifierSet, operators: set[str]) -> Version | None:
    found: list[Version] = []
    for part in specifier:
        if part.operator in operators:
            try:
                found.append(Version(Version(part.version.removesuffix(".*")).public))
            except InvalidVersion:
                continue
    return (max if ">=" in operators else min)(found) if found else None
