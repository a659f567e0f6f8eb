"""What the project's documents declare together: versions, library or experiment, scripts."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ..discover import Discovery, FileState
from ..document import Document
from ..environment import Environment
from ..place import Place
from ..source import MAX_PYTHON_BYTES, Problem, decode
from . import roles
from .conda import read_conda, read_conda_list, read_conda_lock
from .environment_file import EnvironmentFile, Format, Role
from .locks import read_pipfile, read_pipfile_lock, read_toml_lock
from .merging import merge_versions
from .metadata import is_metadata, read_metadata
from .pyproject import read_pyproject
from .requirements_txt import read_requirements
from .setup_files import read_setup_cfg, read_setup_py
from .structured import Unreadable, broken

_TOML_LOCKS = frozenset({"uv.lock", "poetry.lock", "pdm.lock"})


def read_environment(documents: Mapping[str, Document], discovery: Discovery) -> Environment:
    """Read the environment files among the documents, and setup.py as a syntax tree."""
    problems: list[Problem] = []
    files: list[EnvironmentFile] = []
    beside = _beside(documents, discovery)
    for document in (*documents.values(), *beside):
        try:
            found = read_document(document)
        except Unreadable as error:
            problems.append(broken(document, error))
            continue
        if found is not None and _says_something(found):
            files.append(found)
    read_by_setup: set[str] = set()
    folders = _program_folders(discovery)
    for path, text in _setup_scripts(discovery):
        read = read_setup_py(path, text, path.rpartition("/")[0] in folders)
        if read is not None:
            files.append(read[0])
            folder = read[0].folder
            read_by_setup |= {f"{folder}/{name}" if folder else name for name in read[1]}
    files += _included(files, documents)
    files.sort(key=lambda item: item.path)
    is_library = _is_library(files)
    if is_library:
        files = [_with_role(item, read_by_setup) for item in files]
    problems += [problem for item in files for problem in item.problems]
    problems += _loops(files)
    return Environment(
        versions=merge_versions(files),
        is_library=is_library,
        scripts=tuple(pair for item in files for pair in item.scripts),
        files=tuple(files),
        is_part=_is_part(discovery.root),
        problems=tuple(problems),
    )


def _beside(documents: Mapping[str, Document], discovery: Discovery) -> list[Document]:
    """Return the files at the root when only a part of it is scanned: they hold for that part."""
    if not any("/" in state.path for state in discovery.files) and discovery.whole:
        return []
    found: list[Document] = []
    with suppress(OSError), os.scandir(discovery.root) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            known = entry.name in _AT_ROOT or roles.is_requirements(entry.name)
            if known and entry.name not in documents and entry.is_file(follow_symlinks=False):
                stat = entry.stat()
                state = FileState(entry.name, entry.path, stat.st_size, stat.st_mtime_ns)
                found.append(Document(state))
    return found


#: Environment files that hold for a part of a checkout which is scanned alone.
_AT_ROOT = _TOML_LOCKS | {
    *("pyproject.toml", "setup.cfg", "Pipfile", "Pipfile.lock"),
    *("environment.yml", "environment.yaml", "conda.yaml", "conda-lock.yml"),
}


def _is_part(root: Path) -> bool:
    """Whether the root lies inside a checkout or a package."""
    if (root / ".git").exists():
        return False
    if any((folder / ".git").exists() for folder in root.parents):
        return True
    packaging = ("pyproject.toml", "setup.py", "setup.cfg")
    in_package = (root / "__init__.py").exists()
    return in_package and any((root.parent / name).exists() for name in packaging)


def read_document(document: Document) -> EnvironmentFile | None:
    """Read one document when it is an environment file.

    Raises:
        Unreadable: it is one, and broken or too large.
    """
    path, name = document.path, document.name
    if is_metadata(path):
        return read_metadata(document)
    role = Role.DEVELOPMENT if roles.is_development_path(path) else Role.RUN
    if name == "pyproject.toml":
        return read_pyproject(document)
    if name in _TOML_LOCKS or (name.startswith("pylock.") and name.endswith(".toml")):
        return read_toml_lock(document)
    if name == "setup.cfg":
        return read_setup_cfg(document)
    if name == "Pipfile":
        return read_pipfile(document)
    if name == "Pipfile.lock":
        return read_pipfile_lock(document)
    if name in {"conda-lock.yml", "conda-lock.yaml", "pixi.lock"}:
        return read_conda_lock(document)
    if name.endswith((".txt", ".lock")) and roles.is_conda_list(path, document.text[:2000]):
        return read_conda_list(document, role)
    if roles.is_requirements(path):
        return read_requirements(document, roles.requirements_role(path))
    if roles.is_conda(path):
        return read_conda(document, role)
    return None


def _says_something(item: EnvironmentFile) -> bool:
    """Whether a configuration file that tools share speaks of an environment at all."""
    shared = item.format in {Format.PYPROJECT, Format.SETUP_CFG}
    return not shared or bool(item.requirements or item.python or item.is_package)


def _setup_scripts(discovery: Discovery) -> Iterator[tuple[str, str]]:
    for state in discovery.files:
        if state.name != "setup.py" or state.size > MAX_PYTHON_BYTES:
            continue
        if (text := _text(state)) is not None:
            yield state.path, text


_NO_PROGRAMS = frozenset(
    "setup.py conftest.py noxfile.py hubconf.py tasks.py __init__.py versioneer.py build.py".split()
)


def _program_folders(discovery: Discovery) -> set[str]:
    """Return the folders in which a Python file stands that may be a program."""
    return {
        state.path.rpartition("/")[0]
        for state in discovery.files
        if state.is_python and state.name not in _NO_PROGRAMS
    }


def _text(state: FileState) -> str | None:
    try:
        return decode(Path(state.absolute).read_bytes())
    except (OSError, UnicodeDecodeError, SyntaxError, LookupError):
        return None


def _included(
    files: list[EnvironmentFile], documents: Mapping[str, Document]
) -> list[EnvironmentFile]:
    """Read what `-r` and `-c` name when its own name did not give it away."""
    known = {item.path for item in files}
    waiting = [(target, Role.RUN) for item in files for target in item.includes]
    waiting += [(target, Role.CONSTRAINTS) for item in files for target in item.constrained_by]
    added: list[EnvironmentFile] = []
    while waiting:
        path, role = waiting.pop()
        if path in known or path not in documents:
            continue
        known.add(path)
        try:
            found = read_requirements(documents[path], role)
        except Unreadable:
            continue
        added.append(found)
        waiting += [(target, Role.RUN) for target in found.includes]
    return added


def _loops(files: list[EnvironmentFile]) -> Iterator[Problem]:
    """Name every requirements file that includes itself, by whatever detour."""
    by_path = {item.path: item for item in files}
    for item in files:
        seen: set[str] = set()
        waiting = list(item.includes)
        while waiting:
            path = waiting.pop()
            if path == item.path:
                message = f"-r leads back to {item.path}: pip installs it in a circle"
                yield Problem(Place(item.path), message)
                break
            if path not in seen and path in by_path:
                seen.add(path)
                waiting += by_path[path].includes


def _is_library(files: list[EnvironmentFile]) -> bool:
    """Whether the root is an installable distribution that others import.

    A `[project]` table with a build backend says so; a setup script does too, unless an
    environment to run things in stands beside it.
    """
    at_root = [item for item in files if not roles.home(item.path)]
    sure = {Format.PYPROJECT, Format.METADATA}
    if any(item.is_package and item.format in sure for item in at_root):
        return True
    has_environment = any(item.format is Format.CONDA and item.role is Role.RUN for item in at_root)
    return any(item.is_package for item in at_root) and not has_environment


def _with_role(item: EnvironmentFile, read_by_setup: set[str]) -> EnvironmentFile:
    """Make a requirements file that the library's setup script reads part of its metadata."""
    is_run = item.role is Role.RUN and item.format is Format.REQUIREMENTS
    if is_run and item.path in read_by_setup and not item.folder.rpartition("/")[0]:
        return replace(item, role=Role.LIBRARY)
    return item
