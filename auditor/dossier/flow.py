"""Which licences flow into the release: from base models, datasets and code."""

from __future__ import annotations

from dataclasses import dataclass

from .assets import assets
from .licence import licences
from .repository import Repository
from .view import said


@dataclass(frozen=True, slots=True)
class Node:
    """A model, dataset or the release; `licence` is empty when it is not written here."""

    name: str
    kind: str
    licence: str
    where: str


@dataclass(frozen=True, slots=True)
class Flow:
    """Everything that flows into the release, and the release."""

    sources: tuple[Node, ...]
    release: Node


def licence_flow(repository: Repository, most: int = 12) -> Flow:
    """Return what the release is made of, as far as code and cards name it."""
    found: dict[tuple[str, str], Node] = {}
    for card in repository.cards:
        for kind, key in (("model", "base_model"), ("dataset", "datasets")):
            for name in filter(None, said(card.metadata.get(key)).split(", ")):
                node = Node(name, kind, "", str(card.key_place(key)))
                found.setdefault((kind, name), node)
    for asset in assets(repository):
        node = Node(asset.name, asset.kind, "", str(asset.place))
        found.setdefault((asset.kind, asset.name), node)
    own = licences(repository)
    release = Node(
        repository.root.name,
        "release",
        ", ".join(dict.fromkeys(item.says for item in own)),
        str(own[0].place) if own else "",
    )
    return Flow(tuple(list(found.values())[:most]), release)
