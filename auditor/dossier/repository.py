"""What the dossier reads in a repository: documents, cards, and telling lines of code."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from ..discover import FileState, discover
from ..document import Document
from ..documents.declared import read_environment
from ..environment import Environment
from ..examine import read_source
from ..place import Place
from ..regex import regex
from ..source import Source
from .card import Card
from .fact import Support

_ASIDE = regex(r"(^|/)(tests?|testing|docs?|examples?|third_party|vendor)/", re.I)
_MOST_SUPPORT = 6
WEIGHTS = (
    ".safetensors .pt .pth .ckpt .bin .onnx .tflite .h5 .keras .npz .msgpack .gguf .mar .pb"
).split()


class Repository:
    """The files below a folder. Reading never fails: what cannot be read is empty."""

    def __init__(self, root: Path, exclude: Sequence[str] = ()) -> None:
        self.root = root.resolve()
        self.discovery = discover([self.root], current=self.root, exclude=exclude)
        self.states: Mapping[str, FileState] = {s.path: s for s in self.discovery.files}
        self._sources: dict[str, Source] = {}

    @cached_property
    def documents(self) -> Mapping[str, Document]:
        """Every file that is neither Python nor a notebook, by path."""
        return {
            path: Document(state)
            for path, state in self.states.items()
            if not (state.is_python or state.is_notebook)
        }

    @cached_property
    def environment(self) -> Environment:
        """What the environment files declare."""
        return read_environment(self.documents, self.discovery)

    def matching(self, *patterns: str, most: int = 20) -> list[str]:
        """Return paths whose name or path matches a shell pattern, shallow ones first."""
        folded = [pattern.lower() for pattern in patterns]
        found = [
            path
            for path, state in self.states.items()
            if any(
                fnmatch.fnmatchcase(state.name.lower(), pattern)
                or fnmatch.fnmatchcase(path.lower(), pattern)
                for pattern in folded
            )
        ]
        return sorted(found, key=lambda path: (path.count("/"), path))[:most]

    @cached_property
    def cards(self) -> list[Card]:
        """The README and the model cards, the one of the repository first."""
        paths = self.matching("readme.md", "model_card.md", "modelcard.md", "model-card.md", most=8)
        own = [path for path in paths if not _ASIDE.search(path)]
        return [Card.of(self.documents[path]) for path in own if path in self.documents]

    def text(self, path: str) -> str:
        """Return the text of a document; empty when there is none."""
        document = self.documents.get(path)
        return document.text if document is not None else ""

    def source(self, path: str) -> Source:
        """Return a Python file or notebook as text."""
        if path not in self._sources:
            self._sources[path] = read_source(path, self.states[path].absolute)
        return self._sources[path]

    @cached_property
    def code_paths(self) -> list[str]:
        """Python files and notebooks outside tests, docs and examples; all when none is left."""
        every = [p for p, state in self.states.items() if state.is_python or state.is_notebook]
        return [path for path in every if not _ASIDE.search(path)] or every

    def grep(self, words: Iterable[str], pattern: str, most: int = _MOST_SUPPORT) -> list[Support]:
        """Return the code lines that match, at most one a file and `most` in all.

        A file that holds none of `words` is passed over. Comment lines do not count.
        """
        wanted = tuple(words)
        compiled = re.compile(rf"^(?![ \t]*#)[^\n]*?(?:{pattern})", re.M)
        found: list[Support] = []
        for path in self.code_paths:
            source = self.source(path)
            if not any(word in source.text for word in wanted):
                continue
            if (match := compiled.search(source.text)) is None:
                continue
            line = source.text.count("\n", 0, match.start()) + 1
            text = source.text.split("\n", line)[line - 1].strip()
            found.append(Support(source.place(line, 1, line, 1 + len(text)), note=text[:120]))
            if len(found) == most:
                break
        return found

    def support(self, *paths: str) -> tuple[Support, ...]:
        """Return files as support, by their first line."""
        return tuple(Support(Place(path)) for path in paths)
