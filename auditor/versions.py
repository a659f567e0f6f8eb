"""Which version of a package the project declares: locked, pinned, ranged, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from .place import Place


@dataclass(frozen=True, slots=True)
class Declared:
    """What the project says of one package: a range, and where. An exact pin is a range of one."""

    name: str
    specifier: SpecifierSet
    place: Place
    #: The exact version when it is pinned or locked.
    exact: Version | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Versions:
    """The declared packages, by canonical name."""

    declared: Mapping[str, Declared] = field(default_factory=dict[str, Declared])
    #: Folder -> what the environment files of that folder alone say; "" is the root.
    folders: Mapping[str, Mapping[str, Declared]] = field(
        default_factory=dict[str, Mapping[str, Declared]]
    )

    def near(self, path: str) -> Versions:
        """Return what holds for a file: its folder's declarations before those above it.

        What only folders beside it declare does not count.
        """
        if not self.folders:
            return self
        found = dict(self.folders.get("", {}))
        folder = ""
        for part in path.split("/")[:-1]:
            folder = f"{folder}/{part}" if folder else part
            for name, item in self.folders.get(folder, {}).items():
                if name not in found or item.exact is not None or item.specifier:
                    found[name] = item
        return Versions(found)

    def get(self, package: str) -> Declared | None:
        """Return the declaration of a package, under any spelling of its name."""
        return self.declared.get(canonicalize_name(package))

    def exact(self, package: str) -> Version | None:
        """Return the one version that is locked or pinned."""
        found = self.get(package)
        return found.exact if found is not None else None

    def may_be_below(self, package: str, version: str) -> bool:
        """Whether the declaration allows any release below `version`; True when there is none."""
        found = self.get(package)
        if found is None:
            return True
        limit = Version(version)
        if found.exact is not None:
            return found.exact < limit
        return not _excludes_below(found.specifier, limit)

    def may_be_at_least(self, package: str, version: str) -> bool:
        """Whether the declaration allows `version` or newer; True when there is none."""
        found = self.get(package)
        if found is None:
            return True
        limit = Version(version)
        if found.exact is not None:
            return found.exact >= limit
        return not _excludes_from(found.specifier, limit)

    def say(self, package: str) -> str:
        """Say for a message which version is meant: `torch 2.9.1 (uv.lock)`."""
        found = self.get(package)
        if found is None:
            return f"no {package} version declared, the newest is assumed"
        what = (
            str(found.exact) if found.exact is not None else str(found.specifier) or "any version"
        )
        return f"{package} {what} ({found.place.path})"


def _excludes_below(specifier: SpecifierSet, limit: Version) -> bool:
    """Whether every version that the range allows is `limit` or newer."""
    for part in specifier:
        try:
            version = Version(part.version.removesuffix(".*"))
        except ValueError:
            continue
        if part.operator in {">=", "==", "~=", "==="} and version >= limit:
            return True
        if part.operator == ">" and version >= limit:
            return True
    return False


def _excludes_from(specifier: SpecifierSet, limit: Version) -> bool:
    """Whether every version that the range allows is older than `limit`."""
    for part in specifier:
        try:
            version = Version(part.version.removesuffix(".*"))
        except ValueError:
            continue
        if part.operator == "<" and version <= limit:
            return True
        if part.operator in {"<=", "==", "==="} and version < limit:
            return True
        if part.operator == "~=" and _compatible_end(part.version) <= limit:
            return True
    return False


def _compatible_end(version: str) -> Version:
    release = list(Version(version).release[:-1])
    release[-1] += 1
    return Version(".".join(map(str, release)))
