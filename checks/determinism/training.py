"""Which programs train, with what, and where they begin."""

from __future__ import annotations

import re
from collections import Counter

from ...auditor.entrypoints import EntryPoint
from ...auditor.examine import read_source
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.source import Source
from .reach import Reach

FRAMEWORKS = ("torch", "tensorflow", "jax")
_IMPORTS = {
    "torch": regex(r"^[ \t]*(import|from) (torch|pytorch_lightning|lightning)\b", re.M),
    "tensorflow": regex(r"^[ \t]*(import|from) (tensorflow|keras)\b", re.M),
    "jax": regex(r"^[ \t]*(import|from) (jax|flax|haiku)\b", re.M),
}
#: What only code that trains says. An optimizer alone is also restored by programs that serve.
_TRAINS = {
    "torch": regex(r"\.backward\(|\bTrainer\(|optimizer\.step\("),
    "tensorflow": regex(r"\.(minimize|apply_gradients)\("),
    "jax": regex(r"value_and_grad\(|(?<![\w.])grad\(|\bjax\.grad\(|\bapply_(updates|gradients?)\("),
}
#: A Keras model is compiled before it is fitted; scikit-learn's are not.
_FITS = regex(r"\.fit(_generator)?\(")
_COMPILES = regex(r"(?<!\bre)\.compile\(")
#: A program that has training done by what it imports: `train(…)`, `trainer.train()`,
#: `agent.train(env)`; neither `model.train()` nor `train_loader(…)`.
_STARTS = regex(
    r"(?<![.\w])train(?!\w*(test|data|load|set|transform|val|gen|split|iter|param|arg|config|opt|"
    r"able|ed))\w*\(|([Tt]rainer|[Ss]olver|[Rr]unner|[Ll]earner)\w*(\(\))?\.\w*(train|fit)\w*\(|\.(train|fit|learn)\(\s*(?!\)|True|"
    r"False)\S"
)
_TRAINING_FILE = regex(r"(^|[/_])train(ing|er)?(_[^/]*)?\.py$")


class Training:
    """Asks the files of a project whether they train; each file is read once."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self.project: Project = reach.project
        self._absolute = {state.path: state.absolute for state in self.project.discovery.files}
        self._sources: dict[str, Source] = {}
        self._with: dict[str, frozenset[str]] = {}

    def text(self, path: str) -> str:
        """Return the code of a file; of a notebook that of its cells."""
        return self._source(path).text if path in self._absolute else ""

    def _source(self, path: str) -> Source:
        if path not in self._sources:
            self._sources[path] = read_source(path, self._absolute[path])
        return self._sources[path]

    def trains_with(self, path: str) -> frozenset[str]:
        """Return the frameworks with which a file trains by itself."""
        if path not in self._with:
            text = self.text(path)
            self._with[path] = frozenset(
                framework
                for framework in FRAMEWORKS
                if any(_IMPORTS[framework].search(self.text(p)) for p in self._near(path))
                and (
                    _TRAINS[framework].search(text)
                    or (framework == "tensorflow" and self._fits(path, text))
                )
            )
        return self._with[path]

    def _fits(self, path: str, text: str) -> bool:
        """Whether a file fits a model of Keras, which it or a file that it imports compiles."""
        return bool(_FITS.search(text)) and any(
            _COMPILES.search(self.text(near)) for near in self._near(path)
        )

    def _near(self, path: str) -> tuple[str, ...]:
        """Return a file and those that it imports directly."""
        return (path, *sorted(self.reach.imported_by(path)))

    def program_trains(self, entry: EntryPoint) -> list[str]:
        """Return the frameworks with which a program trains, the most used one first.

        It does so itself, or starts what its imports do.
        """
        if own := self.trains_with(entry.path):
            return [framework for framework in FRAMEWORKS if framework in own]
        if not self.starts(entry):
            return []
        count = Counter(f for path in self.reach.closure(entry) for f in self.trains_with(path))
        return sorted(count, key=lambda framework: (-count[framework], framework))

    def starts(self, entry: EntryPoint) -> bool:
        """Whether a program says, by its name or by a call, that it trains."""
        return bool(_TRAINING_FILE.search(entry.path) or _STARTS.search(self.text(entry.path)))

    def begins(self, entry: EntryPoint, framework: str) -> Place:
        """Return where a program begins, or, where it has no such line, imports the framework.

        That is where a switch belongs.
        """
        match = _IMPORTS[framework].search(self.text(entry.path))
        if entry.kind not in {"script", "notebook"} or match is None:
            return entry.place
        line = self.text(entry.path).count("\n", 0, match.start()) + 1
        return self._source(entry.path).place(line, 1, line, 1)
