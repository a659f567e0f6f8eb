"""Which releases the environment files settle on, and what they leave open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from packaging.version import Version

from ...auditor.documents.environment_file import EnvironmentFile, Role
from ...auditor.documents.requirement import Requirement
from ...auditor.place import Place
from ...auditor.project import Project
from ..pins.experiments import pinned_elsewhere


@dataclass(frozen=True, slots=True)
class Release:
    """One release of a package on the Python index, without a local label (`+cu118`)."""

    name: str
    version: str


@dataclass(slots=True)
class Pins:
    """The releases to look up with the places that name them, and what cannot be looked up."""

    releases: dict[Release, list[Place]] = field(default_factory=dict[Release, list[Place]])
    #: Releases that another channel builds: an advisory applies, its absence says nothing.
    foreign: set[Release] = field(default_factory=set[Release])
    #: (place, text, why) for each requirement without a release.
    open: list[tuple[Place, str, str]] = field(default_factory=list[tuple[Place, str, str]])


def read_pins(project: Project) -> Pins:
    """Gather the releases of every environment file but constraints."""
    pins = Pins()
    for item in project.environment.files:
        if item.role is Role.CONSTRAINTS:
            continue
        elsewhere = set[str]() if item.is_lock else pinned_elsewhere(item, project)
        for requirement in item.requirements:
            _add(pins, item, requirement, elsewhere)
    on_index = {
        (requirement.name, str(requirement.exact.public))
        for item in project.environment.files
        for requirement in item.requirements
        if requirement.exact is not None and requirement.channel == "pypi"
    }
    pins.foreign = {item for item in pins.foreign if (item.name, item.version) not in on_index}
    return pins


def _add(pins: Pins, item: EnvironmentFile, requirement: Requirement, elsewhere: set[str]) -> None:
    if requirement.is_local or requirement.editable:
        return
    if requirement.url:
        pins.open.append((requirement.place, requirement.text, "it comes from an address"))
    elif requirement.exact is not None and requirement.exact != Version("0"):
        release = Release(requirement.name, str(requirement.exact.public))
        pins.releases.setdefault(release, []).append(requirement.place)
        if requirement.channel != "pypi":
            pins.foreign.add(release)
    elif requirement.name not in elsewhere:
        pins.open.append((requirement.place, requirement.text, "no version is pinned"))


def rounds(releases: Iterator[Release] | list[Release]) -> list[list[Release]]:
    """Split the releases so that no list names a package twice; pip-audit refuses those."""
    made: list[dict[str, Release]] = []
    for release in sorted(releases, key=lambda item: (item.name, item.version)):
        target = next((names for names in made if release.name not in names), None)
        if target is None:
            target = dict[str, Release]()
            made.append(target)
        target[release.name] = release
    return [list(names.values()) for names in made]
