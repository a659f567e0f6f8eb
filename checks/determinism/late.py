"""DET010: an environment variable that the framework has read before it is set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.example import Example
from ...auditor.finding import Evidence, Finding
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.rule import Prediction, ProjectRule
from .readers import VARIABLES, holders
from .situation import situation
from .switching import variables_set

_MAX_WALKS = 12


class LateFlag(ProjectRule):
    """A variable is set after the framework has read it.

    ## What it does
    Walks each entry point in the order in which it runs and reports `XLA_FLAGS`,
    `CUBLAS_WORKSPACE_CONFIG`, `TF_DETERMINISTIC_OPS` and others that are set after JAX has started
    its backend, after CUDA is in use, or after TensorFlow has run operations or was imported.

    ## Why is this bad?
    These variables are read once. Set too late, they do nothing, and nothing says so: the program
    looks deterministic and is not.

    ## Use instead
    Set them at the top of the program, before the framework is imported, or in the launcher.
    """

    code = "DET010"
    name = "late-flag"
    words = frozenset(VARIABLES)
    predicts = (Prediction("nondeterministic-op"),)
    bad = (
        Example(
            "import os\n"
            "import jax\n"
            "print(jax.devices())\n"
            "os.environ['XLA_FLAGS'] = '--xla_gpu_deterministic_ops=true'  # <-\n"
            "x = jax.numpy.ones(3)\n",
        ),
        Example(
            "import torch\n"
            "from seeds import seed_all as fix\n"
            "def main():\n"
            "    model = torch.nn.Linear(2, 2).cuda()\n"
            "    fix(0)\n"
            "if __name__ == '__main__':\n"
            "    main()\n",
            files=(
                (
                    "seeds.py",
                    (
                        "import os as system\n"
                        "import torch\n"
                        "def seed_all(seed):\n"
                        "    torch.manual_seed(seed)\n"
                        "    system.environ['CUBLAS_WORKSPACE_CONFIG'] = ':4096:8'  # <-\n"
                        "    torch.use_deterministic_algorithms(True)\n"
                    ),
                ),
            ),
            title="in a helper that is called after the model is on the device; an alias",
        ),
    )
    good = (
        Example(
            "import os\n"
            "os.environ['XLA_FLAGS'] = '--xla_gpu_deterministic_ops=true'\n"
            "import jax\n"
            "print(jax.devices())\n",
        ),
        Example(
            "import os\n"
            "import torch\n"
            "def main():\n"
            "    os.environ['CUBLAS_WORKSPACE_CONFIG'] = ':4096:8'\n"
            "    torch.use_deterministic_algorithms(True)\n"
            "    model = torch.nn.Linear(2, 2).cuda()\n"
            "if __name__ == '__main__':\n"
            "    main()\n",
            title="imported, but not yet used",
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        named = holders(project)
        if not named:
            return
        asked = situation(project, ())
        entries = {entry.path: entry for path in named for entry in asked.entries(path)}
        if len(entries) > _MAX_WALKS:
            entries = {path: entry for path, entry in entries.items() if path in named}
        told: set[tuple[Place, str]] = set()
        for entry in list(entries.values())[:_MAX_WALKS]:
            for item in variables_set(project, entry):
                if item.read is None or (item.place, item.variable) in told:
                    continue
                told.add((item.place, item.variable))
                yield self.finding(
                    item.place,
                    f"{item.variable} is set after {item.reader.says}: "
                    "it does nothing in this process",
                    help="set it at the top of the program, before the framework is imported",
                    entry_point=entry.path,
                    evidence=(Evidence(item.read, f"{item.reader.says} here"),),
                )
