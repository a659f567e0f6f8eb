"""pyproject.toml: PEP 621, dependency groups, Poetry, PDM, Hatch and uv."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from ..document import Document
from ..regex import regex
from .environment_file import EnvironmentFile, Format, Python, Role
from .requirement import Requirement, exact_version, known_name, parse_requirement
from .structured import array, read_table, table, text
from .text_search import Finder


def read_pyproject(document: Document) -> EnvironmentFile:
    """Read the dependencies that it declares.

    Raises:
        Unreadable: no TOML.
    """
    content = read_table(document)
    finder = Finder(document)
    project = table(content.get("project"))
    poetry = table(table(content.get("tool")).get("poetry"))
    requirements = [
        *_standard(project, finder),
        *_groups(content, finder),
        *_poetry(poetry, finder),
        *_tools(table(content.get("tool")), finder),
    ]
    sources = table(table(table(content.get("tool")).get("uv")).get("sources"))
    is_package = (bool(project) or bool(poetry)) and _builds(content, poetry)
    scripts = {**table(poetry.get("scripts")), **table(project.get("scripts"))}
    return EnvironmentFile(
        document.path,
        Format.PYPROJECT,
        Role.LIBRARY if is_package else Role.RUN,
        tuple(_with_source(item, sources) for item in requirements),
        python=_python(project, poetry, finder),
        is_package=is_package,
        scripts=tuple((name, value) for name, value in scripts.items() if isinstance(value, str)),
    )


def _builds(content: dict[str, Any], poetry: dict[str, Any]) -> bool:
    """Whether it is a distribution: a build backend, and not declared to be none."""
    if poetry.get("package-mode") is False:
        return False
    uv = table(table(content.get("tool")).get("uv"))
    pdm = table(table(content.get("tool")).get("pdm"))
    if uv.get("package") is False or pdm.get("distribution") is False:
        return False
    return bool(table(content.get("build-system")).get("requires"))


def _python(project: dict[str, Any], poetry: dict[str, Any], finder: Finder) -> Python | None:
    if wanted := text(project.get("requires-python")):
        finder.section("[project]")
        return Python(wanted, finder.key("requires-python"))
    if wanted := text(table(poetry.get("dependencies")).get("python")):
        finder.section("[tool.poetry.dependencies]")
        return Python(str(caret_range(wanted)) or wanted, finder.key("python"))
    return None


def _standard(project: dict[str, Any], finder: Finder) -> Iterator[Requirement]:
    finder.section("[project]")
    yield from _listed(array(project.get("dependencies")), finder, "")
    for extra, listed in table(project.get("optional-dependencies")).items():
        yield from _listed(array(listed), finder, extra)


def _groups(content: dict[str, Any], finder: Finder) -> Iterator[Requirement]:
    finder.section("[dependency-groups]")
    for group, listed in table(content.get("dependency-groups")).items():
        yield from _listed(array(listed), finder, group)


def _listed(listed: list[Any], finder: Finder, group: str) -> Iterator[Requirement]:
    for item in listed:
        if written := text(item):
            made = parse_requirement(written, finder.place(written), group=group)
            if made is not None:
                yield made


def _tools(tools: dict[str, Any], finder: Finder) -> Iterator[Requirement]:
    finder.section("[tool.uv]")
    yield from _listed(array(table(tools.get("uv")).get("dev-dependencies")), finder, "dev")
    finder.section("[tool.pdm.dev-dependencies]")
    for group, listed in table(table(tools.get("pdm")).get("dev-dependencies")).items():
        yield from _listed(array(listed), finder, group)
    for name, environment in table(table(tools.get("hatch")).get("envs")).items():
        finder.section(f"[tool.hatch.envs.{name}]")
        yield from _listed(array(table(environment).get("dependencies")), finder, name)


def _poetry(poetry: dict[str, Any], finder: Finder) -> Iterator[Requirement]:
    finder.section("[tool.poetry.dependencies]")
    yield from _poetry_table(table(poetry.get("dependencies")), finder, "")
    finder.section("[tool.poetry.dev-dependencies]")
    yield from _poetry_table(table(poetry.get("dev-dependencies")), finder, "dev")
    for group, content in table(poetry.get("group")).items():
        finder.section(f"[tool.poetry.group.{group}.dependencies]")
        yield from _poetry_table(table(table(content).get("dependencies")), finder, group)


def _poetry_table(listed: dict[str, Any], finder: Finder, group: str) -> Iterator[Requirement]:
    for name, value in listed.items():
        if name == "python":
            continue
        made = table_requirement(name, value, finder, group)
        if made is not None:
            yield made


def _git(repository: str, details: dict[str, Any]) -> str:
    references = [text(details.get(key)) for key in ("rev", "ref", "tag", "branch")]
    reference = next((item for item in references if item), "")
    return f"git+{repository}@{reference}" if reference else f"git+{repository}"


def table_requirement(name: str, value: Any, finder: Finder, group: str) -> Requirement | None:
    """Read `name = "^1.2"` or `name = {version = …, git = …, rev = …}` (Poetry, Pipfile)."""
    place = finder.key(name)
    if alternatives := array(value):
        value = alternatives[0]
    details = table(value)
    written = text(value) or text(details.get("version")) or "*"
    url = text(details.get("url")) or text(details.get("path")) or text(details.get("file"))
    if repository := text(details.get("git")):
        url = _git(repository, details)
    if "optional" in details and details["optional"] is True and not group:
        group = "optional"
    specifier = caret_range(written)
    return Requirement(
        known_name(name),
        f"{name} {written}" if not url else f"{name} @ {url}",
        place,
        specifier,
        exact_version(specifier),
        url=url,
        group=group,
    )


_CARET = regex(r"\^\s*(\d+(?:\.\d+)*)([^,|\s]*)")
_TILDE = regex(r"(?<![~=])~\s*(\d+(?:\.\d+)*)")


def caret_range(written: str) -> SpecifierSet:
    """Turn Poetry's `^1.2`, `~1.2`, `1.2.*`, `1.2` into a specifier; alternatives give no bound."""
    if "||" in written or written.strip() in {"*", ""}:
        return SpecifierSet()
    ranged = _CARET.sub(lambda found: _caret(found[1], found[2]), written)
    ranged = _TILDE.sub(lambda found: _tilde(found[1]), ranged)
    parts = [part.strip() for part in re.split(r"[,\s]+(?=[<>=!~\d])", ranged.strip()) if part]
    parts = [f"=={part}" if part[:1].isdigit() else part for part in parts]
    try:
        return SpecifierSet(",".join(parts))
    except InvalidSpecifier:
        return SpecifierSet()


def _caret(version: str, suffix: str) -> str:
    numbers = [int(number) for number in version.split(".")]
    index = next((i for i, number in enumerate(numbers) if number), len(numbers) - 1)
    upper = [*numbers[:index], numbers[index] + 1]
    return f">={version}{suffix},<{'.'.join(map(str, upper))}"


def _tilde(version: str) -> str:
    numbers = [int(number) for number in version.split(".")]
    upper = [numbers[0] + 1] if len(numbers) == 1 else [numbers[0], numbers[1] + 1]
    return f">={version},<{'.'.join(map(str, upper))}"


def _with_source(item: Requirement, sources: dict[str, Any]) -> Requirement:
    """Apply `[tool.uv.sources]`: a git repository, an address or a folder in place of the index."""
    source = next((value for name, value in sources.items() if known_name(name) == item.name), None)
    details = table(source[0] if isinstance(source, list) and source else source)
    if repository := text(details.get("git")):
        return replace(item, url=_git(repository, details))
    if url := text(details.get("url")) or text(details.get("path")):
        return replace(item, url=url)
    return replace(item, url="./") if details.get("workspace") is True else item
