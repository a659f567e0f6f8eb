"""SEED010: a seed that the user may give and nobody reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.finding import Finding, Severity
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import Prediction, ProjectRule
from ...auditor.walk import Known
from .acts import Draw
from .survey import Surveyed, survey
from .vocabulary import learns

_SEED_NAME = regex(r"^(\w+_|manual)?seed$|^(random|rng)_state$", re.I)


class DeadSeedOption(ProjectRule):
    """A program declares a seed option, or a seed constant, that nothing reads.

    ## What it does
    Looks for options named like a seed that a program's parser declares, and for constants named
    SEED in its own file, and for any use of them in the files that the program goes through.
    Options handed on as a whole (`vars(args)`, `**config`) count as used. A program that draws
    nothing is told only with `--pedantic`.

    ## Why is this bad?
    `--seed 1` and `--seed 2` do the same, and neither repeats.

    ## Use instead
    Hand the value to every seeder, or remove the option.
    """

    code = "SEED010"
    name = "dead-seed-option"
    severity = Severity.WARNING
    predicts = (Prediction("unseeded-rng"),)
    bad = (
        Example(
            "import argparse\n"
            "import torch as t\n"
            "parser = argparse.ArgumentParser()\n"
            "parser.add_argument('--seed', type=int, default=1)  # <-\n"
            "parser.add_argument('--rate', type=float, default=0.1)\n"
            "args = parser.parse_args()\n"
            "print(t.zeros(1) * args.rate)\n"
        ),
        Example(
            "import argparse\n"
            "import numpy as np\n"
            "from torchvision import models\n"
            "np.random.seed(0)\n"
            "names = sorted(models.__dict__)\n"
            "parser = argparse.ArgumentParser()\n"
            "parser.add_argument('--seed', type=int)  # <-\n"
            "args = parser.parse_args()\n"
            "print(np.random.normal(size=3))\n"
        ),
        Example("import random\nSEED = 42  # <-\nrows = random.sample(range(9), 3)\nprint(rows)\n"),
        Example(
            "import click\n"
            "@click.command()\n"
            "@click.option('--seed', default=0, type=int)  # <-\n"
            "@click.option('--size', default=3, type=int)\n"
            "def main(seed, size):\n"
            "    print(size)\n"
            "if __name__ == '__main__':\n"
            "    main()\n"
        ),
    )
    good = (
        Example(
            "import argparse\n"
            "import torch\n"
            "parser = argparse.ArgumentParser()\n"
            "parser.add_argument('--seed', type=int, default=1)\n"
            "args = parser.parse_args()\n"
            "torch.manual_seed(args.seed)\n"
        ),
        Example(
            "import argparse\n"
            "from work import run\n"
            "parser = argparse.ArgumentParser()\n"
            "parser.add_argument('--seed', type=int, default=1)\n"
            "run(**vars(parser.parse_args()))\n",
            files=(("work.py", "import random\ndef run(seed):\n    random.seed(seed)\n"),),
        ),
        Example("import random\nSEED = 42\nrandom.seed(SEED)\nprint(random.random())\n"),
        Example(
            "import click\n"
            "from work import run\n"
            "@click.command()\n"
            "@click.option('--seed', default=0, type=int)\n"
            "def main(**options):\n"
            "    run(**options)\n"
            "if __name__ == '__main__':\n"
            "    main()\n"
        ),
        Example(
            "import random\n"
            "from absl import app, flags\n"
            "NUMBER = flags.DEFINE_integer('seed', 3, 'of the run')\n"
            "def main(_):\n"
            "    random.seed(NUMBER.value)\n"
            "    print(random.random())\n"
            "if __name__ == '__main__':\n"
            "    app.run(main)\n"
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        for item in survey(project):
            if not self._is_candidate(project, item):
                continue
            files = [file for path in item.walk.paths if (file := project.file(path)) is not None]
            handed = any(_hands_on(file) or _takes_all(file) for file in files)
            if not item.walk.complete or handed:
                continue
            for finding in (*self._options(item, files), *self._constants(item, files)):
                # Where nothing draws, the option hides nothing.
                yield finding.doubted(not _draws(item))

    @staticmethod
    def _is_candidate(project: Project, item: Surveyed) -> bool:
        """Whether the program declares a seed at all; most do not, or read it plainly."""
        own = project.file(item.entry.path)
        if own is None:
            return False
        names = {name for name in item.walk.options if _SEED_NAME.match(name)}
        for node in own.tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                names |= {node.targets[0].id} if _SEED_NAME.match(node.targets[0].id) else set()
        return bool(names - _read_names(own))

    def _options(self, item: Surveyed, files: list[File]) -> Iterator[Finding]:
        for name, value in item.walk.options.items():
            place = value.origin.place if isinstance(value, Known) and value.origin else None
            if not _SEED_NAME.match(name) or place is None or place.path != item.entry.path:
                continue
            names = {name, *_holders_of(files, place)}
            if not any(names & _read_names(file) for file in files):
                yield self.finding(
                    place,
                    f"the option {name} is declared and never read: giving it changes nothing",
                    help="hand it to the seeders at the start of the program, or remove it",
                    entry_point=item.entry.path,
                )

    def _constants(self, item: Surveyed, files: list[File]) -> Iterator[Finding]:
        own = next((file for file in files if file.path == item.entry.path), None)
        for node in own.tree.body if own is not None else []:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=int())):
                    if _SEED_NAME.match(name) and not any(name in _read_names(f) for f in files):
                        assert own is not None
                        yield self.finding(
                            own.place(node),
                            f"the constant {name} is never read: nothing is seeded with it",
                            help="hand it to the seeders at the start of the program, or remove it",
                            entry_point=item.entry.path,
                        )
                case _:
                    pass


def _draws(item: Surveyed) -> bool:
    """Whether a program draws, or learns, as a model that a configuration names may do."""
    return any(isinstance(act, Draw) for act in item.acts) or any(map(learns, item.walk.events))


def _holders_of(files: list[File], place: Place) -> list[str]:
    """Return the names that hold a declared option itself: `SEED = flags.DEFINE_integer(…)`."""
    return [
        target.id
        for file in files
        if file.path == place.path
        for node in file.tree.body
        if isinstance(node, ast.Assign) and file.place(node.value) == place
        for target in node.targets
        if isinstance(target, ast.Name)
    ]


@lru_cache(maxsize=512)
def _read_names(file: File) -> frozenset[str]:
    """Return the names that a file reads: as names, attributes or keys.

    What is called is no option: `np.random.seed(0)` does not read `seed`.
    """
    found: set[str] = set()
    called: set[int] = set()
    # A call comes before what it calls.
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call):
            called.add(id(node.func))
        match node:
            case ast.Name() | ast.Attribute() if id(node) in called:
                pass
            case ast.Name(ctx=ast.Load()):
                found.add(node.id)
            case ast.Attribute(ctx=ast.Load()):
                found.add(node.attr)
            case ast.Subscript(slice=ast.Constant(value=str() as key)):
                found.add(key)
            case ast.Call(
                func=ast.Attribute(attr="get"), args=[ast.Constant(value=str() as key), *_]
            ):
                found.add(key)
            case ast.Call(
                func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str() as key), *_]
            ):
                found.add(key)
            case _:
                pass
    return frozenset(found)


def _takes_all(file: File) -> bool:
    """Whether a decorated function takes its options as `**options` (click)."""
    return any(
        node.args.kwarg is not None and node.decorator_list
        for node in file.nodes.of(ast.FunctionDef)
    )


_WHOLE = frozenset({"vars", "asdict", "HfArgumentParser", "Fire", "cli", "CLI", "_get_kwargs"})


@lru_cache(maxsize=512)
def _hands_on(file: File) -> bool:
    """Whether a file hands its options on as a whole, so that anybody may read them."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call):
            func = node.func
            last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
            if last in _WHOLE:
                return True
            names = [keyword.value for keyword in node.keywords if keyword.arg is None]
            names += list(node.args)
            # Handed to something outside the project that may read any of them.
            if any(isinstance(name, ast.Name) and name.id in _HOLDERS for name in names):
                if isinstance(func, ast.Attribute) and last[:1].isupper():
                    return True
        elif isinstance(node, ast.Attribute) and node.attr == "__dict__":
            # Of a module (`models.__dict__`) it lists no options.
            if file.dotted(node.value, file.scouted.top) is None:
                return True
    return False


_HOLDERS = frozenset({"args", "opt", "options", "flags", "hparams", "config", "cfg"})
