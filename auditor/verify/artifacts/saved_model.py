"""The graph of a TensorFlow SavedModel: functions, constants and signatures."""

from __future__ import annotations

from ...regex import regex
from . import wire
from .artifact_error import ArtifactError
from .content import Blob, Group, Node

_SAVER = regex(r"__inference__?traced_(?:save|restore)_")

_OBJECT_GRAPH = b"/.ATTRIBUTES/VARIABLE_VALUE"
"""What the constant that holds the object graph contains."""

ARBITRARY = "Keras and TensorFlow write it in the order of addresses in memory"


def read_saved_model(data: memoryview) -> Node:
    """Members by name, of the first meta graph.

    The object graph and the functions that save and restore variables are left out: their order
    changes with every export, and the variables themselves are compared by name.
    """
    graphs = [wire.parse(block) for block in wire.blocks(wire.parse(data), 2)]
    if not graphs:
        raise ArtifactError("not a SavedModel: it has no graph")
    members: dict[str, Node] = {}
    for i, meta in enumerate(graphs):
        graph = wire.parse(wire.message(meta, 2))
        library = wire.parse(wire.message(graph, 2))
        members[f"graph[{i}]"] = Group(
            "graph",
            {
                "constants": Group("constants", _constants(graph)),
                "functions": Group("functions", _functions(library)),
                "signatures": Group("signatures", _signatures(meta)),
            },
            volatile={"object graph and save functions": ARBITRARY},
        )
    return Group("SavedModel", members)


def _constants(graph: wire.Fields) -> dict[str, Node]:
    nodes = [wire.parse(block) for block in wire.blocks(graph, 1)]
    raw = wire.blocks(graph, 1)
    return {
        wire.text(node, 1): Blob(block)
        for node, block in zip(nodes, raw, strict=True)
        if wire.text(node, 2) == "Const" and _OBJECT_GRAPH not in bytes(block)
    }


def _functions(library: wire.Fields) -> dict[str, Node]:
    members: dict[str, Node] = {}
    for block in wire.blocks(library, 1):
        name = wire.text(wire.parse(wire.message(wire.parse(block), 1)), 1)
        if not _SAVER.match(name):
            members[name] = Blob(block)
    return dict(sorted(members.items()))


def _signatures(meta: wire.Fields) -> dict[str, Node]:
    entries = [wire.parse(block) for block in wire.blocks(meta, 5)]
    return {wire.text(entry, 1): Blob(wire.message(entry, 2)) for entry in entries}
