"""What a library without programs draws from: a summary, no finding, since its callers seed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...auditor.entrypoints import is_test_path
from ...auditor.examine import read_source
from ...auditor.file import File
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.streams import STREAMS, EntryPointStreams, State, StreamState
from .facts import draws_from, seeders
from .reading import calls_of
from .survey import stream_table
from .vocabulary import stream_vocabulary

#: Stream -> the packages, one of which a module that draws from it imports.
_HOMES = {
    "python": ("random",),
    "numpy": ("numpy",),
    "torch": ("torch",),
    "tensorflow": ("tensorflow", "keras", "tf_keras"),
    "jax": ("jax", "flax", "haiku"),
}
_CALLS_A_SEED = regex(r"seed\w*[ \t]*\(")


def stream_rows(project: Project) -> tuple[EntryPointStreams, ...]:
    """Return the table entry point × stream; without entry points a summary of each package."""
    rows = stream_table(project)
    return rows or tuple(_summary(project, package) for package in _packages(project))


def _packages(project: Project) -> list[str]:
    """Return the folders that are packages and stand in no other package."""
    folders = {
        path.rpartition("/")[0]
        for path in project.modules
        if path.endswith("/__init__.py") and not is_test_path(path)
    }
    return sorted(folder for folder in folders if folder.rpartition("/")[0] not in folders)


def _summary(project: Project, package: str) -> EntryPointStreams:
    drawn: dict[str, Place] = {}
    seeded: dict[str, Place] = {}
    for file, stream, seeds, node in _acts(project, package, drawn):
        (seeded if seeds else drawn).setdefault(stream, file.place(node))
    streams = tuple(
        StreamState(
            stream,
            State.UNKNOWN,
            drawn[stream],
            seeded.get(stream),
            "drawn in a library that never seeds it: correct, its callers seed"
            if stream not in seeded
            else "drawn in a library that seeds it when it is asked to: its callers decide",
        )
        for stream in STREAMS
        if stream in drawn
    )
    name = package.rpartition("/")[2]
    return EntryPointStreams(f"{package}/__init__.py", None, 1, name, streams, library=True)


def _acts(
    project: Project, package: str, drawn: dict[str, Place]
) -> Iterator[tuple[File, str, bool, ast.Call]]:
    """Yield the calls that draw or seed; files that can add nothing are not parsed."""
    for state in project.discovery.files:
        path = state.path
        module = project.modules.get(path)
        inside = path.startswith(f"{package}/") and state.is_python and not is_test_path(path)
        if module is None or not inside:
            continue
        imported = {item.module.split(".", 1)[0] for item in module.imports}
        new = [s for s in _HOMES if s not in drawn and not imported.isdisjoint(_HOMES[s])]
        if not new and not _CALLS_A_SEED.search(read_source(path, state.absolute).text):
            continue
        file = project.file(path)
        if file is None:
            continue
        for call in calls_of(file.tree):
            name = file.dotted(call.func, file.scope_of(call))
            if name is not None:
                yield from _of_call(file, call, stream_vocabulary().canonical(name))


def _of_call(file: File, call: ast.Call, name: str) -> Iterator[tuple[File, str, bool, ast.Call]]:
    if (seeder := seeders().get(name)) is not None:
        for stream in seeder.streams:
            yield file, stream, True, call
    elif name.startswith("jax.random."):
        yield file, "jax", False, call
    elif (drawer := draws_from(name)) is not None and not drawer.iterated and not drawer.when:
        if drawer.stream in _HOMES:
            yield file, drawer.stream, False, call
