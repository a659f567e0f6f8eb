"""DET011: attention whose backward pass is not deterministic."""

from __future__ import annotations

from ...auditor.example import Example
from ...auditor.finding import Severity
from .operation_rule import SWITCHES, OperationRule
from .operations import Operation, calls_for
from .situation import SWITCH_METHODS, Switch
from .switching import SWITCH_CALLS


class NondeterministicAttention(OperationRule):
    """Attention whose backward pass gives other bits in each run.

    ## What it does
    Reports `scaled_dot_product_attention` where determinism is not switched on, or only with
    `warn_only=True`, and flash-attention's own functions without `deterministic=True`; once a file.

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
        differ = f"the gradients of {spelled} differ from run to run on a GPU: {operation.says}"
        return f"{differ}, and warn_only=True lets it" if state is Switch.WARN else differ

    def helps(self, operation: Operation, effect: str, state: Switch) -> str:
        if effect == "silent":
            return "pass deterministic=True"
        if state is Switch.WARN:
            return "drop warn_only=True, or take the mathematical backend: sdpa_kernel(MATH)"
        return f"{SWITCHES[operation.framework]} takes the deterministic kernels"
