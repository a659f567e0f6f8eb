"""Starts the tracer in one process, as its configuration says."""

import atexit
import os
import sys

from . import imports, place, streams
from .record import Recorder

_open = open
_VARIABLES = (
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "CUBLAS_WORKSPACE_CONFIG",
    "MKL_CBWR", "ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY", "XLA_FLAGS", "TF_DETERMINISTIC_OPS",
)  # fmt: skip


def begin(config):
    """Called once, before the user's program; `config` is described in docs/trace-format.md."""
    _hide_hash_seed(config)
    place.set_root(config["root"])
    _redirect(config.get("redirect"))
    recorder = Recorder(config["out"], config.get("max_bytes", 1 << 30))
    after_import = imports.install()
    _watch_influences(config, recorder, after_import)
    steps = _watch_torch(config, recorder, after_import)
    from . import estimators, frameworks

    estimators.install(recorder, after_import)
    frameworks.install(recorder, config, after_import)
    _watch_end(recorder, steps, after_import)
    if config.get("values"):
        _watch_values(recorder)


def _hide_hash_seed(config):
    # The interpreter has read it; the program must see what it would see without us.
    if config.get("hide_hash_seed"):
        os.environ.pop("PYTHONHASHSEED", None)


def _redirect(pair):
    # An editable install points at the original tree; the run must import from its copy.
    if not pair:
        return
    old, new = pair
    for number, entry in enumerate(sys.path):
        if entry == old or entry.startswith(old + os.sep):
            copied = new + entry[len(old) :]
            if os.path.isdir(copied):
                sys.path[number] = copied
    for finder in sys.meta_path:
        module = sys.modules.get(getattr(finder, "__module__", ""))
        mapping = getattr(module, "MAPPING", None)
        if isinstance(mapping, dict):
            for name, path in mapping.items():
                copied = new + str(path)[len(old) :]
                if str(path).startswith(old + os.sep) and os.path.exists(copied):
                    mapping[name] = copied


def _watch_influences(config, recorder, after_import):
    if not config.get("events") and not config.get("pins"):
        return
    from . import (
        clock,
        databases,
        draws,
        filewrites,
        hashing,
        listing,
        memory,
        outside,
        process,
        threads,
        workers,
    )
    from .family import Families

    families = Families(recorder, config)
    draws.install(families, after_import)
    hashing.install(families)
    listing.install(families, config["root"])
    process.install(families)
    memory.install(families, after_import)
    workers.install(families, after_import)
    outside.install(families, config["out"], config["root"])
    filewrites.install(families, recorder)
    databases.install(families, after_import, config["root"])
    threads.install(families, after_import)
    clock.install(families)


def _watch_torch(config, recorder, after_import):
    from . import operations, steps, torch_draws

    watched = steps.Steps(
        recorder, config.get("window"), config.get("max_steps"), config.get("dump", ())
    )

    def torch_is_here(torch):
        watched.install(torch)
        torch_draws.install(torch, recorder, config)
        window = config.get("window")
        if window is not None:
            dump = config.get("dump_operations", ())
            brief = bool(config.get("brief"))
            operations.Window(recorder, window, False, dump, brief).install(torch, watched)
        elif config.get("events"):
            operations.Window(recorder, [0, 1 << 30], True, ()).install(torch, watched)

    after_import.on("torch", torch_is_here)
    return watched


def _watch_values(recorder):
    from .values import ValueTrace

    ValueTrace(recorder).install()


def _watch_end(recorder, steps, after_import):
    # What a stream looks like before the program uses it tells at the end whether it was used.
    begun = dict(streams.states())
    if "python" not in begun:
        after_import.on("random", lambda module: begun.update(python=streams.python_state()))
    after_import.on("numpy.random", lambda module: begun.update(numpy=streams.numpy_state()))
    after_import.on("torch", lambda module: begun.update(torch=streams.torch_state()))

    def end():
        sys.settrace(None)
        try:
            from .mentions import mentions

            steps.record_final()
            for stream, state in streams.states():
                recorder.leaf(4, stream, state)
                if begun.get(stream) == state:
                    recorder.note("not-drawn", stream)
            recorder.note("mentions", mentions())
            recorder.note("versions", _versions())
            recorder.mark(2)
        except Exception as error:
            recorder.note("tracer-error", "end: %r" % (error,))

    atexit.register(end)


def _machine():
    found = {"cpus": os.cpu_count()}
    if hasattr(os, "uname"):
        system = os.uname()
        found["system"] = "%s %s" % (system.sysname, system.release)
        found["machine"] = system.machine
    try:
        with _open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            for line in file:
                if line.startswith("model name"):
                    found["processor"] = line.partition(":")[2].strip()
                    break
    except OSError:
        pass
    for name in _VARIABLES:
        if name in os.environ:
            found[name] = os.environ[name]
    return found


def _versions():
    found = {"python": sys.version.split()[0], "executable": sys.executable, **_machine()}
    for name in (
        "torch",
        "numpy",
        "sklearn",
        "scipy",
        "tensorflow",
        "keras",
        "jax",
        "flax",
        "lightning",
    ):
        module = sys.modules.get(name)
        version = getattr(module, "__version__", None)
        if isinstance(version, str):
            found[name] = version
    torch = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "get_num_threads"):
        found["torch threads"] = torch.get_num_threads()
        backend = getattr(torch.backends, "cpu", None)
        if backend is not None and hasattr(backend, "get_cpu_capability"):
            found["torch capability"] = backend.get_cpu_capability()
        found["cuda"] = getattr(torch.version, "cuda", None)
    return found
