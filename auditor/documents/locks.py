"""Locks of uv, Poetry, PDM and Pipenv, and pylock.toml (PEP 751); Pipfile beside its lock."""

from __future__ import annotations

from typing import Any

from ..document import Document
from ..regex import regex
from .environment_file import EnvironmentFile, Format, Python, Role
from .pyproject import table_requirement
from .requirement import Requirement, from_version
from .structured import array, read_table, table, text
from .text_search import Finder

_NAME = regex(r'name\s*=\s*"([^"]+)"')


def read_toml_lock(document: Document) -> EnvironmentFile:
    """Read uv.lock, poetry.lock, pdm.lock or pylock.*.toml: all list tables with name and version.

    Raises:
        Unreadable: no TOML, or too large.
    """
    content = read_table(document)
    listed = array(content.get("package")) or array(content.get("packages"))
    lines = {
        match[1]: number
        for number, line in enumerate(document.lines, 1)
        if (match := _NAME.match(line))
    }
    metadata = table(content.get("metadata"))
    files = table(metadata.get("files"))
    found: list[Requirement] = []
    for item in listed:
        entry = table(item)
        name, version = text(entry.get("name")), text(entry.get("version"))
        if not name or _is_project(entry):
            continue
        hashes = tuple(_hashes(entry, array(files.get(name))))
        group = "dev" if text(entry.get("category")) == "dev" else ""
        place = document.place(lines.get(name, 1))
        made = from_version(
            name, version or "0", place, hashes=hashes, url=_source_url(entry), group=group
        )
        if made is not None:
            found.append(made)
    python = text(metadata.get("python-versions")) or text(content.get("requires-python"))
    return EnvironmentFile(
        document.path,
        Format.LOCK,
        Role.RUN,
        tuple(found),
        python=Python(python, document.place()) if python else None,
        tool=document.name.split(".", 1)[0],
    )


def _is_project(entry: dict[str, Any]) -> bool:
    """Whether the entry is the project itself."""
    source = table(entry.get("source"))
    return any(source.get(key) in {".", ""} for key in ("virtual", "editable"))


def _hashes(entry: dict[str, Any], others: list[Any]) -> list[str]:
    listed = [*array(entry.get("files")), *array(entry.get("wheels")), *others]
    listed += [entry.get("sdist"), entry.get("archive")]
    found = [text(table(item).get("hash")) for item in listed]
    found += [f"sha256:{v}" for item in listed for v in table(table(item).get("hashes")).values()]
    return [item for item in found if item]


def _source_url(entry: dict[str, Any]) -> str:
    source = table(entry.get("source"))
    if git := text(source.get("git")):
        return f"git+{git.replace('#', '@', 1)}" if "#" in git else f"git+{git}"
    if text(source.get("type")) == "git":
        return f"git+{text(source.get('url'))}@{text(source.get('resolved_reference'))}"
    vcs = table(entry.get("vcs"))
    if vcs:
        return f"git+{text(vcs.get('url'))}@{text(vcs.get('commit-id'))}"
    for key in ("path", "directory", "editable"):
        if path := text(source.get(key)):
            return path
    return ""


def read_pipfile_lock(document: Document) -> EnvironmentFile:
    """Read Pipfile.lock.

    Raises:
        Unreadable: no JSON, or too large.
    """
    content = read_table(document)
    finder = Finder(document)
    found: list[Requirement] = []
    for section, group in (("default", ""), ("develop", "dev")):
        for name, value in table(content.get(section)).items():
            entry = table(value)
            version = text(entry.get("version")).removeprefix("==")
            url = text(entry.get("git"))
            made = from_version(
                name,
                version or "0",
                finder.key(name),
                hashes=tuple(map(str, array(entry.get("hashes")))),
                url=f"git+{url}@{text(entry.get('ref'))}" if url else "",
                group=group,
            )
            if made is not None:
                found.append(made)
    python = text(table(table(content.get("_meta")).get("requires")).get("python_version"))
    return EnvironmentFile(
        document.path,
        Format.LOCK,
        Role.RUN,
        tuple(found),
        python=Python(python, document.place()) if python else None,
        tool="Pipfile",
    )


def read_pipfile(document: Document) -> EnvironmentFile:
    """Read Pipfile.

    Raises:
        Unreadable: no TOML.
    """
    content = read_table(document)
    finder = Finder(document)
    found: list[Requirement] = []
    for section, group in (("packages", ""), ("dev-packages", "dev")):
        finder.section(f"[{section}]")
        for name, value in table(content.get(section)).items():
            made = table_requirement(name, value, finder, group)
            if made is not None:
                found.append(made)
    requires = table(content.get("requires"))
    python = text(requires.get("python_full_version")) or text(requires.get("python_version"))
    finder.section("[requires]")
    return EnvironmentFile(
        document.path,
        Format.PIPFILE,
        Role.RUN,
        tuple(found),
        python=Python(python, finder.key("python_version")) if python else None,
    )
