"""Where a verification ran: interpreter, packages, processor, threads, variables that matter."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

from .results import Run

_VARIABLES = (
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "CUBLAS_WORKSPACE_CONFIG",
    "CUDA_VISIBLE_DEVICES", "MKL_CBWR", "ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY",
    "TF_ENABLE_ONEDNN_OPTS", "TF_DETERMINISTIC_OPS", "XLA_FLAGS", "PYTHONHASHSEED", "LC_ALL", "TZ",
)  # fmt: skip


def describe_environment(runs: list[Run]) -> dict[str, Any]:
    """One flat mapping; versions as the traced program itself saw them."""
    found: dict[str, Any] = {
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "processor": _processor(),
        "cpus": os.cpu_count(),
    }
    for run in runs:
        for trace in run.traces.values():
            for versions in trace.noted("versions"):
                found.update({name: value for name, value in versions.items() if value is not None})
        if "python" in found:
            break
    found["variables"] = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
    return found


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()


def differing(a: dict[str, Any], b: dict[str, Any]) -> list[str]:
    """`name: this / that` for every entry in which two environments differ."""
    return [
        f"{name}: {a.get(name)} / {b.get(name)}"
        for name in sorted(a.keys() | b.keys())
        if a.get(name) != b.get(name) and name != "executable"
    ]
