"""DET003, DET004, DET006: switches that contradict determinism, or take it back."""

from __future__ import annotations

from collections.abc import Iterator

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.rule import FileRule, Prediction
from .settings import WORDS, Setting, chosen, same_path, settings

_STRICT = frozenset({"deterministic", "deterministic-warn", "deterministic-cudnn"})


class AutotunedKernels(FileRule):
    """Kernels are chosen by timing them.

    ## What it does
    Reports `torch.backends.cudnn.benchmark = True`, `Trainer(benchmark=True)`,
    `torch.compile(mode="max-autotune")`, Inductor's and TensorFlow's autotuning switches, where
    they are switched on without a condition that a person chose.

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
    predicts = (Prediction("nondeterministic-op"),)
    bad = (
        Example(
            "import torch\n"
            "torch.manual_seed(0)\n"
            "torch.backends.cudnn.benchmark = True  # <-\n"
            "model = torch.compile(torch.nn.Linear(2, 2), mode='max-autotune')  # <-\n",
        ),
        Example(
            "import torch.backends.cudnn as cudnn\n"
            "import random\n"
            "random.seed(999)\n"
            "cudnn.benchmark = True  # <-\n",
            title="under another name, as in the DCGAN example",
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
            "import torch\n"
            "torch.backends.cudnn.benchmark = False\n"
            "class Timer:\n"
            "    benchmark = True\n",
        ),
    )

    def check(self, file: File) -> Iterator[Finding]:
        if is_test_path(file.path):
            return
        found = settings(file)
        for setting in found:
            if setting.effect != "autotune" or chosen(file, setting.node):
                continue
            if _contradicted(file, setting, found) is not None or _undone(file, setting, found):
                continue
            yield self.finding(
                file.place(setting.node),
                f"{spelled(setting)}: {setting.switch.says}",
                help="leave it off for runs that should be repeated, or make it an option",
            )


class ContradictoryFlags(FileRule):
    """Determinism is asked for, and kernels are still chosen by timing.

    ## What it does
    Reports `cudnn.benchmark = True` beside `cudnn.deterministic = True` or
    `use_deterministic_algorithms(True)` on the same way through the program, and
    `Trainer(deterministic=True, benchmark=True)`.

    ## Why is this bad?
    The reader believes that the run can be repeated. With benchmarking on, cuDNN still picks among
    its deterministic algorithms by time, and two runs can pick different ones.

    ## Use instead
    `torch.backends.cudnn.benchmark = False` wherever determinism is switched on.
    """

    code = "DET004"
    name = "contradictory-flags"
    words = WORDS
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
            if other is None:
                continue
            yield self.finding(
                file.place(setting.node),
                f"{spelled(setting)} chooses kernels by timing, although "
                f"{spelled(other)} asks for determinism",
                help="switch benchmarking off where determinism is on",
                evidence=(Evidence(file.place(other.node), "determinism is asked for here"),),
            )


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
                other.effect in _STRICT
                and other.switch is setting.switch
                and same_path(file, other.node, setting.node)
                for other in found
            ):
                continue
            if setting.scope.qualname.rsplit(".", 1)[-1] in {"__exit__", "tearDown"}:
                continue
            yield self.finding(
                file.place(setting.node),
                f"{spelled(setting)} switches determinism off",
                help="remove the line, or restore the value that was there before",
            )


def _contradicted(file: File, setting: Setting, found: tuple[Setting, ...]) -> Setting | None:
    """Return the setting that asks for determinism on the same way as this one."""
    if setting.switch.framework != "torch" or setting.switch.id.startswith("torch.compile"):
        return None
    for other in found:
        if (
            other.effect in _STRICT
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


def spelled(setting: Setting) -> str:
    name = setting.switch.name
    match setting.switch.kind:
        case "attribute" | "environment":
            return f"{name} = {setting.value}"
        case "call" if setting.value is not None:
            keyword = f"{setting.switch.keyword}=" if setting.switch.position is None else ""
            return f"{name}({keyword}{setting.value!r})"
        case "call":
            return f"{name}()"
        case "argument":
            return f"{name}({setting.switch.keyword}={setting.value!r})"
        case "flag":
            return f"{name}={setting.value}" if setting.value else name
        case _:
            return f"{name} = {setting.value!r}"
