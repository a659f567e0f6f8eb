"""Model, dataset and application cards: front matter, and sections with their headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from ..document import Document
from ..place import Place
from ..regex import regex
from .structured import LineTable, array, line_of, read_yaml

#: Cards are read up to here; what a card says stands at its beginning.
MAX_CARD_CHARACTERS = 2_000_000

_MODEL_NAME = regex(r"^(?:[\w.-]*[_-])?model[_-]?card[\w.-]*\.(?:md|markdown|rst|txt)$", re.I)
_DATA_NAME = regex(
    r"^(?:[\w.-]*[_-])?(?:data(?:set)?[_-]?card[\w.-]*|data[_-]?sheet|datasheet[\w.-]*)"
    r"\.(?:md|markdown|rst|txt)$",
    re.I,
)
_CARD_FOLDER = regex(r"(?:^|/)model[_-]?cards/[^/]+\.md$", re.I)
_README = regex(r"^readme(?:\.(?:md|markdown|rst|txt))?$", re.I)
_DATA_KEYS = frozenset(
    "annotations_creators configs dataset_info language_creators size_categories source_datasets "
    "task_categories task_ids train-eval-index pretty_name".split()
)
_MODEL_KEYS = frozenset(
    "base_model base_model_relation library_name pipeline_tag datasets metrics model-index "
    "co2_eq_emissions inference new_version".split()
)
_HUB_KEYS = _DATA_KEYS | _MODEL_KEYS | {"license", "license_name", "license_link", "sdk"}
_HEADING = regex(r"^(#{1,6})\s+(.+?)\s*#*\s*$")
_FENCE = regex(r"^\s*(```|~~~)")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it, up to the next heading of its level or above."""

    title: str
    level: int
    line: int
    text: str

    @property
    def key(self) -> str:
        """The heading in lower case, letters and single spaces only."""
        return folded_heading(self.title)

    @property
    def prose(self) -> str:
        """The text without headings, comments and blank lines."""
        bare = re.sub(r"<!--.*?-->", "", self.text, flags=re.S)
        lines = [line.strip() for line in bare.split("\n")]
        return "\n".join(line for line in lines if line and not line.startswith("#"))


@dataclass(frozen=True, slots=True)
class Card:
    """A card. `kind`: `model`, `dataset`, `space`, `hub` (front matter of either), `readme`."""

    document: Document
    kind: str
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    sections: tuple[Section, ...] = ()
    problem: str | None = None

    @property
    def path(self) -> str:
        """The path of the file."""
        return self.document.path

    @property
    def text(self) -> str:
        """The text that was read."""
        return self.document.text[:MAX_CARD_CHARACTERS]

    @property
    def has_metadata(self) -> bool:
        """Whether front matter of the hub kind was read."""
        return bool(self.metadata)

    def values(self, key: str) -> list[str]:
        """Return a metadata entry as a list of texts; a single text is a list of one."""
        return list(_texts(self.metadata.get(key)))

    def value(self, key: str) -> str:
        """Return a metadata entry that is one text, else an empty one."""
        found = self.values(key)
        return found[0] if len(found) == 1 else ""

    def place(self, value: Any = None, key: str = "") -> Place:
        """Return the place of a metadata value, of a key's line, or of the first line."""
        line = line_of(value, 0)
        if not line and key:
            line = self._line_of_key(key)
        return self.document.place(line or 1)

    def _line_of_key(self, key: str) -> int:
        for number, line in enumerate(self.document.lines[:400], 1):
            if line.startswith((f"{key}:", f'"{key}":', f"'{key}':")):
                return number
        return 1

    def section(self, titles: frozenset[str]) -> Section | None:
        """Return the first section whose folded heading is one of these."""
        return next((section for section in self.sections if section.key in titles), None)


def folded_heading(title: str) -> str:
    """Fold a heading: links to their text, no emphasis, numbers or punctuation, lower case."""
    bare = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)
    bare = re.sub(r"<[^>]+>", " ", bare)
    return " ".join(re.findall(r"[^\W\d_]+", bare.lower()))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value and value not in {"null", "~"}:
            yield value
    else:
        for item in array(value):
            yield from _texts(item)


def is_readme(name: str) -> bool:
    """Whether a file name is a README."""
    return bool(_README.match(name))


def is_card_name(name: str) -> bool:
    """Whether a file name is that of a card, whatever stands in it."""
    return bool(_MODEL_NAME.match(name) or _DATA_NAME.match(name))


def read_card(document: Document) -> Card | None:
    """Read a README or a card by name. None when it is neither, or a template to be filled."""
    name = document.name
    named = "model" if _MODEL_NAME.match(name) else "dataset" if _DATA_NAME.match(name) else ""
    if _CARD_FOLDER.search(document.path):
        named = "model"
    if not named and not is_readme(name):
        return None
    text = document.text[:MAX_CARD_CHARACTERS]
    if "template" in document.path.lower() or "{{" in text[:5000] or "{%" in text[:5000]:
        return None
    metadata, body_line, problem = _front_matter(text)
    kind = named or _kind(metadata)
    if kind == "readme":
        metadata = LineTable()
    return Card(document, kind, metadata, tuple(_sections(text, body_line)), problem)


def _kind(metadata: Mapping[str, Any]) -> str:
    keys = set(metadata)
    if keys.isdisjoint(_HUB_KEYS):
        return "readme"
    if "sdk" in keys:
        return "space"
    if not keys.isdisjoint(_DATA_KEYS) and keys.isdisjoint(_MODEL_KEYS):
        return "dataset"
    return "hub" if keys.isdisjoint(_MODEL_KEYS) else "model"


def _front_matter(text: str) -> tuple[LineTable, int, str | None]:
    """Return the metadata, the line where the body begins, and what is wrong with them."""
    lines = text.split("\n", 3000)
    if not lines or lines[0].rstrip() != "---":
        return LineTable(), 1, None
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        return LineTable(), 1, None
    # The first line stays, so that the lines of the values are those of the file.
    source = "\n".join(["", *lines[1:end]])
    try:
        value = read_yaml(source)[0]
    except RecursionError:
        return LineTable(), end + 2, "its front matter refers to itself"
    except (ValueError, yaml.YAMLError) as error:
        problem = getattr(error, "problem", None) or str(error).split("\n", 1)[0]
        return LineTable(), end + 2, f"its front matter is not YAML: {problem}"
    if value is None:
        return LineTable(), end + 2, None
    if not isinstance(value, LineTable):
        return LineTable(), end + 2, "its front matter is no table"
    return value, end + 2, None


def _sections(text: str, first_line: int) -> Iterator[Section]:
    lines = text.split("\n")
    headings = list(_headings(lines, first_line))
    for at, (line, level, title) in enumerate(headings):
        stop = next(
            (later for later, other, _ in headings[at + 1 : at + 200] if other <= level),
            len(lines) + 1,
        )
        yield Section(title, level, line, "\n".join(lines[line : min(stop - 1, line + 4000)]))


def _headings(lines: list[str], first_line: int) -> Iterator[tuple[int, int, str]]:
    fence = ""
    for number in range(first_line, min(len(lines), 200_000) + 1):
        line = lines[number - 1]
        if match := _FENCE.match(line):
            fence = "" if fence == match[1] else fence or match[1]
        elif not fence and line.startswith("#") and (heading := _HEADING.match(line)):
            yield number, len(heading[1]), heading[2]
        elif (
            not fence
            and number > first_line
            and len(line) >= 3
            and line.rstrip() in {"=" * len(line.rstrip()), "-" * len(line.rstrip())}
            and (title := lines[number - 2].strip())
            and not title.startswith(("|", "-", "*", ">"))
            and len(title) < 120
        ):
            yield number - 1, 1 if line[0] == "=" else 2, title
