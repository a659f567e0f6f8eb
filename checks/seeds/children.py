"""SEED005: seeds that spawned children do not inherit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.example import Example
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.project import Project
from ...auditor.rule import Prediction, ProjectRule
from ...auditor.walk import Event, Guard, Kind, Process
from .acts import Draw, Seed
from .grouping import grouped
from .reaching import reaches
from .self_tests import is_self_test
from .survey import Surveyed, survey
from .telling import STREAM_WORDS, call_text, way_of

_OF_PROCESSES = ("python", "numpy", "torch", "tensorflow")


class SeedLostInChild(ProjectRule):
    """A spawned process draws from a stream that only its parent seeds.

    ## What it does
    Walks into the functions that `torch.multiprocessing.spawn`, spawned processes and remote tasks
    run, and reports the spawn when they draw from a stream that is seeded in the parent and not in
    the child. Seeds at module level, outside the main block, count: a child imports them anew.
    Forked children inherit their parent's state and are silent.

    ## Why is this bad?
    A spawned child is a fresh interpreter. It starts from the system's entropy, whatever its
    parent has seeded; flags such as `torch.backends.cudnn.deterministic` are lost as well.

    ## Use instead
    Seed, and set the flags, at the start of the function that the child runs.

    ## References
    - https://docs.pytorch.org/docs/stable/notes/multiprocessing.html
    """

    code = "SEED005"
    name = "seed-lost-in-child"
    predicts = tuple(Prediction("unseeded-rng", stream=stream) for stream in _OF_PROCESSES)
    bad = (
        Example(
            "import torch\n"
            "import torch.multiprocessing as mp\n"
            "def work(rank):\n"
            "    print(torch.nn.Linear(2, 2), rank)\n"
            "if __name__ == '__main__':\n"
            "    torch.manual_seed(0)\n"
            "    mp.spawn(work, nprocs=2)  # <-\n"
        ),
        Example(
            "import multiprocessing as m\n"
            "import random\n"
            "def work():\n"
            "    order = random.sample(range(9), 9)\n"
            "    return order\n"
            "def main():\n"
            "    random.seed(1)\n"
            "    context = m.get_context('spawn')\n"
            "    process = context.Process(target=work)  # <-\n"
            "    process.start()\n"
            "if __name__ == '__main__':\n"
            "    main()\n"
        ),
    )
    good = (
        Example(
            "import torch\n"
            "import torch.multiprocessing as mp\n"
            "def work(rank):\n"
            "    torch.manual_seed(rank)\n"
            "    print(torch.nn.Linear(2, 2))\n"
            "if __name__ == '__main__':\n"
            "    torch.manual_seed(0)\n"
            "    mp.spawn(work, nprocs=2)\n"
        ),
        Example(
            "import torch\n"
            "import torch.multiprocessing as mp\n"
            "torch.manual_seed(0)\n"
            "def work(rank):\n"
            "    print(torch.nn.Linear(2, 2), rank)\n"
            "if __name__ == '__main__':\n"
            "    mp.spawn(work, nprocs=2)\n"
        ),
        Example(
            "import multiprocessing\n"
            "import random\n"
            "def work():\n"
            "    order = random.sample(range(9), 9)\n"
            "    return order\n"
            "if __name__ == '__main__':\n"
            "    random.seed(1)\n"
            "    multiprocessing.Process(target=work).start()\n"
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        yield from grouped(
            finding
            for item in survey(project)
            if not is_self_test(project, item)
            for finding in self._of(project, item)
        )

    def _of(self, project: Project, item: Surveyed) -> Iterator[Finding]:
        starts = [
            event
            for event in item.walk.events
            if event.kind is Kind.START and event.process is Process.SPAWNED
        ]
        module = project.modules.get(item.entry.path)
        line = module.main_line if module is not None else None
        for start in starts:
            for stream in _OF_PROCESSES:
                found = _lost(item, start, stream, line)
                if found is not None:
                    yield self._finding(item, start, stream, *found)

    def _finding(
        self, item: Surveyed, start: Event, stream: str, draw: Draw, seed: Seed
    ) -> Finding:
        evidence = [
            *way_of(item.entry, start)[:4],
            Evidence(seed.event.place, f"{call_text(seed.event)} seeds the parent only"),
            Evidence(draw.event.place, "the child draws here first"),
        ]
        flags = [event for event in item.walk.events if _is_flag(event)]
        evidence += [
            Evidence(event.place, "this setting is lost in the child as well")
            for event in flags[:2]
            if not any(_is_flag(other) and other.process is Process.SPAWNED for other in flags)
        ]
        return self.finding(
            start.place,
            f"the processes started here draw from {STREAM_WORDS[stream]}, which only their "
            f"parent seeds",
            help="seed at the start of the function that the process runs",
            confidence=Confidence.MEDIUM if draw.event.guard is Guard.UNKNOWN else None,
            entry_point=item.entry.path,
            stream=stream,
            evidence=evidence,
        )


def _is_flag(event: Event) -> bool:
    return event.kind is Kind.SET and event.name.startswith("torch.backends.")


def _lost(item: Surveyed, start: Event, stream: str, line: int | None) -> tuple[Draw, Seed] | None:
    draw = next(
        (
            act
            for act in item.acts
            if isinstance(act, Draw)
            and act.stream == stream
            and act.event.process is Process.SPAWNED
            and act.event.started == start.started
        ),
        None,
    )
    if draw is None or draw.own is not None:
        return None
    seeds = [act for act in item.acts if isinstance(act, Seed) and draw.needs in act.streams]
    if any(reaches(seed.event, draw.event, line) for seed in seeds):
        return None
    parents = [seed for seed in seeds if seed.event.process is Process.MAIN]
    return (draw, parents[0]) if parents else None
