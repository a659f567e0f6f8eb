"""SEED006: loader workers that draw from a stream which the loader does not seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.example import Example
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.rule import Prediction, ProjectRule
from ...auditor.walk import Arguments, Event, Guard, Kind, Known, Made, Process, Value
from .acts import Seed
from .evaluating import evaluation_loaders
from .grouping import grouped
from .reaching import guard_between
from .self_tests import is_self_test
from .survey import Surveyed, survey
from .telling import STREAM_WORDS, call_text
from .vocabulary import GENERATORS

_LOADER = "torch.utils.data.DataLoader"


class WorkerStream(ProjectRule):
    """The workers of a data loader draw from a stream that the loader does not seed.

    ## What it does
    Walks into the dataset that a `DataLoader` with workers is given. Reports a private generator
    (`default_rng`, `RandomState`, `random.Random`) that the dataset owns and its workers draw from,
    and NumPy's global stream where the project's torch is older than 1.9 (with `--pedantic`: where
    its range allows such a release too); a loader with a `worker_init_fn` is silent there. Reports
    a `worker_init_fn` that seeds a stream with a number that is the same in every worker, where the
    dataset then draws from it. Loaders that the program only evaluates with, and draws for rows
    that cannot be read, are told with `--pedantic`.

    ## Why is this bad?
    Each worker receives a copy of the same generator: all workers give the same numbers, and the
    same again in every epoch. The loader seeds torch's and Python's streams, and since torch 1.9
    NumPy's, but no private generator.

    ## Use instead
    Make the generator in the worker, from `torch.initial_seed()`; or draw with torch.

    ## References
    - https://docs.pytorch.org/docs/stable/notes/randomness.html#dataloader
    - https://github.com/pytorch/pytorch/issues/5059
    """

    code = "SEED006"
    name = "worker-stream"
    predicts = (Prediction("unseeded-rng", "numpy"), Prediction("worker-race"))
    frameworks = ("torch",)
    bad = (
        Example(
            "import numpy as np\n"
            "from torch.utils.data import DataLoader\n"
            "from torchvision import datasets, transforms\n"
            "class Blur:\n"
            "    def __call__(self, image):\n"
            "        return image * np.random.uniform(0.1, 2.0)\n"
            "views = transforms.Compose([Blur(), transforms.ToTensor()])\n"
            "rows = datasets.STL10('data', transform=views)\n"
            "for row in DataLoader(rows, num_workers=4):  # <-\n"
            "    print(row)\n",
            files=(("requirements.txt", "torch==1.4.0\n"),),
        ),
        Example(
            "import numpy as np\n"
            "from torch.utils.data import DataLoader, Dataset\n"
            "class Noisy(Dataset):\n"
            "    def __init__(self):\n"
            "        self.rng = np.random.default_rng(0)\n"
            "    def __getitem__(self, index):\n"
            "        return self.rng.normal()\n"
            "loader = DataLoader(Noisy(), num_workers=2)  # <-\n"
            "for row in loader:\n"
            "    print(row)\n"
        ),
        Example(
            "import random as r\n"
            "import torch.utils.data as d\n"
            "class Noisy(d.Dataset):\n"
            "    def __init__(self, rng):\n"
            "        self.rng = rng\n"
            "    def __getitem__(self, index):\n"
            "        return self.rng.random()\n"
            "for row in d.DataLoader(Noisy(r.Random(3)), num_workers=4):  # <-\n"
            "    print(row)\n"
        ),
        Example(
            "import numpy as np\n"
            "from torch.utils.data import DataLoader, Dataset\n"
            "class Noisy(Dataset):\n"
            "    def __getitem__(self, index):\n"
            "        return np.random.normal()\n"
            "def begin(worker):\n"
            "    np.random.seed(7)\n"
            "loader = DataLoader(Noisy(), num_workers=2, worker_init_fn=begin)  # <-\n"
            "for row in loader:\n"
            "    print(row)\n"
        ),
    )
    good = (
        Example(
            "import numpy as np\n"
            "from torch.utils.data import DataLoader\n"
            "from torchvision import datasets, transforms\n"
            "class Blur:\n"
            "    def __call__(self, image):\n"
            "        return image * np.random.uniform(0.1, 2.0)\n"
            "views = transforms.Compose([Blur(), transforms.ToTensor()])\n"
            "rows = datasets.STL10('data', transform=views)\n"
            "for row in DataLoader(rows, num_workers=4):\n"
            "    print(row)\n",
            files=(("requirements.txt", "torch>=2.1\n"),),
        ),
        Example(
            "import numpy as np\n"
            "from torch.utils.data import DataLoader, Dataset\n"
            "class Noisy(Dataset):\n"
            "    def __init__(self):\n"
            "        self.rng = np.random.default_rng(0)\n"
            "    def __getitem__(self, index):\n"
            "        return self.rng.normal()\n"
            "loader = DataLoader(Noisy(), num_workers=0)\n"
            "for row in loader:\n"
            "    print(row)\n"
        ),
        Example(
            "import torch\n"
            "from torch.utils.data import DataLoader, Dataset\n"
            "class Noisy(Dataset):\n"
            "    def __getitem__(self, index):\n"
            "        return torch.rand(1)\n"
            "loader = DataLoader(Noisy(), num_workers=2)\n"
            "for row in loader:\n"
            "    print(row)\n"
        ),
        Example(
            "import numpy as np\n"
            "from torch.utils.data import DataLoader, Dataset\n"
            "class Noisy(Dataset):\n"
            "    def __getitem__(self, index):\n"
            "        return np.random.normal()\n"
            "def begin(worker):\n"
            "    np.random.seed(7 + worker)\n"
            "for row in DataLoader(Noisy(), num_workers=2, worker_init_fn=begin):\n"
            "    print(row)\n"
        ),
        Example(
            "import random\n"
            "import torch\n"
            "from torch.utils.data import DataLoader, Dataset\n"
            "class Noisy(Dataset):\n"
            "    def __getitem__(self, index):\n"
            "        return random.random()\n"
            "def begin(worker):\n"
            "    random.seed(torch.initial_seed() % 2**32)\n"
            "for row in DataLoader(Noisy(), num_workers=2, worker_init_fn=begin):\n"
            "    print(row)\n"
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        declared = project.versions.get("torch")
        old = declared is not None and project.versions.may_be_below("torch", "1.9")
        yield from grouped(
            finding
            for item in survey(project)
            if not is_self_test(project, item)
            for finding in (*self._of(item, project, old), *self._alike(item))
        )

    def _of(self, item: Surveyed, project: Project, old: bool) -> Iterator[Finding]:
        loaders = _loaders(item)
        evaluates = evaluation_loaders(item)
        # Whoever installs from an open range has a newer release.
        newer = project.versions.may_be_at_least("torch", "1.9")
        sure = Confidence.LOW if newer else Confidence.HIGH
        seen: set[Place] = set()
        for event in item.walk.events:
            if event.process is not Process.WORKER or event.started not in loaders:
                continue
            if _is_switched_off(item, event):
                continue
            place, arguments = loaders[event.started]
            if arguments.get(10, "worker_init_fn") is not None or place in seen:
                continue
            generator = _generator_of(event.receiver)
            if generator is not None and _is_from_main(item, generator):
                seen.add(place)
                yield self._finding(item, place, event, generator).doubted(place in evaluates)
            elif old and event.name.startswith("numpy.random.") and "()" not in event.name:
                seen.add(place)
                yield self.finding(
                    place,
                    f"its workers draw from NumPy's global stream, which torch before 1.9 does not "
                    f"seed in workers ({project.versions.say('torch')})",
                    help="a worker_init_fn that seeds NumPy from torch.initial_seed()",
                    entry_point=item.entry.path,
                    stream="numpy",
                    # A number that is drawn for a row that cannot be read changes little.
                    confidence=Confidence.LOW if place in evaluates or event.is_fallback else sure,
                    evidence=[Evidence(event.place, f"drawn here: {call_text(event)}")],
                )

    def _alike(self, item: Surveyed) -> Iterator[Finding]:
        """Yield the loaders whose workers all begin with the same number."""
        loaders = _loaders(item)
        evaluates = evaluation_loaders(item)
        last: dict[tuple[Place, str], Seed] = {}
        for act in item.acts:
            start = act.event.started
            if act.event.process is not Process.WORKER or start not in loaders:
                continue
            if isinstance(act, Seed):
                last |= {(start, stream): act for stream in act.streams}
                continue
            seed = last.pop((start, act.needs), None)
            place, arguments = loaders[start]
            if seed is None or not _is_constant(seed) or _has_one(arguments):
                continue
            if arguments.get(10, "worker_init_fn") is None:
                # Seeded for each item, as evaluation sets are: SEED011 where it is none.
                continue
            words = STREAM_WORDS[act.stream]
            yield self.finding(
                place,
                f"every worker of this loader seeds {words} with the same number: all of them draw "
                f"the same",
                help="seed with torch.initial_seed() % 2**32, or add the number of the worker",
                entry_point=item.entry.path,
                stream=act.stream,
                confidence=Confidence.LOW if place in evaluates else None,
                evidence=[
                    Evidence(seed.event.place, f"{call_text(seed.event)} in every worker"),
                    Evidence(act.event.place, f"drawn here: {call_text(act.event)}"),
                ],
            )

    def _finding(self, item: Surveyed, place: Place, event: Event, generator: Made) -> Finding:
        evidence = [Evidence(event.place, f"drawn here: {call_text(event)}")]
        if generator.place is not None:
            evidence.append(Evidence(generator.place, "made here, once, before the workers start"))
        return self.finding(
            place,
            "each worker of this loader draws from its own copy of one generator: the same numbers "
            "in every worker",
            help="make the generator in the worker, seeded from torch.initial_seed()",
            entry_point=item.entry.path,
            stream="other",
            evidence=evidence,
        )


def _loaders(item: Surveyed) -> dict[Place, tuple[Place, Arguments]]:
    """Return the loaders by the place where they are iterated over, which starts their workers."""
    return {
        event.place: (event.receiver.place, event.receiver.arguments)
        for event in item.walk.events
        if event.kind is Kind.ITERATE and event.name == _LOADER
        if isinstance(event.receiver, Made) and event.receiver.place is not None
    }


def _is_switched_off(item: Surveyed, draw: Event) -> bool:
    """Whether the defaults do not reach a draw in a loop over the loader that they do reach."""
    return draw.guard is Guard.NOT_MET and all(
        guard_between(draw, event) is Guard.NOT_MET
        for event in item.walk.events
        if event.kind is Kind.ITERATE and event.name == _LOADER and event.place == draw.started
    )


def _is_constant(seed: Seed) -> bool:
    """Whether a seed is a number that does not hang on the worker."""
    given = seed.event.arguments.values()
    return bool(given) and all(isinstance(value, Known) for value in given)


def _has_one(arguments: Arguments) -> bool:
    count = arguments.get(5, "num_workers")
    return isinstance(count, Known) and count.value == 1


def _generator_of(receiver: Value | None) -> Made | None:
    if isinstance(receiver, Made) and receiver.name in GENERATORS - {"torch.Generator"}:
        return receiver
    return None


def _is_from_main(item: Surveyed, generator: Made) -> bool:
    return any(
        event.result is generator and event.process is Process.MAIN for event in item.walk.events
    )
