"""SEED001, SEED002, SEED003: streams that are not, only sometimes, or too late seeded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.example import Example
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.project import Project
from ...auditor.rule import Prediction, ProjectRule
from ...auditor.streams import STREAMS, State
from ...auditor.walk import Process
from .acts import Draw, Seed
from .given import is_always_given, is_told
from .grouping import grouped
from .seed_values import Quality
from .shown import is_for_learning, is_loaded_over, is_never_taken, is_over_before, makes_a_seed
from .states import Verdict
from .survey import Surveyed, survey
from .telling import REMEDIES, STREAM_WORDS, call_text, confidence_of, others_seeded, way_of

#: Streams of which other rules speak: SEED007 and SEED008 at the site, SEED012.
_ELSEWHERE = frozenset(("other", "sklearn", "gym-env", "gym-action-space"))


class _StreamRule(ProjectRule):
    """A rule about the verdict on one stream of one entry point."""

    #: Whether streams of which other rules speak when unseeded are judged too.
    all_streams = False

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        yield from grouped(self._all(project))

    def _all(self, project: Project) -> Iterator[Finding]:
        for item in survey(project):
            for verdict in item.verdicts:
                elsewhere = verdict.stream in _ELSEWHERE
                if verdict.draw is None or (elsewhere and not self.all_streams):
                    continue
                # Where the draw makes a seed, the stream that it seeds is reported.
                if not verdict.draw.feeds_seed:
                    yield from self.judge(project, item, verdict, verdict.draw)

    def judge(
        self, project: Project, item: Surveyed, verdict: Verdict, draw: Draw
    ) -> Iterator[Finding]:
        """Yield the finding about a verdict, if this rule has one."""
        raise NotImplementedError


class UnseededStream(_StreamRule):
    """An entry point draws from a random stream that nothing on its way seeds.

    ## What it does
    Walks each program in the order in which it runs, across files, and reports the first draw from
    a stream (Python's `random`, NumPy's global stream, torch, TensorFlow/Keras, JAX keys) that no
    call before it seeds. A helper in another file counts, and so do frameworks that seed by
    themselves; a seed of one stream does not count for another.

    ## Why is this bad?
    Two runs of the program differ from that line on, and no log of the run can bring it back.

    ## Use instead
    Seed every stream that is drawn, at the start of the program:
    ```python
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    ```

    ## References
    - https://docs.pytorch.org/docs/stable/notes/randomness.html
    - https://keras.io/api/utils/python_utils/#set_random_seed-function
    """

    code = "SEED001"
    name = "unseeded-stream"
    predicts = tuple(Prediction("unseeded-rng", stream=stream) for stream in STREAMS)
    bad = (
        Example("import torch as T\nmodel = T.nn.Linear(2, 2)  # <-\nprint(model)\n"),
        Example(
            "import torch\n"
            "from data import jitter\n"
            "def main():\n"
            "    torch.manual_seed(0)\n"
            "    print(jitter(torch.nn.Linear(2, 2)))\n"
            "if __name__ == '__main__':\n"
            "    main()\n",
            files=(
                (
                    "data.py",
                    (
                        "import numpy as np\n"
                        "def jitter(x):\n    return np.random.uniform(-1, 1)  # <-\n"
                    ),
                ),
            ),
        ),
        Example(
            "# %%\nimport random\nitems = list(range(9))\n# %%\nrandom.shuffle(items)  # <-\n",
            path="demo.ipynb",
        ),
    )
    good = (
        Example(
            "import torch\n"
            "from helpers import set_seed\n"
            "def main():\n"
            "    set_seed(1)\n"
            "    print(torch.nn.Linear(2, 2))\n"
            "if __name__ == '__main__':\n"
            "    main()\n",
            files=(
                (
                    "helpers.py",
                    "import torch\ndef set_seed(seed):\n    torch.manual_seed(seed)\n",
                ),
            ),
        ),
        Example("import random\nrun_name = f'run-{random.randint(0, 999)}'\nprint(run_name)\n"),
        Example(
            "from transformers import Trainer, TrainingArguments\n"
            "trainer = Trainer(model=None, args=TrainingArguments('out'))\n"
            "trainer.train()\n"
        ),
    )

    def judge(
        self, project: Project, item: Surveyed, verdict: Verdict, draw: Draw
    ) -> Iterator[Finding]:
        if verdict.state is not State.UNSEEDED or verdict.late is not None:
            return
        if verdict.lost is not None:
            return
        seed = verdict.seed
        if (
            seed is not None
            and "None" not in seed.value.reason
            and "no seed" not in (seed.value.reason)
        ):
            return
        words = STREAM_WORDS[verdict.stream]
        what = f" ({draw.what})" if draw.what else ""
        if seed is not None:
            message = (
                f"{item.entry.path} draws from {words}{what}, seeded with None, which is a fresh "
                f"seed in every run"
            )
            extra = [Evidence(seed.event.place, f"{call_text(seed.event)}: {seed.value.reason}")]
        else:
            message = f"{item.entry.path} draws from {words}{what} and nothing on its way seeds it"
            extra = []
        remedy = REMEDIES[verdict.stream if draw.needs == draw.stream else "tensorflow"]
        yield self.finding(
            draw.event.place,
            message,
            help=remedy,
            confidence=confidence_of(project, item, draw),
            entry_point=item.entry.path,
            stream=verdict.stream,
            evidence=[*way_of(item.entry, draw.event), *extra, *others_seeded(verdict)],
        )


class ConditionalSeed(_StreamRule):
    """A stream is seeded only under a condition that the defaults do not meet.

    ## What it does
    Evaluates the guards of seeding calls with the defaults of the program's options (argparse,
    click, typer, absl, Fire, tyro, Hydra, dataclasses): `if args.seed is not None` with a default
    of None, `if args.seed:` with a default of 0, `set_seed(args.seed)` with None. Told with
    `--pedantic` where a seed that is drawn instead is printed, and where each command of the README
    and of shell scripts gives the option.

    ## Why is this bad?
    Whoever runs the program as the README says gets another result each time; the seeding code is
    there and does nothing.

    ## Use instead
    Give the option a number as its default, and test with `is not None`.
    """

    code = "SEED002"
    name = "conditional-seed"
    all_streams = True
    predicts = tuple(Prediction("unseeded-rng", stream=stream) for stream in STREAMS)
    bad = (
        Example(
            "import argparse\n"
            "import torch\n"
            "parser = argparse.ArgumentParser()\n"
            "parser.add_argument('--seed', type=int, default=None)\n"
            "args = parser.parse_args()\n"
            "if args.seed is not None:\n"
            "    torch.manual_seed(args.seed)\n"
            "model = torch.nn.Linear(2, 2)  # <-\n"
        ),
        Example(
            "import argparse, random as r\n"
            "def main(args):\n"
            "    if args.seed:\n"
            "        r.seed(args.seed)\n"
            "    order = r.sample(range(5), 5)  # <-\n"
            "if __name__ == '__main__':\n"
            "    parser = argparse.ArgumentParser()\n"
            "    parser.add_argument('--seed', type=int, default=0)\n"
            "    main(parser.parse_args())\n"
        ),
    )
    good = (
        Example(
            "import argparse\n"
            "import torch\n"
            "parser = argparse.ArgumentParser()\n"
            "parser.add_argument('--seed', type=int, default=1)\n"
            "args = parser.parse_args()\n"
            "if args.seed is not None:\n"
            "    torch.manual_seed(args.seed)\n"
            "model = torch.nn.Linear(2, 2)\n"
        ),
        Example(
            "import torch\n"
            "torch.manual_seed(0)\n"
            "if torch.cuda.is_available():\n"
            "    torch.cuda.manual_seed_all(0)\n"
            "model = torch.nn.Linear(2, 2)\n"
        ),
    )

    def judge(
        self, project: Project, item: Surveyed, verdict: Verdict, draw: Draw
    ) -> Iterator[Finding]:
        if verdict.state is not State.CONDITIONAL or verdict.seed is None:
            return
        seed = verdict.seed
        if _is_out_of_reach(project, item, verdict, draw):
            return
        words = STREAM_WORDS[verdict.stream]
        text = call_text(seed.event)
        can_repeat = is_told(seed) or is_always_given(project, item.entry, verdict.why)
        note = f"{text} seeds it"
        if seed.value.quality is not Quality.OPTIONAL:
            note += " under a condition that the defaults do not meet"
        yield self.finding(
            draw.event.place,
            f"{words} is seeded only on demand: {verdict.why}",
            help="give the seed option a number as its default, and test it with `is not None`",
            confidence=Confidence.LOW if can_repeat else confidence_of(project, item, draw),
            entry_point=item.entry.path,
            stream=verdict.stream,
            evidence=[*way_of(item.entry, draw.event), Evidence(seed.event.place, note)],
        )


def _is_out_of_reach(project: Project, item: Surveyed, verdict: Verdict, draw: Draw) -> bool:
    """Whether workers draw from NumPy's stream, which their torch does not seed and nobody else.

    Then the option makes no difference: SEED006 speaks of the loader.
    """
    return (
        verdict.stream == "numpy"
        and draw.event.process is Process.WORKER
        and project.versions.get("torch") is not None
        and project.versions.may_be_below("torch", "1.9")
        and not any(isinstance(act, Seed) and "numpy" in act.streams for act in item.acts)
    )


class SeedAfterUse(_StreamRule):
    """A stream is seeded after it has been drawn from.

    ## What it does
    Reports the first draw (a model or its head built, a split drawn) of a stream whose seeding
    comes later on the way from the entry point, and before the program learns. Told only with
    `--pedantic`: what is shown and never used after the seeding, weights that a checkpoint
    replaces at once, numbers that become the seed, and seedings that no learning follows, that wait
    for a condition, or that are for one part of the run only.

    ## Why is this bad?
    What was drawn before is different in every run, and the seed makes it look as if it were not.

    ## Use instead
    Seed first: before the model, the split and the loaders are made.

    ## References
    - https://github.com/huggingface/transformers/issues/11965
    """

    code = "SEED003"
    name = "seed-after-use"
    predicts = tuple(Prediction("unseeded-rng", stream=stream) for stream in STREAMS)
    bad = (
        Example(
            "import torch\n"
            "model = torch.nn.Linear(2, 2)  # <-\n"
            "torch.manual_seed(0)\n"
            "print(model(torch.rand(1, 2)))\n"
        ),
        Example(
            "import numpy as n\n"
            "def split(rows):\n"
            "    return n.random.permutation(rows)  # <-\n"
            "rows = split(9)\n"
            "n.random.seed(3)\n"
            "print(rows, n.random.rand())\n"
        ),
    )
    good = (
        Example(
            "import torch\n"
            "torch.manual_seed(0)\n"
            "model = torch.nn.Linear(2, 2)\n"
            "torch.manual_seed(1)\n"
            "print(model(torch.rand(1, 2)))\n"
        ),
        Example(
            "import numpy as np\nrows = np.arange(9)\nnp.random.seed(3)\nnp.random.shuffle(rows)\n"
        ),
        Example(
            "import torch\n"
            "def count():\n"
            "    model = torch.nn.Linear(2, 2)\n"
            "    total = 0\n"
            "    for weights in model.parameters():\n"
            "        total += weights.numel()\n"
            "    return total\n"
            "print(count())\n"
            "torch.manual_seed(0)\n"
            "print(torch.nn.Linear(2, 2)(torch.rand(1, 2)))\n"
        ),
        Example(
            "import random\n"
            "import numpy as np\n"
            "random.seed(1)\n"
            "weights = np.random.randn(3)\n"
            "for episode in range(2):\n"
            "    np.random.seed(random.randint(0, 99))\n"
            "    print(weights * np.random.randn(3))\n"
        ),
    )

    def judge(
        self, project: Project, item: Surveyed, verdict: Verdict, draw: Draw
    ) -> Iterator[Finding]:
        late = verdict.late
        if verdict.state is not State.UNSEEDED or late is None or verdict.lost is not None:
            return
        if late.value.drawn_from is not None:
            # The other stream, from which the seed is drawn, is the one to seed.
            return
        words = STREAM_WORDS[verdict.stream]
        what = f" ({draw.what})" if draw.what else ""
        sure = confidence_of(project, item, draw)
        is_over = is_over_before(draw, late) or is_loaded_over(item.walk, draw)
        found = self.finding(
            draw.event.place,
            f"{words} is drawn here{what} before {call_text(late.event)} seeds it",
            help="seed at the start, before the model, the split and the loaders are made",
            confidence=sure,
            entry_point=item.entry.path,
            stream=verdict.stream,
            evidence=[
                *way_of(item.entry, draw.event),
                Evidence(late.event.place, "seeded here, too late"),
            ],
        )
        is_over = is_over or makes_a_seed(draw) or is_never_taken(project, draw)
        yield found.doubted(is_over or not is_for_learning(project, item, draw, late))
