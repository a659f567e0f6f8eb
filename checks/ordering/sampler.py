"""ORDER007: a distributed sampler that never learns the epoch."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File, Site
from ...auditor.finding import Finding
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import Prediction, ProjectRule

_SAMPLERS = frozenset(
    {
        "torch.utils.data.distributed.DistributedSampler",
        "torch.utils.data.DistributedSampler",
    }
)
_EVALUATION = regex(r"val|test|eval|valid|dev|predict|infer")


class MissingSetEpoch(ProjectRule):
    """A distributed sampler is never told the epoch, so that every epoch has the same order.

    ## What it does
    Reports a `DistributedSampler` that shuffles in a project that loops over epochs and calls
    `set_epoch` nowhere; and, where a file keeps several samplers under names of their own and
    tells others the epoch by their names, the one that it leaves out.

    ## Why is this bad?
    The sampler shuffles with a generator seeded by `seed + epoch`. Without `set_epoch` the epoch
    stays 0: the data comes in the same order each time, and training is not what it seems.
    Lightning, Accelerate and the Hugging Face trainer call it themselves.

    ## Use instead
    `sampler.set_epoch(epoch)` at the start of each epoch.
    """

    code = "ORDER007"
    name = "missing-set-epoch"
    frameworks = ("torch",)
    calls = _SAMPLERS
    predicts = (Prediction("unseeded-rng", "torch"),)
    bad = (
        Example(
            "from torch.utils.data import DataLoader, DistributedSampler\n"
            "def train(data, step):\n"
            "    sampler = DistributedSampler(data)  # <-\n"
            "    loader = DataLoader(data, sampler=sampler)\n"
            "    for epoch in range(10):\n"
            "        for batch in loader:\n"
            "            step(batch)\n",
        ),
        Example(
            "import torch.utils.data.distributed as dist_data\n"
            "def loaders(data):\n"
            "    return dist_data.DistributedSampler(data, shuffle=True)  # <-\n"
            "def fit(loader, epochs, step):\n"
            "    for epoch in range(epochs):\n"
            "        step(loader)\n",
            title="an alias of the module",
        ),
        Example(
            "from torch.utils.data import DistributedSampler\n"
            "class Trainer:\n"
            "    def prepare(self, low, high):\n"
            "        self.low_sampler = DistributedSampler(low, shuffle=True)  # <-\n"
            "        self.high_sampler = DistributedSampler(high, shuffle=True)\n"
            "    def train(self, step):\n"
            "        for epoch in range(10):\n"
            "            self.high_sampler.set_epoch(epoch)\n"
            "            step()\n",
            title="one of two samplers is told (video matting)",
        ),
    )
    good = (
        Example(
            "from torch.utils.data import DataLoader, DistributedSampler\n"
            "def train(data, step):\n"
            "    sampler = DistributedSampler(data)\n"
            "    for epoch in range(10):\n"
            "        sampler.set_epoch(epoch)\n"
            "        step(sampler)\n",
        ),
        Example(
            "from torch.utils.data import DistributedSampler\n"
            "def evaluate(data, step):\n"
            "    val_sampler = DistributedSampler(data)\n"
            "    for epoch in range(10):\n"
            "        step(val_sampler, DistributedSampler(data, shuffle=False))\n",
            title="no shuffling; an evaluation set",
        ),
        Example(
            "from torch.utils.data import DataLoader, DistributedSampler\n"
            "def train(first, second, step):\n"
            "    one = DistributedSampler(first)\n"
            "    two = DistributedSampler(second)\n"
            "    loaders = [DataLoader(first, sampler=one), DataLoader(second, sampler=two)]\n"
            "    for epoch in range(10):\n"
            "        two.set_epoch(epoch)\n"
            "        for loader in loaders:\n"
            "            loader.sampler.set_epoch(epoch)\n"
            "            step(loader)\n",
            title="told through the loader",
        ),
    )

    def collect(self, site: Site) -> Iterator[Any]:
        if is_test_path(site.file.path) or site.spreads:
            return
        shuffled = site.argument(3, "shuffle")
        known = site.constant(shuffled)
        if shuffled is not None and (known is None or not known.value):
            return
        parent = site.parent
        targets = parent.targets if isinstance(parent, ast.Assign) else []
        if any(_EVALUATION.search(ast.unparse(target).lower()) for target in targets):
            return
        if any(_EVALUATION.search(getattr(node, "name", "") or "") for node in site.ancestors()):
            return
        # A loop elsewhere may be that of a library, which tells the sampler itself.
        if _EPOCHS.search(site.file.source.text.encode()):
            yield (site.place, _is_left_out(site.file, targets))

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        if not facts:
            return
        told = _is_told(project)
        for place, left_out in facts:
            if not told or left_out:
                where = "for others, but not for it" if left_out else "nowhere"
                yield self.finding(
                    place,
                    f"this sampler shuffles by its epoch, and set_epoch() is called {where}: every "
                    "epoch has the same order",
                    help="call sampler.set_epoch(epoch) at the start of each epoch",
                )


def _is_left_out(file: File, targets: Sequence[ast.expr]) -> bool:
    """Whether the file tells the epoch to samplers by their names, and never to this one."""
    names = {ast.unparse(target) for target in targets}
    told = {
        ast.unparse(call.func.value)
        for call in file.nodes.of(ast.Call)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "set_epoch"
    }
    made = {
        ast.unparse(target)
        for node in file.nodes.of(ast.Assign)
        if isinstance(node.value, ast.Call)
        and file.dotted(node.value.func, file.scope_of(node)) in _SAMPLERS
        for target in node.targets
    }
    return bool(told) and told <= made and bool(names) and not names & told


_EPOCHS = regex(rb"\bfor \w*epoch\w* in\b")
_TELLS = regex(rb"\bset_epoch\b|\baccelerate\b|\bAccelerator\b|pytorch_lightning|\blightning\b")


def _is_told(project: Project) -> bool:
    """Whether anything in the project tells samplers the epoch, or a library that does."""
    for state in project.discovery.files:
        if (state.is_python or state.is_notebook) and not is_test_path(state.path):
            try:
                if _TELLS.search(Path(state.absolute).read_bytes()):
                    return True
            except OSError:
                continue
    return False
