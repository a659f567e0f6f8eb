"""SEED004: seeds that are different in every run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Finding
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.rule import Prediction, ProjectRule
from ...auditor.walk import Process
from .acts import Draw, Seed
from .reaching import in_worker, reaches
from .reading import entropy_in, in_tests, is_fallback
from .survey import Surveyed, survey

#: Call -> (position of the seed, keywords, what happens when no seed is given).
_SEEDERS: dict[str, tuple[int, tuple[str, ...]]] = {
    "random.seed": (0, ("a",)),
    "numpy.random.seed": (0, ("seed",)),
    "numpy.random.default_rng": (0, ("seed",)),
    "numpy.random.RandomState": (0, ("seed",)),
    "random.Random": (0, ("x",)),
    "torch.manual_seed": (0, ("seed",)),
    "torch.random.manual_seed": (0, ("seed",)),
    "torch.cuda.manual_seed": (0, ("seed",)),
    "torch.cuda.manual_seed_all": (0, ("seed",)),
    "tensorflow.random.set_seed": (0, ("seed",)),
    "tensorflow.set_random_seed": (0, ("seed",)),
    "tensorflow.compat.v1.set_random_seed": (0, ("seed",)),
    "keras.utils.set_random_seed": (0, ("seed",)),
    "tensorflow.keras.utils.set_random_seed": (0, ("seed",)),
    "transformers.set_seed": (0, ("seed",)),
    "accelerate.utils.set_seed": (0, ("seed",)),
    "lightning.seed_everything": (0, ("seed",)),
    "lightning.pytorch.seed_everything": (0, ("seed",)),
    "pytorch_lightning.seed_everything": (0, ("seed",)),
    "stable_baselines3.common.utils.set_random_seed": (0, ("seed",)),
}
_RESEED_FROM_SYSTEM = frozenset(
    ("torch.seed", "torch.random.seed", "torch.cuda.seed", "torch.cuda.seed_all")
)
#: Without a seed these reseed from the system's entropy.
_EMPTY_MEANS_ENTROPY = frozenset(("random.seed", "numpy.random.seed"))


class EntropySeed(ProjectRule):
    """A random stream is seeded from the clock, the process id or the system's entropy.

    ## What it does
    Follows the argument of a seeding call back to what it is made of, and reports a clock, a
    process id, `os.urandom`, a UUID, `secrets`, `torch.seed()` or `hash()` of a text. Reports
    `random.seed()` and `np.random.seed()` without an argument too: they reseed from the system.
    JAX keys are the business of `entropy-key`. Told with `--pedantic` where the programs that
    come by draw nothing from the stream afterwards.

    ## Why is this bad?
    The program looks seeded and is not: every run draws other numbers, and no run can be repeated
    unless the value was written down.

    ## Use instead
    A constant, or an option with a constant default. To have a fresh seed on purpose, draw it once,
    write it to the log, and accept it as an option.

    ## References
    - https://docs.python.org/3/library/random.html#random.seed
    """

    code = "SEED004"
    name = "entropy-seed"
    predicts = (Prediction("unseeded-rng"), Prediction("time-dependence"))
    calls = frozenset(_SEEDERS) | _RESEED_FROM_SYSTEM
    methods = frozenset({"manual_seed"})
    bad = (
        Example("import time\nimport numpy as np\nnp.random.seed(int(time.time()))  # <-\n"),
        Example("import os\nimport torch as T\nT.manual_seed(os.getpid() + 1)  # <-\n"),
        Example(
            "from time import time\n"
            "import random as r\n"
            "now = int(time() * 1000) % 2**32\n"
            "r.seed(now)  # <-\n"
        ),
        Example("import random\nrandom.seed()  # <-\n"),
        Example("import torch\nname = 'fold-3'\ntorch.manual_seed(hash(name) % 2**32)  # <-\n"),
        Example("import torch\nprint(torch.seed())  # <-\n"),
        Example(
            "import random, time\n"
            "import numpy as np\n"
            "def begin(worker):\n"
            "    seed = int(time.time()) + worker\n"
            "    random.seed(seed)  # <-\n"
            "    np.random.seed(seed)\n"
        ),
    )
    good = (
        Example("import numpy as np\nnp.random.seed(42)\n"),
        Example(
            "import time\nimport numpy as np\n"
            "started = time.time()\n"
            "np.random.seed(0)\n"
            "print(time.time() - started)\n"
        ),
        Example(
            "import time, random\n"
            "def seed_all(seed=None):\n"
            "    random.seed(seed if seed is not None else int(time.time()))\n"
        ),
        Example("import torch\ntorch.manual_seed(hash((3, 4)))\n"),
        Example("import torch\ng = torch.Generator()\ng.manual_seed(7)\n"),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        for finding in facts:
            drawn = [each for item in survey(project) for each in _drawn(item, finding.place)]
            is_idle = drawn and not any(drawn)
            yield finding.doubted(is_idle)

    def check_alone(self, facts: Sequence[Any]) -> Iterator[Finding]:
        yield from facts

    def collect(self, site: Site) -> Iterator[Any]:
        if in_tests(site.file.path):
            return
        name = site.name or ""
        if name in _RESEED_FROM_SYSTEM:
            message = f"{name}() seeds torch with a number that is different in every run"
            if site.call.args:
                message = f"{name}() takes no seed and raises here; torch.manual_seed is meant"
            yield self.finding(
                site.place,
                message,
                help="torch.manual_seed(n) with a constant or an option",
                stream="torch",
            )
            return
        position, keywords = _SEEDERS.get(name, (0, ("seed",)))
        if name not in _SEEDERS and "torch" not in site.file.imported:
            return
        seed = site.argument(position, *keywords)
        if seed is None or (isinstance(seed, ast.Constant) and seed.value is None):
            if name in _EMPTY_MEANS_ENTROPY and not site.spreads and not self._is_undone(site):
                yield self.finding(
                    site.place,
                    f"{name}() without a seed reseeds the stream from the system's entropy",
                    help=f"{name}(n) with a constant or an option",
                    stream=_STREAMS.get(name.split(".", 1)[0]),
                )
            return
        found = entropy_in(seed, site)
        if found is None or is_fallback(site) or _is_told_before(site, seed):
            return
        what = site.file.text(found[0])
        yield self.finding(
            site.place,
            f"the seed is made from {found[1]} ({what}), so it is different in every run",
            help="a constant, or an option with a constant default",
            stream=_STREAMS.get(name.split(".", 1)[0]),
        )

    @staticmethod
    def _is_undone(site: Site) -> bool:
        """Whether the result is kept (`old = np.random.seed()`, SEED011) or a mere fallback."""
        return isinstance(site.parent, ast.Assign) or is_fallback(site)


def _drawn(item: Surveyed, place: Place) -> Iterator[bool]:
    """Yield, for each time a program seeds at a place, whether it may draw from that afterwards."""
    for number, act in enumerate(item.acts):
        if not isinstance(act, Seed) or act.event.place != place:
            continue
        # In a loop, what stands above it comes after it as well; a framework draws out of sight.
        others = [
            seed for seed in item.acts if isinstance(seed, Seed) and seed.event.place != place
        ]
        unseen = not item.walk.complete or item.walk.opaque_from is not None
        # Who seeds in a worker does so for what the dataset draws, which is not always seen.
        unseen = unseen or act.event.process is Process.WORKER
        # A generator of its own is made to be drawn from, often by what it is handed to.
        unseen = unseen or any(stream.startswith("other:") for stream in act.streams)
        yield unseen or any(
            isinstance(draw, Draw)
            and draw.needs in act.streams
            and (draw.later or at >= number or act.event.loops)
            and reaches(act.event, draw.event, None)
            and not any(in_worker(seed, draw) for seed in others)
            for at, draw in enumerate(item.acts)
        )


def _is_told_before(site: Site, seed: ast.expr) -> bool:
    """Whether the same function hands the same name to a seeder further up: one fault."""
    return isinstance(seed, ast.Name) and any(
        (call.lineno, call.col_offset) < (site.call.lineno, site.call.col_offset)
        and any(isinstance(each, ast.Name) and each.id == seed.id for each in call.args)
        and site.dotted(call.func) in _SEEDERS
        and site.file.scope_of(call) is site.scope
        for call in site.file.nodes.of(ast.Call)
    )


_STREAMS = {"random": "python", "numpy": "numpy", "torch": "torch", "tensorflow": "tensorflow"}
