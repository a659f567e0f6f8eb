"""Models and datasets that the code names: read from constants, never fetched."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..place import Place
from ..regex import regex
from ..source import parse
from .repository import Repository

_MODEL_CALLS = frozenset(("from_pretrained", "snapshot_download", "hf_hub_download"))
#: Classes whose `from_pretrained` brings no weights.
_NO_WEIGHTS = ("Tokenizer", "TokenizerFast", "Processor", "Config", "FeatureExtractor")
_DATA_CALLS = frozenset(("load_dataset",))
_TORCHVISION = frozenset(
    (
        "MNIST FashionMNIST KMNIST EMNIST CIFAR10 CIFAR100 SVHN STL10 ImageNet CelebA "
        "CocoDetection CocoCaptions Cityscapes VOCDetection VOCSegmentation Omniglot "
        "Food101 Flowers102 LSUN "
        "Kinetics UCF101 Places365"
    ).split()
)
_WORDS = (*_MODEL_CALLS, *_DATA_CALLS, "torchvision", "load_data", "tfds")
#: What a file must hold outside its docstrings to be worth parsing: a call that names something.
_NAMING = regex(
    rf"\b(?:{'|'.join(sorted(_MODEL_CALLS | _DATA_CALLS))})\s*\((?:\s*[\"']|[^()]*\brepo_id\s*=)"
    rf"|\bdatasets\s*\.\s*(?:{'|'.join(sorted(_TORCHVISION))})\b|\bload_data\s*\(|\btfds\s*\.\s*load\b"
)
_DOCSTRING = regex(r"(\"\"\"|\'\'\').*?\1", re.S)


@dataclass(frozen=True, slots=True)
class Asset:
    """A model or dataset by the name that the code gives it. `revision` is empty when not given."""

    kind: str
    name: str
    place: Place
    revision: str = ""
    via: str = ""


@lru_cache(maxsize=1)
def assets(repository: Repository, most: int = 200) -> tuple[Asset, ...]:
    """Return the named assets of a repository's code, each name once, in the order of paths."""
    found: dict[tuple[str, str], Asset] = {}
    for path in repository.code_paths:
        source = repository.source(path)
        if not _names_something(source.text):
            continue
        try:
            tree = parse(source.text)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                for kind, name in _named(node):
                    place = source.place(node.lineno, 1, node.lineno, 1)
                    asset = Asset(kind, name, place, _revision(node), _last(node.func))
                    found.setdefault((kind, name), asset)
        if len(found) >= most:
            break
    return tuple(found.values())[:most]


def _names_something(text: str) -> bool:
    if not any(word in text for word in _WORDS):
        return False
    return _NAMING.search(text) is not None and bool(_NAMING.search(_DOCSTRING.sub("", text)))


def _named(node: ast.Call) -> Iterator[tuple[str, str]]:
    last = _last(node.func)
    owner = _last(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    first = _text(node.args[0]) if node.args else ""
    if last in _MODEL_CALLS and not owner.endswith(_NO_WEIGHTS):
        first = first or next((_text(k.value) for k in node.keywords if k.arg == "repo_id"), "")
        dataset = any(k.arg == "repo_type" and _text(k.value) == "dataset" for k in node.keywords)
        if _is_name(first):
            yield ("dataset" if dataset else "model"), first
    elif (
        last in _DATA_CALLS and _is_name(first) and first not in {"json", "csv", "text", "parquet"}
    ):
        yield "dataset", first
    elif last in _TORCHVISION and owner == "datasets":
        yield "dataset", f"torchvision {last}"
    elif last == "load_data" and isinstance(node.func, ast.Attribute):
        above = node.func.value
        if isinstance(above, ast.Attribute) and _last(above.value) == "datasets":
            yield "dataset", f"keras {above.attr}"
    elif last == "load" and owner == "tfds" and first:
        yield "dataset", f"tfds {first}"


def _is_name(text: str) -> bool:
    return 0 < len(text) < 120 and not text.startswith((".", "/", "~")) and " " not in text


def _revision(node: ast.Call) -> str:
    return next((_text(k.value) for k in node.keywords if k.arg == "revision"), "")


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
