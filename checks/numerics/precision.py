"""NUM001 to NUM003: switches that round on some machines and not on others."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.finding import Confidence, Finding, Severity
from ...auditor.rule import FileRule, Prediction
from ..determinism.settings import WORDS, Setting, chosen, settings


class _PrecisionRule(FileRule):
    """What the rules about precision share: which effect of which switches they report."""

    severity = Severity.INFO
    words = WORDS
    predicts = (Prediction("environment"),)
    effects: ClassVar[frozenset[str]]
    helps: ClassVar[str]

    def check(self, file: File) -> Iterator[Finding]:
        if is_test_path(file.path):
            return
        for setting in settings(file):
            if (
                setting.effect in self.effects
                and self.concerns(setting)
                and not chosen(file, setting.node)
            ):
                yield self.finding(
                    file.place(setting.node),
                    f"{setting.spelled}: {setting.switch.says}",
                    help=self.helps,
                )

    def concerns(self, setting: Setting) -> bool:
        """Whether a setting is this rule's matter."""
        return True


class TensorFloat32(_PrecisionRule):
    """Products of float32 numbers are computed in fewer bits where the GPU can.

    ## What it does
    Reports switches that turn TensorFloat-32 or bfloat16 products on in PyTorch, where nobody chose
    them by an option.

    ## Why is this bad?
    An Ampere or newer GPU rounds inputs to 10 bits of mantissa, an older one and a CPU do not:
    results move between machines by much more than the order of sums does.

    ## Use instead
    Leave it off where results are compared between machines, or state it beside the results.

    ## References
    - https://docs.pytorch.org/docs/stable/notes/cuda.html
    """

    code = "NUM001"
    name = "tf32"
    frameworks = ("torch",)
    effects = frozenset({"tf32"})
    helps = "state it beside the results, or make it an option"
    bad = (
        Example(
            "import torch\n"
            "torch.backends.cuda.matmul.allow_tf32 = True  # <-\n"
            "torch.set_float32_matmul_precision('high')  # <-\n",
        ),
        Example(
            "import torch.backends.cuda as gpu\ngpu.matmul.fp32_precision = 'tf32'  # <-\n",
            title="the settings of torch 2.9 and newer; an alias",
        ),
    )
    good = (
        Example(
            "import torch\n"
            "torch.set_float32_matmul_precision('highest')\n"
            "torch.backends.cudnn.allow_tf32 = False\n",
        ),
        Example(
            "import torch\n"
            "def setup(args):\n"
            "    if args.allow_tf32:\n"
            "        torch.backends.cuda.matmul.allow_tf32 = True\n",
            title="a person chooses, as in fine-tuning scripts",
        ),
    )

    def concerns(self, setting: Setting) -> bool:
        return setting.switch.framework == "torch"


class ReducedPrecisionReduction(_PrecisionRule):
    """Partial sums of half-precision products are kept in half precision.

    ## What it does
    Reports switches that let matrix products sum in float16 or bfloat16.

    ## Why is this bad?
    How a product is cut into partial sums depends on the GPU and its size; with half-precision sums
    the difference shows in the third digit.

    ## Use instead
    `torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = False`, likewise for bf16.
    """

    code = "NUM002"
    name = "reduced-precision-reduction"
    frameworks = ("torch",)
    effects = frozenset({"reduced-reduction"})
    helps = "set it to False where results are compared between machines"
    bad = (
        Example(
            "import torch\n"
            "torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = True  # <-\n",
        ),
        Example(
            "from torch.backends import cuda as card\n"
            "card.matmul.allow_bf16_reduced_precision_reduction = True  # <-\n"
            "card.matmul.allow_fp16_accumulation = True  # <-\n",
        ),
    )
    good = (
        Example(
            "import torch\n"
            "torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = False\n",
        ),
        Example(
            "import torch\n"
            "def setup(value):\n"
            "    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = value\n",
        ),
    )


class MatmulPrecision(_PrecisionRule):
    """JAX or TensorFlow is told to multiply in fewer bits.

    ## What it does
    Reports `jax_default_matmul_precision` and `jax.default_matmul_precision(...)` set to a lower
    precision, and TensorFlow's TensorFloat-32 switched on in so many words. Of low confidence: it
    is what both frameworks do anyway where nothing is set, so the line itself changes nothing.

    ## Why is this bad?
    The precision is that of the device: bfloat16 passes on TPUs, TensorFloat-32 on newer GPUs, full
    on CPUs. Results move between them.

    ## Use instead
    `jax.config.update("jax_default_matmul_precision", "highest")` where results are compared.

    ## References
    - https://docs.jax.dev/en/latest/_autosummary/jax.default_matmul_precision.html
    - jax 0.10, `jax/_src/lax/lax.py`: "bfloat16", "fastest" and "default" are `Precision.DEFAULT`
    """

    code = "NUM003"
    name = "matmul-precision"
    confidence = Confidence.LOW
    frameworks = ("jax", "tensorflow")
    words = WORDS | {"default_matmul_precision"}
    effects = frozenset({"tf32", "tf32-default"})
    helps = "take the highest precision where results are compared between machines"
    bad = (
        Example(
            "import jax\njax.config.update('jax_default_matmul_precision', 'bfloat16')  # <-\n",
        ),
        Example(
            "import tensorflow as tf\n"
            "import jax as j\n"
            "tf.config.experimental.enable_tensor_float_32_execution(True)  # <-\n"
            "with j.default_matmul_precision('tensorfloat32'):  # <-\n"
            "    pass\n",
        ),
    )
    good = (
        Example(
            "import jax\njax.config.update('jax_default_matmul_precision', 'highest')\n",
        ),
        Example(
            "import tensorflow as tf\n"
            "tf.config.experimental.enable_tensor_float_32_execution(False)\n",
        ),
        Example(
            "import jax\n"
            "def precondition(grads, precision='tensorfloat32'):\n"
            "    with jax.default_matmul_precision(precision):\n"
            "        return grads @ grads.T\n",
            title="whoever calls it chooses (second-order optimizers)",
        ),
    )

    def concerns(self, setting: Setting) -> bool:
        return setting.switch.framework in {"jax", "tensorflow"}

    def check(self, file: File) -> Iterator[Finding]:
        yield from super().check(file)
        if is_test_path(file.path):
            return
        for node in file.nodes.of(ast.Call):
            if len(node.args) != 1:
                continue
            scope = file.scope_of(node)
            if file.dotted(node.func, scope) != "jax.default_matmul_precision":
                continue
            if not isinstance(file.parents.get(node), ast.withitem):
                # A decorator is about one function, on purpose.
                continue
            known = file.values.constant(node.args[0], scope)
            if known is None or known.via in {"parameter", "option"}:
                continue
            if str(known.value).lower() in _LOWER:
                yield self.finding(
                    file.place(node),
                    f"jax.default_matmul_precision({known.value!r}) computes products in fewer "
                    "bits where the device can",
                    help=self.helps,
                )


_LOWER = frozenset({"bfloat16", "tensorfloat32", "fastest", "default", "high"})
