"""DET002, DET005: determinism that is not switched on, or not wholly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...auditor.entrypoints import EntryPoint, is_test_path
from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Confidence, Finding, Severity
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import Prediction, ProjectRule
from .situation import SWITCH_METHODS, Situation, Switch, situation, switch_facts
from .switching import SWITCH_CALLS
from .trainer_files import trainer_files_enable
from .training import Training

_PARTLY = regex(
    rb"cudnn\.deterministic\s*=\s*True|TF_CUDNN_DETERMINISTIC|deterministic\s*=\s*(True|['\"]warn)|"
    rb"full_determinism|"
    # Every field of the trainer's arguments is an option then, `--full_determinism` among them.
    rb"\bTrlParser\(|\bHfArgumentParser\([^#]{0,200}?TrainingArguments"
)
#: Work at the top of a script.
_RUNS = regex(
    r"^(for|while|with)\b|^\S*\.(fit|backward|step)\(|^\w*(train|main|run|fit)\w*\(|"
    r"^\w[\w, ]*=.*(train|fit)\w*\(|^try:\s*\n([ \t].*\n){0,12}?[ \t]+for \w*epoch",
    re.M,
)
_SAYS = {
    "torch": "torch.use_deterministic_algorithms(True)",
    "tensorflow": "tf.config.experimental.enable_op_determinism()",
    "jax": "XLA_FLAGS=--xla_gpu_deterministic_ops=true",
}


class DeterminismNotEnabled(ProjectRule):
    """A program trains on an accelerator with nothing that makes it deterministic.

    ## What it does
    Says once for each entry point that trains, may run on a GPU, and switches neither the
    framework's determinism nor cuDNN's on.

    ## Why is this bad?
    It is not a fault as such: determinism costs time. But two runs with the same seed will differ,
    and whoever reads the results should know.

    ## Use instead
    `torch.use_deterministic_algorithms(True)`, `tf.config.experimental.enable_op_determinism()` or
    `XLA_FLAGS=--xla_gpu_deterministic_ops=true`, as an option.
    """

    code = "DET002"
    name = "determinism-not-enabled"
    severity = Severity.INFO
    calls = SWITCH_CALLS
    methods = SWITCH_METHODS
    predicts = (Prediction("nondeterministic-op"),)
    bad = (
        Example(
            "import os\n"
            "import torch  # <-\n"
            "model = torch.nn.Linear(2, 2).cuda()\n"
            "loss = model(torch.ones(1, 2).cuda()).sum()\n"
            "loss.backward()\n",
            title="a plain script: where the switch belongs",
        ),
        Example(
            "from tensorflow import keras as k  # <-\n"
            "model = k.Sequential([k.layers.Dense(2)])\n"
            "model.compile('adam', 'mse')\n"
            "model.fit([1], [2])\n",
        ),
        Example(
            "from losses import fit\n"
            "def main(batches):\n"
            "    fit.train(batches)\n"
            "if __name__ == '__main__':  # <-\n"
            "    main([1])\n",
            files=(
                ("losses/__init__.py", ""),
                (
                    "losses/fit.py",
                    (
                        "import jax\n"
                        "def train(batches):\n"
                        "    for batch in batches:\n"
                        "        jax.value_and_grad(abs)(batch)\n"
                    ),
                ),
            ),
            title="what it imports trains, with a framework that it does not name",
        ),
        Example(
            "import torch  # <-\n"
            "from losses import SplitLoss\n"
            "loss = SplitLoss().cuda()\n"
            "try:\n"
            "    for epoch in range(9):\n"
            "        loss(epoch).backward()\n"
            "except KeyboardInterrupt:\n"
            "    print('early')\n",
            path="language.py",
            files=(
                (
                    "losses.py",
                    (
                        "import torch\n"
                        "class SplitLoss(torch.nn.Module):\n"
                        "    pass\n"
                        "if __name__ == '__main__':\n"
                        "    SplitLoss().cuda()(torch.ones(1)).backward()\n"
                    ),
                ),
            ),
            title="epochs that can be interrupted; the loss's own test is no program",
        ),
    )
    good = (
        Example(
            "import torch\n"
            "torch.use_deterministic_algorithms(True)\n"
            "model = torch.nn.Linear(2, 2).cuda()\n"
            "model(torch.ones(1, 2).cuda()).sum().backward()\n",
        ),
        Example(
            "import torch\n"
            "model = torch.nn.Linear(2, 2)\n"
            "model(torch.ones(1, 2)).sum().backward()\n",
            title="on the CPU",
        ),
        Example(
            "import jax, optax\n"
            "from network import Network\n"
            "def main(checkpoint):\n"
            "    optimizer = optax.chain(optax.scale(-1))\n"
            "    print(Network(optimizer).generate(checkpoint))\n"
            "if __name__ == '__main__':\n"
            "    main('latest')\n",
            path="sample.py",
            files=(
                (
                    "network.py",
                    (
                        "import jax\n"
                        "class Network:\n"
                        "    def train(self, batch):\n"
                        "        return jax.value_and_grad(abs)(batch)\n"
                    ),
                ),
                (
                    "probe.py",
                    (
                        "import tensorflow as tf\n"
                        "from sklearn import svm\n"
                        "features = tf.random.normal([8, 2])\n"
                        "for c in (1, 10):\n"
                        "    svm.LinearSVC(C=c).fit(features.numpy(), [0, 1] * 4)\n"
                    ),
                ),
            ),
            title="the optimizer of a program that samples; a classifier on the CPU",
        ),
        Example(
            "import pytorch_lightning as pl\n"
            "trainer = pl.Trainer.from_argparse_args(args, gpus=1)\n"
            "trainer.test(model, datamodule=data)\n",
            title="a trainer that only measures",
        ),
        Example(
            "import pytorch_lightning as pl\n"
            "from omegaconf import OmegaConf\n"
            "trainer = pl.Trainer(accelerator='gpu', **OmegaConf.load('fit.yaml').trainer)\n"
            "trainer.fit(None)\n",
            files=(("fit.yaml", "trainer:\n  deterministic: true\n  fast_dev_run: false\n"),),
            title="switched on in the configuration",
        ),
    )

    def collect(self, site: Site) -> Iterator[Any]:
        if not is_test_path(site.file.path):
            yield from switch_facts(site)

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        asked = situation(project, facts)
        # Which program reads a configuration file is not seen.
        unsure = {"torch"} if trainer_files_enable(project) else set[str]()
        training = asked.training
        for entry in project.entry_points:
            for framework in training.program_trains(entry):
                if framework not in unsure and self._is_plain(asked, training, entry, framework):
                    yield self.finding(
                        training.begins(entry, framework),
                        f"this program trains with {framework}, on a GPU where there is one, and "
                        "switches no determinism on",
                        help=f"offer {_SAYS[framework]} as an option, or say that runs differ",
                        entry_point=entry.path,
                    )
                    break

    def _is_plain(
        self, asked: Situation, training: Training, entry: EntryPoint, framework: str
    ) -> bool:
        if entry.kind == "script" and not _RUNS.search(training.text(entry.path)):
            # A module of a library that merely computes something when it is imported.
            return False
        if training.tests_itself(entry):
            return False
        return (
            asked.entry_may_accelerate(entry, framework)
            and not asked.sets_partly(entry, _PARTLY)
            and asked.state(entry, framework) is Switch.OFF
        )


class CublasWorkspaceUnset(ProjectRule):
    """Determinism is on, but cuBLAS has no fixed workspace.

    ## What it does
    Reports `use_deterministic_algorithms(True)` in a project that declares a torch older than 2.10
    and sets `CUBLAS_WORKSPACE_CONFIG` nowhere: not in its code, its scripts or its Dockerfile.

    ## Why is this bad?
    With CUDA 10.2 and newer, these versions of torch raise at the first matrix product on a GPU.
    From 2.10 on torch allocates the workspace itself, and nothing is reported.

    ## Use instead
    `os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"` before the first use of CUDA.

    ## References
    - https://github.com/pytorch/pytorch/pull/161749
    """

    code = "DET005"
    name = "cublas-workspace-unset"
    confidence = Confidence.HIGH
    calls = frozenset({"torch.use_deterministic_algorithms"})
    frameworks = ("torch",)
    predicts = (Prediction("nondeterministic-op"),)
    bad = (
        Example(
            "import torch\n"
            "torch.use_deterministic_algorithms(True)  # <-\n"
            "model = torch.nn.Linear(2, 2).cuda()\n",
            files=(("requirements.txt", "torch==2.4.1\n"),),
        ),
        Example(
            "from torch import use_deterministic_algorithms as strict\n"
            "import torch\n"
            "def main(device):\n"
            "    strict(True)  # <-\n"
            "    torch.ones(2).to(device)\n",
            files=(("requirements.txt", "torch>=1.12,<2.3\n"),),
            title="a range of old versions; an alias",
        ),
    )
    good = (
        Example(
            "import os\n"
            "os.environ['CUBLAS_WORKSPACE_CONFIG'] = ':4096:8'\n"
            "import torch\n"
            "torch.use_deterministic_algorithms(True)\n"
            "model = torch.nn.Linear(2, 2).cuda()\n",
            files=(("requirements.txt", "torch==2.4.1\n"),),
        ),
        Example(
            "import torch\n"
            "torch.use_deterministic_algorithms(True)\n"
            "model = torch.nn.Linear(2, 2).cuda()\n",
            files=(("requirements.txt", "torch==2.11.0\n"),),
            title="a version that needs no such setting",
        ),
        Example(
            "import torch\n"
            "torch.use_deterministic_algorithms(True)\n"
            "model = torch.nn.Linear(2, 2).cuda()\n",
            files=(
                ("requirements.txt", "torch==2.4.1\n"),
                ("run.sh", "CUBLAS_WORKSPACE_CONFIG=:16:8 python train.py\n"),
            ),
            title="set by the launcher",
        ),
    )

    def collect(self, site: Site) -> Iterator[Any]:
        if is_test_path(site.file.path):
            return
        mode = site.constant(site.argument(0, "mode"))
        warn = site.constant(site.argument(None, "warn_only"))
        if mode is not None and mode.value is True and not (warn is not None and warn.value):
            yield site.place

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        if not facts or project.versions.get("torch") is None:
            return
        if project.versions.may_be_at_least("torch", "2.10"):
            return
        if _anywhere(project, b"CUBLAS_WORKSPACE_CONFIG"):
            return
        asked = situation(project, ())
        for place in facts:
            if asked.may_accelerate("torch"):
                yield self.finding(
                    place,
                    "determinism is on, but CUBLAS_WORKSPACE_CONFIG is set nowhere: "
                    f"matrix products on a GPU raise ({project.versions.say('torch')})",
                    help='os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8" before CUDA is used',
                )


def _anywhere(project: Project, word: bytes) -> bool:
    for state in project.discovery.files:
        try:
            if word in Path(state.absolute).read_bytes():
                return True
        except OSError:
            continue
    return False
