"""DET003, DET004: kernels that are chosen by timing, and that although determinism is on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.document import Document
from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import FileRule, Prediction, ProjectRule
from ..per_project import per_project
from ..usage.reach import reach_of
from .finished import only_predicts, only_runs, only_tries, serves_pictures
from .settings import STRICT, WORDS, Setting, chosen, same_path, settings
from .trainer_files import PATTERNS, trainer_settings


class AutotunedKernels(ProjectRule):
    """Kernels are chosen by timing them.

    ## What it does
    Reports `torch.backends.cudnn.benchmark = True`, `Trainer(benchmark=True)`,
    `torch.compile(mode="max-autotune")`, Inductor's and TensorFlow's autotuning switches, where
    they are switched on without a condition that a person chose; and `benchmark: true` in a YAML
    file (OmegaConf, Hydra, LightningCLI) in a section that is visibly for Lightning's trainer: it
    names the class, stands under `lightning`, or holds an argument that only this trainer has.
    Programs and classes that only run a finished model are of low confidence, and so is cuDNN's
    switch in a project whose own models hold no convolution: it times nothing else.

    ## Why is this bad?
    The fastest algorithm of this run is taken: another run, or another load of the machine,
    takes another algorithm, which sums in another order. A seed does not help.

    ## Use instead
    Leave the switch off, or switch it on only when the user asks for speed
    (`cudnn.benchmark = not args.deterministic`).

    ## References
    - https://docs.pytorch.org/docs/stable/notes/randomness.html
    """

    code = "DET003"
    name = "autotuned-kernels"
    words = WORDS
    patterns = PATTERNS
    predicts = (Prediction("nondeterministic-op"),)
    bad = (
        Example(
            "import torch\n"
            "torch.manual_seed(0)\n"
            "torch.backends.cudnn.benchmark = True  # <-\n"
            "model = torch.compile(torch.nn.Conv2d(2, 2, 1), mode='max-autotune')  # <-\n",
        ),
        Example(
            "import torch.backends.cudnn as cudnn\n"
            "import random\n"
            "random.seed(999)\n"
            "cudnn.benchmark = True  # <-\n",
            title="under another name, as in the DCGAN example",
        ),
        Example(
            "model:\n"
            "  base_learning_rate: 1.0e-4\n"
            "lightning:\n"
            "  trainer:\n"
            "    benchmark: True  # <-\n"
            "    max_epochs: 80\n",
            path="configs/autoencoder.yaml",
            title="the configuration of a latent diffusion model",
        ),
        Example(
            "_target_: pytorch_lightning.Trainer\nmax_epochs: 10\nbenchmark: true  # <-\n",
            path="configs/trainer/gpu.yaml",
            files=(
                (
                    "fit.yaml",
                    (
                        "trainer:\n"
                        "  val_check_interval: 0.5\n"
                        "  benchmark: true  # <-\n"
                        "predictor:\n"
                        "  class_path: lightning.Trainer\n"
                        "  init_args: {benchmark: true}  # <-\n"
                    ),
                ),
            ),
            title="a trainer of a Hydra configuration group; LightningCLI",
        ),
    )
    good = (
        Example(
            "import torch.backends.cudnn as cudnn\n"
            "def setup(args):\n"
            "    cudnn.benchmark = not args.deterministic\n"
            "    if args.seed is None:\n"
            "        cudnn.benchmark = True\n"
            "    else:\n"
            "        cudnn.benchmark = False\n",
            title="a person chooses",
        ),
        Example(
            "import torch.backends.cudnn as cudnn\n"
            "class LoadStreams:\n"
            "    def __init__(self, sources):\n"
            "        cudnn.benchmark = True\n",
            path="streams.py",
            files=(
                (
                    "detect.py",
                    (
                        "import torch\n"
                        "def detect(model, webcam):\n"
                        "    if webcam:\n"
                        "        torch.backends.cudnn.benchmark = True\n"
                    ),
                ),
            ),
            title="a camera that a finished model looks through",
        ),
        Example(
            "import torch\n"
            "torch.backends.cudnn.benchmark = False\n"
            "class Timer:\n"
            "    benchmark = True\n",
        ),
        Example(
            "lightning:\n"
            "  trainer:\n"
            "    benchmark: False\n"
            "    deterministic: true\n"
            "  logger:\n"
            "    benchmark: true\n"
            "trainer:\n"
            "  benchmark: true\n"
            "  epochs: 3\n"
            "evaluation:\n"
            "  benchmark: true\n"
            "  log_every_n_steps: 5\n"
            "pl_trainer:\n"
            "  benchmark: ${oc.env:BENCHMARK}\n"
            "  fast_dev_run: false\n",
            path="configs/train.yaml",
            title="off; somebody's own trainer; a key that means a benchmark; a person chooses",
        ),
    )

    def collect_file(self, file: File) -> Iterator[Any]:
        if is_test_path(file.path):
            return
        found = settings(file)
        # Results of a finished model move in their last bits; what is learned moves further.
        is_idle = only_runs(file)
        for setting in found:
            if setting.effect != "autotune" or chosen(file, setting.node):
                continue
            if serves_pictures(file, setting.node):
                continue
            if _contradicted(file, setting, found) is not None or _undone(file, setting, found):
                continue
            yield (
                file.place(setting.node),
                f"{setting.spelled}: {setting.switch.says}",
                is_idle or only_tries(file, setting.node) or only_predicts(file, setting.node),
                setting.switch.id == "torch.cudnn.benchmark",
            )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        for place, message, is_idle, is_of_convolutions in facts:
            is_low = is_idle or (is_of_convolutions and _has_no_convolution(project))
            yield self.finding(
                place,
                message,
                help="leave it off for runs that should be repeated, or make it an option",
                confidence=Confidence.LOW if is_low else None,
            )

    def check_document(self, document: Document, project: Project) -> Iterator[Finding]:
        for section in trainer_settings(document):
            if any(setting.effect in STRICT for setting in section):
                continue
            for setting in section:
                if setting.effect == "autotune":
                    yield self.finding(
                        document.place(setting.line),
                        f"{setting.path}: {setting.value} {setting.switch.says}",
                        help="leave it out of configurations of runs that should be repeated",
                        # Configurations are copied with models that are only used here.
                        confidence=None if _has_trainer(project) else Confidence.LOW,
                    )


class ContradictoryFlags(FileRule):
    """Determinism is asked for, and kernels are still chosen by timing.

    ## What it does
    Reports `cudnn.benchmark = True` beside `cudnn.deterministic = True` or
    `use_deterministic_algorithms(True)` on the same way through the program, and
    `Trainer(deterministic=True, benchmark=True)`, also as a trainer section of a YAML file.

    ## Why is this bad?
    The reader believes that the run can be repeated. With benchmarking on, cuDNN still picks among
    its deterministic algorithms by time, and two runs can pick different ones.

    ## Use instead
    `torch.backends.cudnn.benchmark = False` wherever determinism is switched on.
    """

    code = "DET004"
    name = "contradictory-flags"
    words = WORDS
    patterns = PATTERNS
    predicts = (Prediction("nondeterministic-op"),)
    bad = (
        Example(
            "import torch\n"
            "def seed_all(seed):\n"
            "    torch.manual_seed(seed)\n"
            "    torch.backends.cudnn.deterministic = True\n"
            "    torch.backends.cudnn.benchmark = True  # <-\n",
            title="a helper as it is copied from repository to repository",
        ),
        Example(
            "from torch.backends import cudnn as backend\n"
            "import torch as t\n"
            "from pytorch_lightning import Trainer\n"
            "backend.benchmark = True  # <-\n"
            "t.use_deterministic_algorithms(True)\n"
            "trainer = Trainer(deterministic=True, benchmark=True)  # <-\n",
        ),
        Example(
            "trainer:\n"
            "  _target_: lightning.pytorch.Trainer\n"
            "  deterministic: true\n"
            "  benchmark: true  # <-\n",
            path="configs/default.yaml",
            title="a Hydra configuration",
        ),
    )
    good = (
        Example(
            "import torch\n"
            "def seed_all(seed):\n"
            "    torch.backends.cudnn.deterministic = True\n"
            "    torch.backends.cudnn.benchmark = False\n",
        ),
        Example(
            "import torch\n"
            "def setup(strict):\n"
            "    if strict:\n"
            "        torch.backends.cudnn.deterministic = True\n"
            "    else:\n"
            "        torch.backends.cudnn.benchmark = True\n",
            title="exclusive branches",
        ),
    )

    def check(self, file: File) -> Iterator[Finding]:
        if is_test_path(file.path):
            return
        found = settings(file)
        for setting in found:
            if setting.effect != "autotune" or _undone(file, setting, found):
                continue
            other = _contradicted(file, setting, found)
            if other is None or serves_pictures(file, setting.node):
                continue
            yield self.finding(
                file.place(setting.node),
                f"{setting.spelled} chooses kernels by timing, although "
                f"{other.spelled} asks for determinism",
                help="switch benchmarking off where determinism is on",
                evidence=(Evidence(file.place(other.node), "determinism is asked for here"),),
            )

    def check_document(self, document: Document, project: Project) -> Iterator[Finding]:
        for section in trainer_settings(document):
            other = next((item for item in section if item.effect in STRICT), None)
            for setting in section:
                if other is not None and setting.effect == "autotune":
                    yield self.finding(
                        document.place(setting.line),
                        f"{setting.path}: {setting.value} chooses kernels by timing, although "
                        f"{other.path} asks for determinism",
                        help="switch benchmarking off where determinism is on",
                        evidence=(
                            Evidence(document.place(other.line), "determinism is asked for here"),
                        ),
                    )


#: Models that a project puts together itself, and what may hold convolutions.
_LAYERS = regex(rb"\bnn\.(Linear|LSTM|GRU|RNN|LSTMCell|GRUCell)\(")
_CONVOLUTIONS = regex(
    rb"conv(?!e[rny])|cnn|resnet|vision|vgg|u-?net|dense_?net|mobile_?net|efficient_?net|backbone|"
    rb"timm|torchaudio|wav2vec|diffus|transformers|detectron|mmcv|monai|yolo|hub\.load|getattr\(",
    re.I,
)


@per_project
def _has_no_convolution(project: Project) -> bool:
    """Whether the models of a project are seen and hold no convolution; cuDNN times only these."""
    reach = reach_of(project)
    return reach.holds(_LAYERS) and not reach.holds(_CONVOLUTIONS)


_TRAINERS = regex(rb"\bTrainer\b|LightningCLI|\bFabric\(|hydra|instantiate")


@per_project
def _has_trainer(project: Project) -> bool:
    """Whether any code of the project makes a trainer, or what a configuration names."""
    return reach_of(project).holds(_TRAINERS) or not project.modules


def _contradicted(file: File, setting: Setting, found: tuple[Setting, ...]) -> Setting | None:
    """Return the setting that asks for determinism on the same way as this one."""
    if setting.switch.framework != "torch" or setting.switch.id.startswith("torch.compile"):
        return None
    for other in found:
        if (
            other.effect in STRICT
            and other.switch.framework == "torch"
            and same_path(file, setting.node, other.node)
        ):
            return other
    return None


def _undone(file: File, setting: Setting, found: tuple[Setting, ...]) -> bool:
    """Whether the same switch is set to a constant again later on the same way."""
    return any(
        other.switch is setting.switch
        and other.effect == "fixed-kernels"
        and getattr(other.node, "lineno", 0) > getattr(setting.node, "lineno", 0)
        and same_path(file, setting.node, other.node)
        for other in found
    )
