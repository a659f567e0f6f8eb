"""Which environment files belong to something that is run, and what pins them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from ...auditor.documents.environment_file import EnvironmentFile, Format, Role
from ...auditor.documents.installs import INSTALLERS
from ...auditor.documents.requirement import Requirement
from ...auditor.documents.roles import home, is_development_group, is_experiment_path
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.regex import regex

_EXPERIMENT_NAME = regex(
    r"(?:^|[-_.])(examples?|experiments?|train(?:ing)?|demo|notebooks?|eval(?:uation)?)(?=[-_.]|$)"
)


def experiment_files(project: Project) -> Iterator[EnvironmentFile]:
    """Yield the files that say what an experiment, a service or a notebook runs with."""
    packages = {
        item.folder
        for item in project.environment.files
        if item.is_package and (item.folder or project.environment.is_library)
        if not item.folder or item.format is Format.PYPROJECT
    }
    for item in project.environment.files:
        if item.role is not Role.RUN or item.is_lock:
            continue
        is_loose_file = item.format is Format.REQUIREMENTS and not is_experiment(item.path)
        if is_loose_file and home(item.path) in packages:
            continue
        yield item


def is_scanned(item: EnvironmentFile, project: Project) -> bool:
    """Whether a file was asked for, and is not merely known from the root beside it."""
    return item.path in project.documents or item.path in project.modules


def is_experiment(path: str) -> bool:
    """Whether the path alone says that something is run with it."""
    name = path.rpartition("/")[2].lower()
    return is_experiment_path(path) or bool(_EXPERIMENT_NAME.search(name))


def run_requirements(item: EnvironmentFile) -> list[Requirement]:
    """Return what is installed to run something: no development groups, no installers."""
    return [
        requirement
        for requirement in item.requirements
        if not is_development_group(requirement.group)
        and requirement.group != "optional"
        and requirement.name not in INSTALLERS
    ]


def open_requirements(item: EnvironmentFile, project: Project) -> list[Requirement]:
    """Return the requirements that neither the file, its constraints nor a lock pin."""
    pinned = pinned_elsewhere(item, project)
    return [
        requirement
        for requirement in run_requirements(item)
        if not requirement.is_pinned and not requirement.url and requirement.name not in pinned
    ]


def pinned_elsewhere(item: EnvironmentFile, project: Project) -> set[str]:
    """Return the names that constraints or a covering lock pin for a file."""
    files = project.environment.files
    names = {
        requirement.name
        for other in files
        if other.path in item.constrained_by
        for requirement in other.requirements
        if requirement.is_pinned
    }
    wanted = {requirement.name for requirement in run_requirements(item)}
    for other in files:
        if other is item or not _covers_folder(other, item):
            continue
        if other.is_lock or (_is_all_pinned(other) and other.format is not Format.PYPROJECT):
            locked = {requirement.name for requirement in with_includes(other, files)}
            if other.is_lock or wanted <= locked:
                names |= locked
    return names


def locks_for(item: EnvironmentFile, project: Project) -> list[EnvironmentFile]:
    """Return the locks beside a file or above it that hold its packages."""
    wanted = {requirement.name for requirement in run_requirements(item)}
    files = project.environment.files
    return [
        other
        for other in files
        if other.is_lock
        and _covers_folder(other, item)
        and wanted <= {requirement.name for requirement in with_includes(other, files)} | INSTALLERS
    ]


def _covers_folder(other: EnvironmentFile, item: EnvironmentFile) -> bool:
    above = home(other.path)
    return not above or home(item.path) == above or home(item.path).startswith(above + "/")


def _is_all_pinned(item: EnvironmentFile) -> bool:
    listed = run_requirements(item)
    return len(listed) > 1 and all(requirement.is_pinned for requirement in listed)


def with_includes(item: EnvironmentFile, files: Iterable[EnvironmentFile]) -> list[Requirement]:
    """Return a file's requirements and those of the files that it includes."""
    by_path = {other.path: other for other in files}
    found: list[Requirement] = []
    waiting, seen = [item.path], set[str]()
    while waiting:
        path = waiting.pop()
        if path in by_path and path not in seen:
            seen.add(path)
            found += by_path[path].requirements
            waiting += by_path[path].includes
    return found


class Named(Protocol):
    """What a list of requirements is made of: the text as written, and its place."""

    @property
    def text(self) -> str: ...

    @property
    def place(self) -> Place: ...


def listing(requirements: Iterable[Named], most: int = 6) -> str:
    """Return the requirements as one text: `torch, numpy>=1.20 and 3 more`."""
    texts = [" ".join(item.text.split(";")[0].split()) for item in requirements]
    if len(texts) <= most + 1:
        return ", ".join(texts)
    return f"{', '.join(texts[:most])} and {len(texts) - most} more"
