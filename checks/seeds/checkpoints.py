"""SEED014: checkpoints to resume from that leave the random state behind."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.example import Example
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import Prediction, ProjectRule
from ...auditor.walk import Event, Guard, Kind
from ...auditor.walk.abstract import Table
from ..usage.copied import is_copied
from .acts import Act, Seed
from .checkpoint_files import is_bound, may_meet
from .grouping import grouped
from .seed_values import Quality
from .survey import Surveyed, survey
from .telling import way_of

_OPTIMIZER = regex(r"optim", re.I)
_ROUND = regex(r"epoch|iter|step", re.I)
_RANDOM = regex(r"rng|random|generator|sampler|seed", re.I)
_STATE_GETTERS = ("get_rng_state", "get_rng_state_all", "getstate", "get_state")


class RandomStateNotCheckpointed(ProjectRule):
    """A checkpoint that training resumes from holds no random state.

    ## What it does
    Reports `torch.save` of a dictionary with the optimizer's state, in a program that seeds torch,
    loads such checkpoints again, and keeps no random state: no `torch.get_rng_state()`, no key
    named after a generator, sampler or seed. Silent where each epoch seeds with its own number;
    with `--pedantic` only where the names of the files do not meet, the resume cannot run, or a
    copy of another project does all this.

    ## Why is this bad?
    A resumed run draws other numbers than the same run without a break: shuffling starts again from
    the seed, dropout repeats. The seed promises a repeatable run, and a break ends it.

    ## Use instead
    Save `torch.get_rng_state()`, `torch.cuda.get_rng_state_all()`, `np.random.get_state()` and
    `random.getstate()` beside the optimizer, and set them when resuming.

    ## References
    - https://github.com/huggingface/transformers/issues/11323
    """

    code = "SEED014"
    name = "rng-not-checkpointed"
    confidence = Confidence.MEDIUM
    predicts = (Prediction("unseeded-rng", stream="torch"),)
    frameworks = ("torch",)
    bad = (
        Example(
            "import torch\n"
            "torch.manual_seed(0)\n"
            "model = torch.nn.Linear(2, 2)\n"
            "optimizer = torch.optim.SGD(model.parameters(), 0.1)\n"
            "optimizer.load_state_dict(torch.load('c.pt', weights_only=True)['optimizer'])\n"
            "torch.save({'epoch': 1, 'optimizer': optimizer.state_dict()}, 'c.pt')  # <-\n"
        ),
        Example(
            "import torch as t\n"
            "def save(model, optimizer, path):\n"
            "    state = {'model': model.state_dict(), 'optim': optimizer.state_dict()}\n"
            "    t.save(state, path)  # <-\n"
            "def main():\n"
            "    t.manual_seed(0)\n"
            "    model = t.nn.Linear(2, 2)\n"
            "    optimizer = t.optim.SGD(model.parameters(), 0.1)\n"
            "    optimizer.load_state_dict(t.load('c.pt', weights_only=True)['optim'])\n"
            "    save(model, optimizer, 'c.pt')\n"
            "if __name__ == '__main__':\n"
            "    main()\n"
        ),
    )
    good = (
        Example(
            "import torch\n"
            "torch.manual_seed(0)\n"
            "model = torch.nn.Linear(2, 2)\n"
            "optimizer = torch.optim.SGD(model.parameters(), 0.1)\n"
            "kept = torch.load('c.pt', weights_only=True)\n"
            "optimizer.load_state_dict(kept['optimizer'])\n"
            "torch.set_rng_state(kept['rng'])\n"
            "state = {'optimizer': optimizer.state_dict(), 'rng': torch.get_rng_state()}\n"
            "torch.save(state, 'c.pt')\n"
        ),
        Example(
            "import torch\n"
            "torch.manual_seed(0)\n"
            "model = torch.nn.Linear(2, 2)\n"
            "torch.save({'model': model.state_dict()}, 'c.pt')\n"
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        for finding in grouped(f for item in survey(project) for f in self._of(item)):
            yield finding.doubted(is_copied(project, finding.place.path))

    def _of(self, item: Surveyed) -> Iterator[Finding]:
        seeded = any(
            isinstance(act, Seed)
            and "torch" in act.streams
            and act.value.quality is Quality.FIXED
            and act.event.guard <= Guard.MET
            for act in item.acts
        )
        if not seeded or any(_is_of_round(act) for act in item.acts):
            return
        calls = [event for event in item.walk.events if event.kind is Kind.CALL]
        loads = [event for event in calls if event.name == "torch.load"]
        resumes = any(_resumes(event) for event in calls)
        works = any(_resumes(event) and is_bound(event) for event in calls)
        if not loads or not resumes or any(e.method in _STATE_GETTERS for e in calls):
            return
        saved: set[tuple[ast.AST | None, str]] = set()
        for event in calls:
            if event.name == "torch.save" and _keeps_optimizer_only(event):
                if (what := _saved(event)) in saved:
                    # Under another name as well: the best one, say.
                    continue
                saved.add(what)
                source = next((load for load in loads if may_meet(event, load)), None)
                found = self.finding(
                    event.place,
                    "this checkpoint is resumed from, and holds no random state: a resumed run "
                    "draws other numbers",
                    help="save torch.get_rng_state() and its kin beside the optimizer's state",
                    entry_point=item.entry.path,
                    stream="torch",
                    evidence=[
                        *way_of(item.entry, event),
                        Evidence((source or loads[0]).place, "training resumes from it here"),
                    ],
                )
                yield found.doubted(source is None or not works)


def _saved(event: Event) -> tuple[ast.AST | None, str]:
    """Return what tells one saved dictionary from another: its function, and how it is written."""
    assert isinstance(event.node, ast.Call)
    given = event.node.args[:1]
    where = event.file.enclosing_function(event.node)
    return where, event.file.text(given[0]) if given else str(event.place)


def _is_of_round(act: Act) -> bool:
    """Whether torch is seeded with the number of the epoch: a resumed run draws the same."""
    if not isinstance(act, Seed) or "torch" not in act.streams or not act.event.loops:
        return False
    call = act.event.node
    return isinstance(call, ast.Call) and any(
        _ROUND.search(act.event.file.text(each)) for each in call.args
    )


def _resumes(event: Event) -> bool:
    if event.method != "load_state_dict":
        return False
    text = event.file.text(event.node)
    return bool(_OPTIMIZER.search(text))


def _keeps_optimizer_only(event: Event) -> bool:
    saved = event.arguments.get(0, "obj")
    if not isinstance(saved, Table) or not saved.exact:
        return False
    keys = [str(key) for key in saved.items]
    return any(_OPTIMIZER.search(key) for key in keys) and not any(
        _RANDOM.search(key) for key in keys
    )
