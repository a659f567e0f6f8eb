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
from ..usage.reach import Reach

FRAMEWORKS = ("torch", "tensorflow", "jax")
_IMPORTS = {
    "torch": regex(r"^[ \t]*(import|from) (torch|pytorch_lightning|lightning)\b", re.M),
    "tensorflow": regex(r"^[ \t]*(import|from) (tensorflow|keras)\b", re.M),
    "jax": regex(r"^[ \t]*(import|from) (jax|flax|haiku)\b", re.M),
}
#: What only code that trains says. An optimizer alone is also restored by programs that serve.
_TRAINS = {
    "torch": regex(r"\.backward\(|\bTrainer(\.from_argparse_args)?\(|optimizer\.step\("),
    "tensorflow": regex(r"\.(minimize|apply_gradients)\("),
    "jax": regex(r"value_and_grad\(|(?<![\w.])grad\(|\bjax\.grad\(|\bapply_(updates|gradients?)\("),
}
#: A Keras model is compiled before it is fitted; scikit-learn's are not.
_FITS = regex(r"\.fit(_generator)?\(")
_COMPILES = regex(r"(?<!\bre)\.compile\(")
#: A program that has training done by what it imports: `train(…)`, `trainer.train()`,
#: `agent.train(env)`; neither `model.train()` nor `train_loader(…)` nor `def train(self)`.
_STARTS = regex(
    r"(?<![.\w])(?<!def )train(?!\w*(test|data|load|set|transform|val|gen|split|iter|param|arg|"
    r"config|opt|able|ed))\w*\(|([Tt]rainer|[Ss]olver|[Rr]unner|[Ll]earner)\w*(\(\))?\.\w*"
    r"(train|fit)\w*\(|\.(train|fit|learn|run_training)\(\s*(?!\)|True|False)\S"
)
#: Words of a program that does its work, and what a file defines and calls.
_WORKS = regex(
    r"train|fit|learn|main|run|update|step|backward|epoch|optim|solve|launch|experiment|cli\(|\bapp\b",
    re.I,
)
_CLASS = regex(r"^class ", re.M)
_DEFINED = regex(r"^def (\w+)\(", re.M)
_CALLED = regex(r"(?<![.\w])(\w+)\(")
_TRAIN_FILE = regex(r"(^|/)train[^/]*\.py$")
_TRAINING_FILE = regex(r"(^|[/_])train(ing|er)?(_[^/]*)?\.py$")


#: A trainer that is made to test a model, and no other word of training.
_TRAINER = regex(r"\bTrainer(\.from_argparse_args)?\(")
_MEASURES = regex(r"\.(test|validate|predict|evaluate)\(")
_GOES_ON = regex(r"\.(fit|train|tune)\(\s*(?!False)|\.backward\(|optimizer\.step\(")
#: The same, of the trainer itself: a calibration beside it may be fitted as well.
_TRAINER_MEASURES = regex(r"trainer\w*\.(test|validate|predict|evaluate)\(")
_TRAINER_GOES_ON = regex(r"trainer\w*\.(fit|train|tune)\(|\.backward\(|optimizer\.step\(")
#: Programs that say by their name that they use a trained model, and what they say if they learn.
_USES = regex(r"(^|[/_])(predict(ion)?|infer(ence)?)(_[^/]*)?\.py$")
_GOES_ON_ANYHOW = regex(
    r"rainer\w*\.(fit|train|tune)\(|\.(backward|minimize|apply_gradients)\(|"
    r"optimi[sz]er\w*\.step\(|model\w*\.fit\(|value_and_grad"
)


#: What a file says that makes a finished network, to be used as it is.
_FREEZES = regex(r"\.eval\(\)")
_LOADS = regex(r"load_state_dict\(|torch\.load\(")
_LEARNS = regex(r"optim|\.train\(|\.backward\(|\.fit\(|Trainer|training")


def _only_measures(text: str) -> bool:
    if _TRAINER.search(text) and _TRAINER_MEASURES.search(text):
        return not _TRAINER_GOES_ON.search(text)
    return bool(_TRAINER.search(text) and _MEASURES.search(text)) and not _GOES_ON.search(text)


class Training:
    """Asks the files of a project whether they train; each file is read once."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self.project: Project = reach.project
        self._absolute = {state.path: state.absolute for state in self.project.discovery.files}
        self._sources: dict[str, Source] = {}
        self._with: dict[str, frozenset[str]] = {}
        self._programs: dict[str, list[str]] = {}
        self._idle: dict[str, frozenset[str]] = {}

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
                    (_TRAINS[framework].search(text) and not _only_measures(text))
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
        if entry.path not in self._programs:
            self._programs[entry.path] = self._program_trains(entry)
        return self._programs[entry.path]

    def _program_trains(self, entry: EntryPoint) -> list[str]:
        if _USES.search(entry.path) and not _GOES_ON_ANYHOW.search(self.text(entry.path)):
            return []
        if own := self.trains_with(entry.path):
            return [framework for framework in FRAMEWORKS if framework in own]
        text = self.text(entry.path)
        if not self.starts(entry) or _only_measures(text):
            return []
        count = Counter(f for path in self.reach.closure(entry) for f in self.trains_with(path))
        if not count and self.reach.finds_by_text and _TRAIN_FILE.search(entry.path):
            count = Counter(f for path in self.project.modules for f in self.trains_with(path))
        return sorted(count, key=lambda framework: (-count[framework], framework))

    def programs_for(self, path: str, framework: str) -> list[EntryPoint | None]:
        """Return the programs that train through what stands in a file; None for one not seen.

        A module that programs import may hold a small test of its own; they say how it runs. Where
        programs use a file and none of them trains, there are none.
        """
        reaching = self.reach.entries(path)
        others = [entry for entry in reaching if entry.path != path]
        found = [
            entry
            for entry in others or reaching
            if framework in self.program_trains(entry) and not self.tests_itself(entry)
        ]
        if others or found:
            found.sort(key=lambda entry: not self.starts(entry))
            return [*found]
        programs = self.project.entry_points
        is_open = not programs or any(
            framework in self.program_trains(program)
            for program in programs
            if self._may_import(program, path)
        )
        return [None] if is_open else []

    def idle(self, framework: str) -> frozenset[str]:
        """Return the programs that train nothing, and that none which trains imports."""
        if framework not in self._idle:
            programs = self.project.entry_points
            trained = [entry for entry in programs if framework in self.program_trains(entry)]
            reached = frozenset[str]().union(*(self.reach.closure(entry) for entry in trained))
            self._idle[framework] = frozenset(entry.path for entry in programs) - reached
        return self._idle[framework]

    def is_frozen(self, path: str, framework: str) -> bool:
        """Whether programs that train reach a file only through others that load a finished net."""
        entries = [entry.path for entry in self.programs_for(path, framework) if entry is not None]
        if not entries:
            return False
        stack, seen = [path], {path}
        while stack:
            at = stack.pop()
            if at in entries:
                return False
            if at != path and self._freezes(at):
                continue
            for above in self.reach.importers(at) - seen:
                seen.add(above)
                stack.append(above)
        return True

    def _freezes(self, path: str) -> bool:
        text = self.text(path)
        return bool(_FREEZES.search(text) and _LOADS.search(text)) and not _LEARNS.search(text)

    def _may_import(self, program: EntryPoint, path: str) -> bool:
        """Whether a program can find a file: it is in a package, or in a folder below its own."""
        folder = path.rpartition("/")[0]
        own = program.path.rpartition("/")[0]
        return (
            f"{folder}/__init__.py".lstrip("/") in self.project.modules
            or f"{folder}/".startswith(f"{own}/" if own else "")
            or program.kind == "console-script"
        )

    def tests_itself(self, entry: EntryPoint) -> bool:
        """Whether a program is a module with a test of its own: those that import it train."""
        if self.starts(entry):
            return False
        return self._only_tries(entry) or any(
            other.path != entry.path for other in self.reach.entries(entry.path)
        )

    def _only_tries(self, entry: EntryPoint) -> bool:
        """Whether all that a program does is to run once what it defines."""
        module = self.project.modules.get(entry.path)
        if module is None or module.main_line is None or module.acts:
            return False
        text = self.text(entry.path)
        block = "".join(text.splitlines(keepends=True)[module.main_line :])
        if _WORKS.search(block):
            return False
        defined = set(_DEFINED.findall(text))
        return bool(_CLASS.search(text)) and not any(
            name in defined for name in _CALLED.findall(block)
        )

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
