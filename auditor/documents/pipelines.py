"""Compose files, CI pipelines, dev containers and serving manifests: their images and scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..document import Document
from ..place import Place
from ..regex import regex
from .structured import Line, LineTable, array, line_of, read_table, table

_COMPOSE = regex(r"^(docker-)?compose([.-][\w.-]*)?\.ya?ml$", re.I)


@dataclass(frozen=True, slots=True)
class Script:
    """Shell text in another file, and the line on which it begins."""

    text: str
    line: int
    #: The job or service it belongs to.
    owner: str


def is_compose(path: str) -> bool:
    """Whether a file is a compose file by its name."""
    return bool(_COMPOSE.match(path.rpartition("/")[2]))


def is_workflow(path: str) -> bool:
    """Whether a file is a pipeline of GitHub, GitLab, Azure or CircleCI."""
    name = path.rpartition("/")[2]
    if not name.endswith((".yml", ".yaml")):
        return False
    return (
        ".github/workflows/" in f"/{path}"
        or name.startswith((".gitlab-ci", "azure-pipelines", "azure_pipelines"))
        or "/.azure-pipelines/" in f"/{path}"
        or f"/{path}".endswith("/.circleci/config.yml")
    )


def compose_images(document: Document) -> Iterator[tuple[str, Place]]:
    """Yield the images that services pull; one that is built here is not pulled.

    Raises:
        Unreadable: no YAML.
    """
    for service in table(read_table(document).get("services")).values():
        image = table(service).get("image")
        if isinstance(image, Line) and "build" not in table(service):
            yield str(image), document.place(line_of(image))


def scripts(document: Document) -> Iterator[Script]:
    """Yield the shell texts of a pipeline: `run:`, `script:`, `bash:`, `before_script:`.

    Raises:
        Unreadable: no YAML.
    """
    content = read_table(document)
    for name, job in table(content.get("jobs")).items():
        yield from _texts(job, str(name))
    for job in array(content.get("jobs")):
        yield from _texts(job, str(table(job).get("job", "")))
    for name, value in content.items():
        if name != "jobs":
            yield from _texts(value, str(name))


_SHELL_KEYS = frozenset({"run", "script", "bash", "before_script", "after_script", "inlineScript"})


def _texts(value: Any, owner: str, depth: int = 0) -> Iterator[Script]:
    if depth > 12:
        return
    if isinstance(value, LineTable):
        for key, inner in value.items():
            if key in _SHELL_KEYS:
                for item in [inner, *array(inner)]:
                    if isinstance(item, Line):
                        yield Script(str(item), line_of(item), owner)
                    elif isinstance(item, LineTable):
                        yield from _texts(item, owner, depth + 1)
            else:
                yield from _texts(inner, owner, depth + 1)
    elif isinstance(value, list):
        for item in array(value):
            yield from _texts(item, owner, depth + 1)


_COMMENTS = regex(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.S)
_TRAILING = regex(r",(\s*[}\]])")


def devcontainer_image(document: Document) -> tuple[str, Place] | None:
    """Return the image of a devcontainer.json, which is JSON with comments."""
    text = _TRAILING.sub(r"\1", _COMMENTS.sub(lambda found: found[1] or "", document.text))
    match = re.search(r'"image"\s*:\s*"([^"]+)"', text)
    if match is None:
        return None
    for number, line in enumerate(document.lines, 1):
        if match[1] in line and '"image"' in line:
            return match[1], document.place(number)
    return match[1], document.place()
