"""The cards of a project, the weights that it ships, and what its documents say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ...auditor.discover import FileState
from ...auditor.document import Document
from ...auditor.documents.cards import Card, Section, is_readme, read_card
from ...auditor.entrypoints import is_test_path
from ...auditor.project import Project
from ...auditor.regex import regex
from ..data.tables import section_titles
from ..per_project import below_top, per_project, top

_WEIGHTS = regex(
    r"\.(?:safetensors|pt|pth|ckpt|h5|keras|onnx|gguf|tflite|caffemodel|params|msgpack)$"
    r"|(?:^|/)(?:pytorch_model|tf_model|adapter_model|diffusion_pytorch_model|flax_model)[\w.-]*"
    r"\.(?:bin|h5|msgpack|safetensors)$",
    re.I,
)
_FIXTURE = regex(
    r"(?:^|/)(?:test[\w-]*|fixtures?|testdata|assets|dummy|mocks?|third_party|vendor)(?:/|$)", re.I
)
#: Smaller weight files are samples and fixtures.
MIN_WEIGHT_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Cards:
    """The cards and READMEs of a project, tests and documentation left out."""

    all: tuple[Card, ...]
    #: The scanned folder below the root, with a slash at its end; or empty.
    top: str = ""

    def depth(self, card: Card) -> int:
        """Return how many folders lie between the scanned folder and a card."""
        return card.path.removeprefix(self.top).count("/")

    @property
    def hub(self) -> tuple[Card, ...]:
        """Those with front matter of the hub."""
        return tuple(card for card in self.all if card.has_metadata)

    @property
    def models(self) -> tuple[Card, ...]:
        """Model cards, by name or by front matter."""
        return tuple(card for card in self.all if card.kind in {"model", "hub"})

    @property
    def readme(self) -> Card | None:
        """The README at the root."""
        return next(
            (c for c in self.all if not self.depth(c) and is_readme(c.document.name)),
            None,
        )

    def section(self, kind: str) -> tuple[Card, Section] | None:
        """Return the first section of a kind that says something for the whole project.

        That is in a card, or in a README at the root or in the folder of a package below it.
        """
        titles = section_titles(kind)
        for card in self.all:
            if card.kind == "readme" and self.depth(card) > 1:
                continue
            section = card.section(titles)
            if section is not None and len(section.prose) >= 40:
                return card, section
        return None

    def says(self, pattern: re.Pattern[str]) -> Card | None:
        """Return the first card whose text holds the pattern."""
        return next((card for card in self.all if pattern.search(card.text)), None)


def in_folder(cards: Iterable[Card], folder: str) -> list[Card]:
    """Return the cards that stand in exactly this folder."""
    return [card for card in cards if card.path.rpartition("/")[0] == folder]


@per_project
def project_cards(project: Project) -> Cards:
    """Read every card and README of the project."""
    found: list[Card] = []
    for path, document in project.documents.items():
        if is_test_path(path) or "node_modules/" in path:
            continue
        card = read_card(document)
        if card is not None:
            found.append(card)
    found.sort(key=lambda card: (card.path.count("/"), card.path))
    return Cards(tuple(found), top(project))


@per_project
def shipped_weights(project: Project) -> tuple[FileState, ...]:
    """Return the weight files in the tree, fixtures left out."""
    return tuple(
        state
        for state in project.discovery.files
        if _WEIGHTS.search(state.path)
        and not _FIXTURE.search(below_top(project, state.path))
        and (state.size >= MIN_WEIGHT_BYTES or _is_pointer(project.documents.get(state.path)))
    )


def _is_pointer(document: Document | None) -> bool:
    """Whether a file stands for one in Git LFS."""
    return (
        document is not None
        and document.state.size < 1000
        and document.data.startswith(b"version https://git-lfs")
    )


_NAME = regex(r"^[ \t]*name\s*=\s*[\"']?([\w.-]+)[\"']?[ \t]*,?[ \t]*$", re.M)


@per_project
def project_names(project: Project) -> frozenset[str]:
    """Return the distribution names in packaging metadata of the root and the folders below it."""
    found: set[str] = set()
    for path, document in project.documents.items():
        shallow = below_top(project, path).count("/") <= 1
        if shallow and document.name in {"pyproject.toml", "setup.cfg"}:
            found |= set(_NAME.findall(document.text[:100_000])[:1])
    for state in project.discovery.files:
        if state.name == "setup.py" and below_top(project, state.path).count("/") <= 1:
            file = project.file(state.path)
            text = file.source.text if file is not None else ""
            found |= set(re.findall(r"\bname\s*=\s*[\"']([\w.-]+)[\"']", text)[:1])
    return frozenset(re.sub(r"[._]", "-", name.lower()) for name in found)


@per_project
def own_packages(project: Project) -> frozenset[str]:
    """Return the top-level packages of the root, when the root is named like one of them."""
    name = (project.root / top(project)).name
    return frozenset({name} if f"{top(project)}{name}/__init__.py" in project.modules else ())
