"""DET010: an environment variable that the framework has read before it is set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...auditor.entrypoints import is_test_path
from ...auditor.finding import Evidence, Finding
from ...auditor.project import Project
from ...auditor.rule import Example, Prediction, ProjectRule
from ...auditor.walk import Event, Guard, Kind, Known, Vocabulary, walk
from .situation import situation


@dataclass(frozen=True, slots=True)
class _Reader:
    """What makes a framework read its variables: calls by name or prefix, methods, an import."""

    says: str
    names: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    methods: frozenset[str] = frozenset()
    imports: frozenset[str] = frozenset()
    quiet: tuple[str, ...] = ()

    def reads(self, event: Event) -> bool:
        """Whether the variables are read here at the latest."""
        if event.kind is Kind.IMPORT:
            return event.name in self.imports
        if event.kind is not Kind.CALL or event.name.startswith(self.quiet):
            return False
        if event.name in self.names or event.name.startswith(self.prefixes or ("\0",)):
            return True
        if event.method == "to" and "to" in self.methods:
            given = event.arguments.get(0, "device")
            return isinstance(given, Known) and "cuda" in str(given.value)
        return event.method in self.methods


_JAX = _Reader(
    "JAX has started its backend",
    names=frozenset(
        """
        jax.devices jax.local_devices jax.device_count jax.local_device_count jax.default_backend
        jax.process_index jax.process_count jax.device_put jax.block_until_ready
        """.split()
    ),
    prefixes=("jax.numpy.", "jax.random."),
    quiet=("jax.numpy.dtype",),
)
_CUDA = _Reader(
    "CUDA is in use",
    names=frozenset(
        {
            "torch.cuda.init",
            "torch.cuda.synchronize",
            "torch.cuda.current_stream",
            "torch.cuda.Stream",
        }
    ),
    methods=frozenset({"cuda", "to"}),
)
_TENSORFLOW = _Reader(
    "TensorFlow has run operations",
    prefixes=("tensorflow.", "keras."),
    quiet=(
        "tensorflow.config.",
        "tensorflow.random.set_seed",
        "tensorflow.compat.v1.disable",
        "tensorflow.keras.utils.set_random_seed",
        "keras.utils.set_random_seed",
        "tensorflow.get_logger",
        "tensorflow.function",
        "tensorflow.autograph",
    ),
)
_TF_IMPORT = _Reader(
    "TensorFlow has been imported", imports=frozenset({"tensorflow", "tensorflow.keras"})
)
_VARIABLES: dict[str, _Reader] = {
    "XLA_FLAGS": _JAX,
    "JAX_DEFAULT_PRNG_IMPL": _JAX,
    "CUBLAS_WORKSPACE_CONFIG": _CUDA,
    "TF_DETERMINISTIC_OPS": _TENSORFLOW,
    "TF_CUDNN_DETERMINISTIC": _TENSORFLOW,
    "TF_CUDNN_USE_AUTOTUNE": _TENSORFLOW,
    "TF_ENABLE_ONEDNN_OPTS": _TF_IMPORT,
}
_WORDS = re.compile("|".join(_VARIABLES).encode())
_READERS = (_JAX, _CUDA, _TENSORFLOW, _TF_IMPORT)
_VOCABULARY = Vocabulary(
    names=frozenset({"os.environ.setdefault", "os.environ.update", "os.putenv"}).union(
        *(reader.names for reader in _READERS)
    ),
    prefixes=tuple(prefix for reader in _READERS for prefix in reader.prefixes),
    methods=_CUDA.methods,
    assigned=("os.environ",),
    imports=frozenset({"tensorflow", "tensorflow.keras"}),
)
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
    words = frozenset(_VARIABLES)
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
        holders = _holders(project)
        if not holders:
            return
        asked = situation(project, ())
        entries = {entry.path: entry for path in holders for entry in asked.entries(path)}
        if len(entries) > _MAX_WALKS:
            entries = {path: entry for path, entry in entries.items() if path in holders}
        told: set[object] = set()
        for entry in list(entries.values())[:_MAX_WALKS]:
            read: dict[_Reader, Event] = {}
            for event in walk(project, entry, _VOCABULARY).events:
                if event.guard is Guard.NOT_MET:
                    continue
                for variable in _set_here(event):
                    reader = _VARIABLES[variable]
                    before = read.get(reader)
                    if before is not None and (event.place, variable) not in told:
                        told.add((event.place, variable))
                        yield self._late(event, variable, reader, before, entry.path)
                for reader in _READERS:
                    if reader not in read and event.guard <= Guard.MET and reader.reads(event):
                        read[reader] = event

    def _late(
        self, event: Event, variable: str, reader: _Reader, before: Event, entry: str
    ) -> Finding:
        return self.finding(
            event.place,
            f"{variable} is set after {reader.says}: it does nothing in this process",
            help="set it at the top of the program, before the framework is imported",
            entry_point=entry,
            evidence=(Evidence(before.place, f"{reader.says} here"),),
        )


def _set_here(event: Event) -> Iterator[str]:
    """Yield the variables that an event sets."""
    if event.kind is Kind.SET and event.name == "os.environ":
        if event.key in _VARIABLES:
            yield event.key
    elif event.kind is Kind.CALL and event.name in {"os.environ.setdefault", "os.putenv"}:
        given = event.arguments.get(0, "key")
        if isinstance(given, Known) and given.value in _VARIABLES:
            yield given.value


def _holders(project: Project) -> set[str]:
    """Return the Python files that name one of the variables."""
    found: set[str] = set()
    for state in project.discovery.files:
        if (state.is_python or state.is_notebook) and not is_test_path(state.path):
            try:
                if _WORDS.search(Path(state.absolute).read_bytes()):
                    found.add(state.path)
            except OSError:
                continue
    return found
