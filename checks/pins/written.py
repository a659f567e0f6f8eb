"""Models and datasets that a file itself writes or publishes, and may load again."""

from __future__ import annotations

import ast
from weakref import WeakKeyDictionary

from ...auditor.file import File, Site

_WRITERS = frozenset(
    "push_to_hub save_pretrained save_pretrained_merged push_to_hub_merged save_model "
    "save_to_hub create_repo upload_folder upload_file save_to_disk makedirs mkdir".split()
)
_PUBLISHERS = ("push_to_hub", "upload_folder", "upload_file", "save_to_hub")
#: Keywords of training arguments that name where results go.
_TARGETS = frozenset("output_dir hub_model_id hub_dataset_id save_directory save_path".split())
_WRITTEN: WeakKeyDictionary[File, frozenset[str]] = WeakKeyDictionary()


def is_written_here(site: Site, name: str) -> bool:
    """Whether the same file saves under that name, or publishes a repository so called."""
    text = site.file.source.text
    if not any(word in text for word in (*_WRITERS, *_TARGETS)):
        return False
    if site.file not in _WRITTEN:
        _WRITTEN[site.file] = frozenset(_targets(site.file))
    written = _WRITTEN[site.file]
    if name in written:
        return True
    # A trainer publishes `output_dir` below the account of whoever is logged in.
    publishes = any(word in text for word in _PUBLISHERS)
    own = {target.rstrip("/").rpartition("/")[2] for target in written}
    return publishes and name.rpartition("/")[2] in own


def _targets(file: File) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.Call):
            continue
        func = node.func
        last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
        writes = last in _WRITERS
        named = [
            item.value
            for item in node.keywords
            if item.arg in _TARGETS or (writes and item.arg in {"repo_id", "repo_name"})
        ]
        if writes:
            named += node.args[:1]
        for value in named:
            known = file.values.constant(value, file.scope_of(node))
            if known is not None and isinstance(known.value, str) and known.value:
                found.add(known.value)
    return found
