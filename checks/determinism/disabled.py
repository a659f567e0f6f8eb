"""DET006: a determinism switch that is turned off by a constant."""

from __future__ import annotations

from collections.abc import Iterator

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.finding import Confidence, Finding
from ...auditor.rule import FileRule, Prediction
from .settings import STRICT, WORDS, chosen, same_path, settings


class DeterminismDisabled(FileRule):
    """A determinism switch is turned off by a constant.

    ## What it does
    Reports `use_deterministic_algorithms(False)`, `cudnn.deterministic = False`,
    `TF_DETERMINISTIC_OPS=0`, `--xla_gpu_deterministic_ops=false` and TensorFlow's
    `TF_DISABLE_…_DETERMINISM` variables, where nobody chose it by an option.

    ## Why is this bad?
    Whatever a caller, a launcher or the environment switched on is taken back here, silently.

    ## Use instead
    Remove the line (off is the default), or restore the value that was there before.
    """

    code = "DET006"
    name = "determinism-disabled"
    confidence = Confidence.HIGH
    words = WORDS
    predicts = (Prediction("nondeterministic-op"),)
    bad = (
        Example(
            "import torch\n"
            "torch.backends.cudnn.deterministic = False  # <-\n"
            "torch.use_deterministic_algorithms(False)  # <-\n",
        ),
        Example(
            "import os as system\n"
            "system.environ['TF_DETERMINISTIC_OPS'] = '0'  # <-\n"
            "system.environ['TF_DISABLE_SCATTER_OP_DETERMINISM'] = '1'  # <-\n"
            "import tensorflow as tf\n",
            title="TensorFlow's environment variables; the module under another name",
        ),
    )
    good = (
        Example(
            "import torch\n"
            "before = torch.are_deterministic_algorithms_enabled()\n"
            "torch.use_deterministic_algorithms(True)\n"
            "torch.use_deterministic_algorithms(before)\n",
            title="restored",
        ),
        Example(
            "import torch\n"
            "def run(cuda_deterministic):\n"
            "    if cuda_deterministic:\n"
            "        torch.backends.cudnn.deterministic = True\n"
            "    else:\n"
            "        torch.backends.cudnn.deterministic = False\n",
            title="a person chooses",
        ),
        Example(
            "import torch\n"
            "torch.use_deterministic_algorithms(True)\n"
            "index = torch.zeros(3).median(0)\n"
            "torch.use_deterministic_algorithms(False)\n",
            title="switched on for a stretch and off again",
        ),
    )

    def check(self, file: File) -> Iterator[Finding]:
        if is_test_path(file.path):
            return
        found = settings(file)
        for setting in found:
            if setting.effect != "undetermined" or chosen(file, setting.node):
                continue
            if any(
                other.effect in STRICT
                and other.switch is setting.switch
                and same_path(file, other.node, setting.node)
                for other in found
            ):
                continue
            if setting.scope.qualname.rsplit(".", 1)[-1] in {"__exit__", "tearDown"}:
                continue
            yield self.finding(
                file.place(setting.node),
                f"{setting.spelled} switches determinism off",
                help="remove the line, or restore the value that was there before",
            )
