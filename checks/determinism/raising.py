"""DET007: operations that raise, since determinism is switched on."""

from __future__ import annotations

from ...auditor.example import Example
from .operation_rule import OperationRule
from .operations import Operation, calls_for, methods_for
from .situation import SWITCH_METHODS, Switch
from .switching import SWITCH_CALLS


class NoDeterministicKernel(OperationRule):
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
