"""Data sets that a project uses: what its programs collected, its configurations and its cards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...auditor.document import Document
from ...auditor.entrypoints import is_test_path
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.regex import regex
from ..cards.reading import project_cards
from ..per_project import per_project
from .named import dataset_of, gate_words, maybe_dataset_of, short_name_in, short_names
from .references import is_data_key

_CONFIGS = (".yaml", ".yml", ".json", ".toml", ".cfg", ".ini", ".gin", ".sh", ".bash", ".slurm")
_CONFIG_LINE = regex(r"^\s*(?:-\s+)?[\"']?([\w.-]+)[\"']?\s*[:=]\s*[\"']?([^\"'#,\s]+)[\"']?")
_FLAG = regex(r"--?([A-Za-z][\w-]*)[= ]+[\"']?([^\s\"'\\]+)")
_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class DatasetReference:
    """A data set that is used: its id, the text that names it, where, and how."""

    id: str
    text: str
    place: Place
    how: str


def dataset_references(facts: list[Any], project: Project) -> list[DatasetReference]:
    """Join what the workers collected with configurations and card metadata."""
    used = [fact for fact in facts if not (fact[4] and _is_left_over(project, fact[2], fact[4]))]
    found = [*(DatasetReference(*fact[:4]) for fact in used), *_elsewhere(project)]
    return [use for use in found if use.how == "call" or _is_clear(project, use)]


def _is_clear(project: Project, use: DatasetReference) -> bool:
    """Whether a text names the data set in full, or in short where a document says which it is."""
    if dataset_of(use.text) is not None or (short := short_name_in(use.text)) is None:
        return True
    full = short_names()[short][1].replace("-", r"[\s_-]?")
    return project_cards(project).says(re.compile(rf"\b{full}\b", re.I)) is not None


def _is_left_over(project: Project, place: Place, names: Sequence[str]) -> bool:
    """Whether other files import a module, but never a constant of it: a relic of copied code."""
    importers = 0
    for path, module in project.modules.items():
        for item in module.imports:
            if project.links.path_of(f"{item.module}.{item.name}", path) == place.path:
                return False
            if path != place.path and project.links.path_of(item.module, path) == place.path:
                if item.star or not item.name or item.name in names:
                    return False
                importers += 1
    return importers > 0


@per_project
def _elsewhere(project: Project) -> tuple[DatasetReference, ...]:
    found: list[DatasetReference] = []
    for card in project_cards(project).hub:
        for value in card.values("datasets"):
            if (identifier := dataset_of(value)) is not None:
                place = card.place(value, "datasets")
                found.append(DatasetReference(identifier, value, place, "card"))
    words = sorted({word.lower().encode() for word in gate_words()})
    for path, document in project.documents.items():
        if (
            path.endswith(_CONFIGS)
            and document.state.size <= _MAX_BYTES
            and not is_test_path(path)
            and _holds(document.data.lower(), words)
        ):
            found += _in_document(document)
    return tuple(found)


def _holds(data: bytes, words: Sequence[bytes]) -> bool:
    return any(word in data for word in words)


#: Keys of configurations that name a class to build.
_TARGET_KEYS = frozenset({"target", "_target_"})
_SPLIT = regex(r"(?:Train|Training|Val|Valid|Validation|Test|Dataset|Base|SR\w*)+$")


def _class_of_data(dotted: str) -> str | None:
    """Return the data set that a class below a package of data is named for."""
    if not re.search(r"\.(?:data|datasets?)\.", dotted):
        return None
    return dataset_of(_SPLIT.sub("", dotted.rsplit(".", 1)[-1]))


def _in_document(document: Document) -> Iterator[DatasetReference]:
    is_script = document.path.endswith((".sh", ".bash", ".slurm"))
    for number, line in enumerate(document.lines, 1):
        if len(line) > 2000 or line.lstrip().startswith(("#", ";", "//")):
            continue
        pairs = [(match[1], match[2]) for match in _FLAG.finditer(line)] if is_script else []
        if (match := _CONFIG_LINE.match(line)) is not None:
            pairs.append((match[1], match[2]))
        for key, value in pairs:
            if key in _TARGET_KEYS and (identifier := _class_of_data(value)) is not None:
                yield DatasetReference(identifier, value, document.place(number), "config")
                break
            if is_data_key(key) and (identifier := maybe_dataset_of(value)) is not None:
                yield DatasetReference(identifier, value, document.place(number), "config")
                break
