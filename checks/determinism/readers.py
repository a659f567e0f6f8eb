"""When frameworks read their environment variables, and what is set after that."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...auditor.entrypoints import is_test_path
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.walk import Event, Kind, Known, Vocabulary


@dataclass(frozen=True, slots=True)
class Reader:
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


_JAX = Reader(
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
_CUDA = Reader(
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
_TENSORFLOW = Reader(
    "TensorFlow has run operations",
    prefixes=("tensorflow.", "keras."),
    quiet=(
        "tensorflow.config.",
        "tensorflow.compat.v1.ConfigProto",
        "tensorflow.ConfigProto",
        "tensorflow.compat.v1.GPUOptions",
        "tensorflow.random.set_seed",
        "tensorflow.compat.v1.disable",
        "tensorflow.keras.utils.set_random_seed",
        "keras.utils.set_random_seed",
        "tensorflow.get_logger",
        "tensorflow.function",
        "tensorflow.autograph",
    ),
)
_TF_IMPORT = Reader(
    "TensorFlow has been imported", imports=frozenset({"tensorflow", "tensorflow.keras"})
)
VARIABLES: dict[str, Reader] = {
    "XLA_FLAGS": _JAX,
    "JAX_DEFAULT_PRNG_IMPL": _JAX,
    "CUBLAS_WORKSPACE_CONFIG": _CUDA,
    "TF_DETERMINISTIC_OPS": _TENSORFLOW,
    "TF_CUDNN_DETERMINISTIC": _TENSORFLOW,
    "TF_CUDNN_USE_AUTOTUNE": _TENSORFLOW,
    "TF_ENABLE_ONEDNN_OPTS": _TF_IMPORT,
}
_HOLDS = regex("|".join(VARIABLES).encode())
READERS = (_JAX, _CUDA, _TENSORFLOW, _TF_IMPORT)
#: What a walk has to report for `Reader.reads` and for the places that set variables.
READER_VOCABULARY = Vocabulary(
    names=frozenset({"os.environ.setdefault", "os.environ.update", "os.putenv"}).union(
        *(reader.names for reader in READERS)
    ),
    prefixes=tuple(prefix for reader in READERS for prefix in reader.prefixes),
    methods=_CUDA.methods,
    assigned=("os.environ",),
    imports=frozenset({"tensorflow", "tensorflow.keras"}),
)


def holders(project: Project) -> set[str]:
    """Return the Python files that name one of the variables."""
    found: set[str] = set()
    for state in project.discovery.files:
        if (state.is_python or state.is_notebook) and not is_test_path(state.path):
            try:
                if _HOLDS.search(Path(state.absolute).read_bytes()):
                    found.add(state.path)
            except OSError:
                continue
    return found
