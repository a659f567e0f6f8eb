"""Dockerfiles: instructions, stages, images; ARG before FROM, COPY --from, here-documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..document import Document
from ..place import Place
from ..regex import regex

_INSTRUCTION = regex(r"^\s*([A-Za-z]+)(?:\s+(.*))?$")
_ESCAPE = regex(r"^#\s*escape\s*=\s*(\S)\s*$", re.I)
_HEREDOC = regex(r"<<-?\s*(['\"]?)([A-Za-z_]\w*)\1")
_VARIABLE = regex(r"\$(?:\{([A-Za-z_]\w*)(?::([-+])([^}]*))?\}|([A-Za-z_]\w*))")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction; `text` keeps its line breaks, so that lines can be counted in it."""

    keyword: str
    text: str
    line: int

    @property
    def shell(self) -> str:
        """The command line of a RUN: options dropped, the JSON form joined."""
        text = re.sub(r"^(\s*--\w+(=\S+)?)+", lambda found: " " * len(found[0]), self.text)
        if text.lstrip().startswith("["):
            try:
                words = json.loads(text)
                return " ".join(json.dumps(str(word)) for word in words)
            except (ValueError, TypeError):
                return text
        return text


@dataclass(frozen=True, slots=True)
class Image:
    """An image that a build starts from or copies from. `name` is None when it cannot be known."""

    name: str | None
    written: str
    place: Place


@dataclass(slots=True)
class Dockerfile:
    """What a Dockerfile says."""

    document: Document
    instructions: list[Instruction] = field(default_factory=list[Instruction])
    images: list[Image] = field(default_factory=list[Image])


def is_dockerfile(path: str) -> bool:
    """Whether a file is a Dockerfile by its name."""
    name = path.rpartition("/")[2]
    lower = name.lower()
    if lower.endswith((".sh", ".py", ".md", ".dockerignore", ".j2", ".template", ".in", ".txt")):
        return False
    return (
        lower in {"dockerfile", "containerfile"}
        or lower.startswith(("dockerfile.", "dockerfile_", "dockerfile-", "containerfile."))
        or lower.endswith((".dockerfile", "_dockerfile", "-dockerfile"))
    )


def read_dockerfile(document: Document) -> Dockerfile:
    """Read the instructions, and the images that the stages come from."""
    made = Dockerfile(document, list(_instructions(document.text.split("\n"))))
    made.images = list(_images(document, made.instructions))
    return made


def _instructions(lines: list[str]) -> Iterator[Instruction]:
    escape = _ESCAPE.match(lines[0]) if lines else None
    mark = escape[1] if escape else "\\"
    at = 0
    while at < len(lines):
        start = at
        match = _INSTRUCTION.match(lines[at])
        if match is None or lines[at].lstrip().startswith("#"):
            at += 1
            continue
        parts = [_unescaped(match[2] or "", mark)]
        while lines[at].rstrip().endswith(mark) and at + 1 < len(lines):
            at += 1
            while at + 1 < len(lines) and lines[at].lstrip().startswith("#"):
                parts.append("\\")
                at += 1
            parts.append(_unescaped(lines[at], mark))
        at += 1
        for document in _HEREDOC.findall("\n".join(parts)) if match[1].upper() in _HEREDOCS else ():
            while at < len(lines) and lines[at].strip() != document[1]:
                parts.append(lines[at])
                at += 1
            at += 1
        yield Instruction(match[1].upper(), "\n".join(parts), start + 1)


_HEREDOCS = frozenset({"RUN", "COPY", "ADD"})


def _unescaped(line: str, mark: str) -> str:
    text = line.rstrip()
    return text[: -len(mark)] + "\\" if text.endswith(mark) else text


def _images(document: Document, instructions: list[Instruction]) -> Iterator[Image]:
    arguments: dict[str, str] = {}
    stages: set[str] = set()
    count = 0
    for item in instructions:
        if item.keyword == "ARG" and count == 0:
            for name, value in re.findall(r"(\w+)(?:=(\"[^\"]*\"|'[^']*'|\S*))?", item.text):
                if value and (known := substitute(value.strip("\"'"), arguments)) is not None:
                    arguments[name] = known
        elif item.keyword == "FROM":
            words = [word for word in item.text.split() if not word.startswith("--")]
            words = [word for word in words if word != "\\"]
            if not words:
                continue
            name = substitute(words[0], arguments)
            if words[0].lower() not in stages | {"scratch"}:
                yield Image(name, words[0], document.place(item.line))
            stages.add(str(count))
            if len(words) >= 3 and words[1].lower() == "as":
                stages.add(words[2].lower())
            count += 1
        elif item.keyword in {"COPY", "ADD", "RUN"}:
            for source in re.findall(r"(?:--from=|,from=)([^\s,]+)", item.text):
                if source.lower() not in stages:
                    name = None if "$" in source else source
                    yield Image(name, source, document.place(item.line))


def substitute(text: str, arguments: Mapping[str, str]) -> str | None:
    """Put in the defaults of build arguments; None when one has none."""
    unknown = False

    def value(match: re.Match[str]) -> str:
        nonlocal unknown
        name = match[1] or match[4]
        if match[2] == "-" and not arguments.get(name):
            return str(match[3])
        if match[2] == "+":
            return str(match[3]) if arguments.get(name) else ""
        if name not in arguments:
            unknown = True
        return arguments.get(name, "")

    result = _VARIABLE.sub(value, text)
    return None if unknown or not result else result
