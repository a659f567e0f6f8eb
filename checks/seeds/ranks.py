"""SEED009: splits drawn from a stream that differs from rank to rank."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import Prediction, ProjectRule
from ...auditor.walk import Event, Guard
from .acts import Draw, Seed
from .grouping import grouped
from .survey import Surveyed, survey
from .telling import call_text, way_of

_SPLITS = frozenset(
    (
        "torch.utils.data.random_split",
        "sklearn.model_selection.train_test_split",
    )
)
_RANK = regex(r"\b(local_|global_|world_)?rank\b|process_index|get_rank", re.I)


class SplitPerRank(ProjectRule):
    """A split is drawn from a stream that every rank seeds differently.

    ## What it does
    Reports `random_split` and `train_test_split` that draw from a global stream which was seeded
    with the rank in its seed.

    ## Why is this bad?
    Each rank holds out other rows: what one validates on, another has trained on, and the metric
    that they average is too good.

    ## Use instead
    ```python
    random_split(rows, lengths, generator=torch.Generator().manual_seed(seed))
    ```
    """

    code = "SEED009"
    name = "split-per-rank"
    confidence = Confidence.MEDIUM
    predicts = (Prediction("state-leak"),)
    bad = (
        Example(
            "import torch\n"
            "import torch.distributed as dist\n"
            "from torch.utils.data import random_split\n"
            "torch.manual_seed(7 + dist.get_rank())\n"
            "train, held = random_split(list(range(9)), [6, 3])  # <-\n"
        ),
        Example(
            "import numpy as n\n"
            "from sklearn.model_selection import train_test_split as split\n"
            "def main(rank):\n"
            "    n.random.seed(3 + rank)\n"
            "    return split(list(range(9)))  # <-\n"
            "if __name__ == '__main__':\n"
            "    import os\n"
            "    main(int(os.environ['RANK']))\n"
        ),
        Example(
            "import torch\n"
            "import torch.distributed as dist\n"
            "from torch.utils.data import random_split\n"
            "def seed_all(seed):\n"
            "    seed = seed + dist.get_rank()\n"
            "    torch.manual_seed(seed)\n"
            "def main():\n"
            "    seed_all(7)\n"
            "    return random_split(list(range(9)), [6, 3])  # <-\n"
            "if __name__ == '__main__':\n"
            "    main()\n"
        ),
    )
    good = (
        Example(
            "import torch\n"
            "import torch.distributed as dist\n"
            "from torch.utils.data import random_split\n"
            "torch.manual_seed(7 + dist.get_rank())\n"
            "fixed = torch.Generator().manual_seed(7)\n"
            "train, held = random_split(list(range(9)), [6, 3], generator=fixed)\n"
        ),
        Example(
            "import torch\n"
            "from torch.utils.data import random_split\n"
            "torch.manual_seed(7)\n"
            "train, held = random_split(list(range(9)), [6, 3])\n"
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        yield from grouped(finding for item in survey(project) for finding in self._of(item))

    def _of(self, item: Surveyed) -> Iterator[Finding]:
        last: dict[str, Seed] = {}
        for act in item.acts:
            if isinstance(act, Seed):
                last |= dict.fromkeys(act.streams, act)
                continue
            seed = last.get(act.needs)
            if not _is_split(act) or seed is None or not _has_rank(seed.event):
                continue
            yield self.finding(
                act.event.place,
                "each rank draws its own split: its stream is seeded with the rank",
                help="a generator seeded alike in every rank: "
                "torch.Generator().manual_seed(seed), random_state=seed",
                entry_point=item.entry.path,
                stream=act.stream,
                evidence=[
                    *way_of(item.entry, act.event),
                    Evidence(
                        seed.event.place, f"{call_text(seed.event)} differs from rank to rank"
                    ),
                ],
            )


def _is_split(act: Draw) -> bool:
    own = act.own is not None
    return act.event.name in _SPLITS and not own and act.event.guard is not Guard.NOT_MET


def _has_rank(event: Event) -> bool:
    arguments: list[ast.expr] = []
    if isinstance(event.node, ast.Call):
        arguments = [*event.node.args, *[keyword.value for keyword in event.node.keywords]]
    texts = [event.file.text(argument) for argument in arguments]
    for argument in arguments:
        if isinstance(argument, ast.Name):
            texts += _assigned(event.file, argument)
    return any(_RANK.search(text) for text in texts)


def _assigned(file: File, name: ast.Name) -> list[str]:
    """Return what a name is set to in its own function: `seed = seed + get_rank()`."""
    scope = file.scope_of(name)
    found = scope.lookup(name.id)
    bindings = found[1] if found is not None and found[0] is scope else []
    return [file.text(binding.value) for binding in bindings if binding.value is not None]
