"""DET001, DET007, DET011: operations that are not deterministic, or raise under the switch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from ...auditor.entrypoints import EntryPoint, is_test_path
from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Confidence, Finding, Severity
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.rule import Prediction, ProjectRule
from .operations import Operation, calls_for, methods_for, operations, operations_at
from .situation import (
    SWITCH_CALLS,
    SWITCH_METHODS,
    Situation,
    Switch,
    situation,
    switch_facts,
)
from .surroundings import (
    counts_integers,
    index_is_unique,
    is_in_model,
    is_on_cpu,
    is_without_gradient,
)

_SWITCHES = {
    "torch": "torch.use_deterministic_algorithms(True)",
    "tensorflow": "tf.config.experimental.enable_op_determinism()",
    "jax": "XLA_FLAGS=--xla_gpu_deterministic_ops=true",
}


class _OperationRule(ProjectRule):
    """What the rules about operations share: collecting, and asking for the switch."""

    frameworks = ("torch", "tensorflow", "jax")
    predicts = (Prediction("nondeterministic-op"),)
    once_a_file: ClassVar[bool] = False

    def collect(self, site: Site) -> Iterator[Any]:
        if is_test_path(site.file.path):
            return
        yield from switch_facts(site)
        for operation in operations_at(site, self.code):
            if operation.needs_gradient and is_without_gradient(site):
                continue
            if (site.name or "").startswith("tensorflow.image.") and not is_in_model(site):
                # Pictures are mostly prepared on the CPU.
                continue
            if counts_integers(site) or (is_on_cpu(site) and "cpu" not in operation.devices):
                continue
            if site.last.startswith("index_add") and index_is_unique(site):
                continue
            certain = site.name in operation.calls
            yield ("operation", operation.id, site.place, _spelled(site), certain)
            return

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        switch = [fact for fact in facts if fact[0] == "switch"]
        found = [fact for fact in facts if fact[0] == "operation"]
        if not found:
            return
        asked = situation(project, switch)
        rows = {operation.id: operation for operation in operations()}
        told: set[str] = set()
        for _, row, place, spelled, certain in found:
            operation = rows[row]
            if self.once_a_file and place.path in told:
                continue
            if not asked.may_accelerate(operation.framework) and "cpu" not in operation.devices:
                continue
            if operation.needs_gradient and not asked.trains:
                continue
            for finding in self._judged(asked, operation, place, spelled, certain):
                told.add(place.path)
                yield finding

    def _judged(
        self, asked: Situation, operation: Operation, place: Place, spelled: str, certain: bool
    ) -> Iterator[Finding]:
        effect = operation.under_flag(asked.project.versions)
        entries: list[EntryPoint | None] = list(asked.entries(place.path)) or [None]
        for entry in entries:
            state = asked.state(entry, operation.framework)
            if state is Switch.ON and operation.needs_gradient and not asked.entry_trains(entry):
                continue
            if self.concerns(state, effect):
                yield self.finding(
                    place,
                    severity=self.weighs(state, effect),
                    message=self.says(operation, spelled, state)
                    + f" ({asked.project.versions.say(operation.framework)})",
                    help=self.helps(operation, effect, state),
                    entry_point=entry.path if entry is not None else None,
                    confidence=Confidence.HIGH if certain else Confidence.MEDIUM,
                )
                return

    def concerns(self, state: Switch, effect: str) -> bool:
        """Whether an operation is at fault under this state of the switch."""
        raise NotImplementedError

    def weighs(self, state: Switch, effect: str) -> Severity:
        """Return the severity."""
        return self.severity

    def says(self, operation: Operation, spelled: str, state: Switch) -> str:
        """Return the message."""
        raise NotImplementedError

    def helps(self, operation: Operation, effect: str, state: Switch) -> str:
        """Return what to do."""
        raise NotImplementedError


class NondeterministicOperation(_OperationRule):
    """An operation gives other bits in each run on a GPU.

    ## What it does
    Reports calls from the table of operations whose forward or backward pass is not
    deterministic on CUDA: bilinear interpolation, grid sampling, CTC loss, `scatter_add_`,
    `index_add_` and others,
    where the mode, the size and the arguments are those that matter, a gradient is possible, the
    project may run on an accelerator, and nothing on the way from the entry point switches
    determinism on.

    ## Why is this bad?
    Threads add to the same place in whichever order they come, and floating-point sums depend on
    the order. The differences grow with every step. A seed does not help.

    ## Use instead
    Switch determinism on, or take another operation where it has no deterministic form (then the
    switch raises, see DET007).

    ## References
    - https://docs.pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html
    - https://www.tensorflow.org/api_docs/python/tf/config/experimental/enable_op_determinism
    """

    code = "DET001"
    name = "nondeterministic-op"
    calls = calls_for("DET001") | SWITCH_CALLS
    methods = methods_for("DET001") | SWITCH_METHODS
    bad = (
        Example(
            "import torch\n"
            "import torch.nn.functional as F\n"
            "device = torch.device('cuda')\n"
            "def step(model, x, target, optimizer):\n"
            "    logits = model(x.to(device))\n"
            "    logits = F.interpolate(logits, scale_factor=2, mode='bilinear')  # <-\n"
            "    F.cross_entropy(logits, target).backward()\n"
            "    optimizer.step()\n",
            title="upsampled logits in a segmentation model",
        ),
        Example(
            "from torch.nn import functional as ops\n"
            "import torch\n"
            "class Aggregate(torch.nn.Module):\n"
            "    def forward(self, messages, index, size):\n"
            "        out = messages.new_zeros(size, messages.shape[1])\n"
            "        out.index_add_(0, index, messages)  # <-\n"
            "        return ops.grid_sample(out, index)  # <-\n"
            "def train(model, loss):\n"
            "    model.cuda()\n"
            "    loss.backward()\n",
            title="messages summed by node in a graph network; an alias",
        ),
        Example(
            "import tensorflow as tf\n"
            "class Pool(tf.keras.layers.Layer):\n"
            "    def call(self, values, segments):\n"
            "        return tf.math.segment_sum(values, segments)  # <-\n"
            "model = tf.keras.Sequential([Pool()])\n"
            "model.fit(1, 2)\n",
        ),
    )
    good = (
        Example(
            "import torch\n"
            "import torch.nn.functional as F\n"
            "torch.use_deterministic_algorithms(True)\n"
            "def step(model, x):\n"
            "    y = F.interpolate(model(x.cuda()), scale_factor=2, mode='bilinear')\n"
            "    y.sum().backward()\n"
            "step(None, None)\n",
            title="the switch takes a deterministic form",
        ),
        Example(
            "import torch\n"
            "import torch.nn.functional as F\n"
            "def step(model, x):\n"
            "    y = F.interpolate(model(x.cuda()), scale_factor=2, mode='nearest')\n"
            "    y.sum().backward()\n"
            "@torch.no_grad()\n"
            "def show(y):\n"
            "    return F.interpolate(y, scale_factor=2, mode='bilinear')\n"
            "head = torch.nn.AdaptiveAvgPool2d(1)\n"
            "def combine(out, expert_mask, states):\n"
            "    _, tokens = torch.where(expert_mask)\n"
            "    out.index_add_(0, tokens, states[tokens])\n",
            title="another mode; no gradient; a mean over everything; each index once",
        ),
        Example(
            "import torch\n"
            "import torch.nn.functional as F\n"
            "def step(x, flow):\n"
            "    F.grid_sample(x, flow).sum().backward()\n",
            title="on the CPU",
        ),
    )

    def concerns(self, state: Switch, effect: str) -> bool:
        return state is Switch.OFF or (state is Switch.WARN and effect == "raises")

    def says(self, operation: Operation, spelled: str, state: Switch) -> str:
        warned = "; warn_only only warns" if state is Switch.WARN else ""
        where = "on any device" if "cpu" in operation.devices else "on a GPU"
        return f"{spelled} is not deterministic {where}: {operation.says}{warned}"

    def helps(self, operation: Operation, effect: str, state: Switch) -> str:
        switch = _SWITCHES[operation.framework]
        if effect == "raises":
            return f"take another operation: it has no deterministic form, {switch} raises here"
        return f"{switch} takes a deterministic form"


class NoDeterministicKernel(_OperationRule):
    """An operation raises, since determinism is switched on.

    ## What it does
    Reports operations that have no deterministic form, in the framework version of the project,
    where determinism is switched on on the way from the entry point.

    ## Why is this bad?
    The program stops with an error at this line as soon as it runs on the device, often not before
    the backward pass. On a CPU most of these run, so tests do not show it.

    ## Use instead
    Another operation, or `warn_only=True` when this one may differ.
    """

    code = "DET007"
    name = "no-deterministic-kernel"
    calls = calls_for("DET007") | SWITCH_CALLS
    methods = methods_for("DET007") | SWITCH_METHODS
    bad = (
        Example(
            "import torch\n"
            "import torch.nn.functional as F\n"
            "torch.use_deterministic_algorithms(True)\n"
            "def step(x, flow):\n"
            "    warped = F.grid_sample(x.cuda(), flow)  # <-\n"
            "    warped.sum().backward()\n"
            "step(torch.ones(1), torch.ones(1))\n",
        ),
        Example(
            "import torch as th\n"
            "from seeding import repeatable\n"
            "def main():\n"
            "    repeatable()\n"
            "    totals = th.cumsum(th.rand(4).cuda(), 0)  # <-\n"
            "    totals.sum().backward()\n"
            "if __name__ == '__main__':\n"
            "    main()\n",
            files=(
                (
                    "seeding.py",
                    (
                        "import torch\n"
                        "def repeatable():\n"
                        "    torch.manual_seed(0)\n"
                        "    torch.use_deterministic_algorithms(True)\n"
                    ),
                ),
                ("requirements.txt", "torch==2.9.1\n"),
            ),
            title="switched on in a helper; raises in the pinned version",
        ),
    )
    good = (
        Example(
            "import torch\n"
            "import torch.nn.functional as F\n"
            "def step(x, flow):\n"
            "    F.grid_sample(x.cuda(), flow).sum().backward()\n"
            "step(torch.ones(1), torch.ones(1))\n",
            title="determinism is not switched on",
        ),
        Example(
            "import torch\n"
            "torch.use_deterministic_algorithms(True, warn_only=True)\n"
            "totals = torch.cumsum(torch.rand(4).cuda(), 0)\n"
            "totals.sum().backward()\n",
            files=(("requirements.txt", "torch==2.9.1\n"),),
            title="only warned",
        ),
        Example(
            "import torch\n"
            "torch.use_deterministic_algorithms(True)\n"
            "totals = torch.cumsum(torch.rand(4).cuda(), 0)\n"
            "totals.sum().backward()\n",
            files=(("requirements.txt", "torch==2.15.0\n"),),
            title="a version that has a deterministic form",
        ),
    )

    def concerns(self, state: Switch, effect: str) -> bool:
        return state is Switch.ON and effect == "raises"

    def says(self, operation: Operation, spelled: str, state: Switch) -> str:
        where = "on any device" if "cpu" in operation.devices else "on a GPU"
        passes = "in the backward pass " if operation.needs_gradient else ""
        return f"{spelled} raises {passes}{where}: determinism is on, and it has no such form"

    def helps(self, operation: Operation, effect: str, state: Switch) -> str:
        return "take another operation, or warn_only=True if this one may differ"


class NondeterministicAttention(_OperationRule):
    """Attention whose backward pass gives other bits in each run.

    ## What it does
    Reports `scaled_dot_product_attention` where determinism is not switched on, or only with
    `warn_only=True`, and flash-attention's own functions without `deterministic=True`.

    ## Why is this bad?
    The flash and memory-efficient kernels add gradients in any order by default. With
    `warn_only=True` they keep doing so. Flash-attention's functions do not ask the framework's
    switch at all.

    ## Use instead
    `torch.use_deterministic_algorithms(True)`, `deterministic=True` for flash-attention, or the
    mathematical backend under `sdpa_kernel`.

    ## References
    - https://github.com/pytorch/pytorch/pull/101847
    - https://github.com/Dao-AILab/flash-attention/issues/349
    """

    code = "DET011"
    once_a_file = True
    name = "nondeterministic-attention"
    calls = calls_for("DET011") | SWITCH_CALLS
    methods = SWITCH_METHODS
    bad = (
        Example(
            "import torch\n"
            "import torch.nn.functional as F\n"
            "torch.use_deterministic_algorithms(True, warn_only=True)\n"
            "def step(q, k, v):\n"
            "    out = F.scaled_dot_product_attention(q.cuda(), k, v)  # <-\n"
            "    out.sum().backward()\n"
            "step(1, 2, 3)\n",
        ),
        Example(
            "from flash_attn import flash_attn_func as attend\n"
            "import torch\n"
            "torch.use_deterministic_algorithms(True)\n"
            "def forward(q, k, v):\n"
            "    return attend(q.cuda(), k, v, causal=True)  # <-\n"
            "forward(1, 2, 3).sum().backward()\n",
            title="an extension that does not ask the switch; an alias",
        ),
    )
    good = (
        Example(
            "import torch\n"
            "import torch.nn.functional as F\n"
            "torch.use_deterministic_algorithms(True)\n"
            "def step(q, k, v):\n"
            "    F.scaled_dot_product_attention(q.cuda(), k, v).sum().backward()\n"
            "step(1, 2, 3)\n",
        ),
        Example(
            "from flash_attn import flash_attn_func\n"
            "import torch\n"
            "def forward(q, k, v):\n"
            "    return flash_attn_func(q.cuda(), k, v, deterministic=True)\n"
            "forward(1, 2, 3).sum().backward()\n",
        ),
    )

    def concerns(self, state: Switch, effect: str) -> bool:
        return effect == "silent" or state in {Switch.OFF, Switch.WARN}

    def weighs(self, state: Switch, effect: str) -> Severity:
        # Attention is everywhere; only a promise that it breaks makes it a fault.
        return Severity.WARNING if state in {Switch.WARN, Switch.ON} else Severity.INFO

    def says(self, operation: Operation, spelled: str, state: Switch) -> str:
        return f"{spelled}: {operation.says}"

    def helps(self, operation: Operation, effect: str, state: Switch) -> str:
        if effect == "silent":
            return "pass deterministic=True"
        if state is Switch.WARN:
            return "drop warn_only=True, or take the mathematical backend: sdpa_kernel(MATH)"
        return f"{_SWITCHES[operation.framework]} takes the deterministic kernels"


def _spelled(site: Site) -> str:
    short = site.name or f".{site.last}"
    for long, brief in (
        ("torch.nn.functional.", "F."),
        ("torch.nn.", "nn."),
        ("tensorflow.", "tf."),
    ):
        if short.startswith(long):
            short = brief + short[len(long) :]
            break
    mode = site.argument(None, "mode")
    known = site.constant(mode)
    return f"{short}(mode={known.value!r})" if known is not None else f"{short}()"
