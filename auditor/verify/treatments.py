"""How each family of conditions is varied on this machine, or why it cannot be."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from .conditions import Conditions

_THREADS = (
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS",
)  # fmt: skip
_NUMPY_FEATURES = (
    "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR"
    " X86_V3 X86_V4"
)
_X86 = {"x86_64", "AMD64", "i686"}
# Library -> what makes it use older instructions.
_ISA: Mapping[str, Mapping[str, str]] = {
    "torch": {
        "ATEN_CPU_CAPABILITY": "default",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "MKL_CBWR": "COMPATIBLE",
    },
    "numpy": {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": _NUMPY_FEATURES},
    "tensorflow": {"TF_ENABLE_ONEDNN_OPTS": "0"},
    "jax": {"XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2"},
}
_ACCELERATORS = ("/dev/kfd", "/dev/dxg", *(f"/dev/nvidia{number}" for number in range(16)))
_HIDDEN = {
    "CUDA_VISIBLE_DEVICES": "", "HIP_VISIBLE_DEVICES": "", "ROCR_VISIBLE_DEVICES": "",
    "JAX_PLATFORMS": "cpu",
}  # fmt: skip
_FAR = ("Pacific/Kiritimati", "<+1345>-13:45")
_LANGUAGES = ("tr_TR", "de_DE", "fr_FR", "ja_JP", "en_GB", "en_US")
SHIFT = 400 * 86400 + 5 * 3600 + 7 * 60 + 11
"""Seconds by which the wall clock is put forward: another year, month, weekday, hour, minute."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """One way to vary a family. `fragile`: it can break a program that is not to blame.

    `threads`: native threads of the base runs.
    """

    words: str
    conditions: Conditions
    fragile: bool = False
    threads: int = 1


@dataclass(frozen=True, slots=True)
class Bench:
    """What the base runs had: from it, the treatments differ in one family only."""

    base: Conditions
    environment: Mapping[str, str]
    versions: Mapping[str, object]
    scratch: Path
    in_place: bool

    @property
    def threads(self) -> int:
        """Native threads of the base runs."""
        said = self.environment.get("OMP_NUM_THREADS", "")
        return int(said) if said.isdigit() and int(said) else len(usable_cpus()) or 1


def usable_cpus() -> tuple[int, ...]:
    """Numbers of the CPUs that this process may use; () where the system cannot say."""
    if not hasattr(os, "sched_getaffinity"):
        return ()
    return tuple(sorted(os.sched_getaffinity(0)))


def treatments_for(family: str, bench: Bench) -> list[Treatment] | str:
    """The ways to vary the family, or the reason why it cannot be varied here."""
    match family:
        case "hash-seed":
            return _hash_seed(bench)
        case "file-order":
            turned = replace(bench.base, pins={"listing": {"order": "reversed"}})
            return [Treatment("listings reversed", turned)]
        case "threads":
            return _threads(bench)
        case "cpus":
            return _cpus(bench)
        case "isa":
            return _isa(bench)
        case "clock":
            words = f"the clock that Python reads is {SHIFT // 86400} days and some hours ahead"
            ahead = replace(bench.base, pins={"clock": {"shift": SHIFT}})
            return [Treatment(words, ahead, fragile=True)]
        case "locale":
            return _locale(bench)
        case "time-zone":
            return _time_zone(bench)
        case "folder":
            if bench.in_place:
                return "--in-place leaves the tree where it is"
            words = "the copy lies in another folder"
            return [Treatment(words, replace(bench.base, elsewhere=True))]
        case "environment":
            return _environment(bench)
        case "workers":
            return "the program sets the number of loader workers; another would change the program"
        case _:
            return _device(bench)


def _with(bench: Bench, variables: Mapping[str, str], patience: float = 1.0) -> Conditions:
    return replace(bench.base, variables=variables, patience=patience)


def _hash_seed(bench: Bench) -> list[Treatment] | str:
    fixed = bench.environment.get("PYTHONHASHSEED")
    if fixed in (None, "", "random"):
        return []  # Every base run had a salt of its own.
    # Three, because two texts stand in the same order under every other salt.
    others = [seed for seed in (1, 2, 3, 4) if str(seed) != fixed][:3]
    return [
        Treatment(f"PYTHONHASHSEED={seed}", replace(bench.base, hash_seed=seed)) for seed in others
    ]


def _threads(bench: Bench) -> list[Treatment]:
    count = 1 if bench.threads != 1 else 2
    variables = {name: str(count) for name in _THREADS}
    if count == 1 and "jax" in bench.versions:
        variables["XLA_FLAGS"] = _appended(bench, "--xla_cpu_multi_thread_eigen=false")
    words = f"{count} native thread{'s' if count > 1 else ''} in place of {bench.threads}"
    return [Treatment(words, _with(bench, variables, bench.threads + 1))]


def _cpus(bench: Bench) -> list[Treatment] | str:
    cpus = usable_cpus()
    if not cpus:
        return "this system does not let a program be bound to CPUs"
    if len(cpus) == 1:
        return "there is one CPU only"
    conditions = replace(bench.base, cpus=cpus[:1], patience=len(cpus) + 1)
    return [Treatment(f"one CPU of {len(cpus)}", conditions, threads=bench.threads)]


def _isa(bench: Bench) -> list[Treatment]:
    libraries = [name for name in _ISA if name in bench.versions] or list(_ISA)
    variables = {name: value for library in libraries for name, value in _ISA[library].items()}
    if platform.machine() not in _X86:
        variables = {k: v for k, v in variables.items() if k == "ATEN_CPU_CAPABILITY"}
    if "XLA_FLAGS" in variables:
        variables["XLA_FLAGS"] = _appended(bench, variables["XLA_FLAGS"])
    return [Treatment("older instruction sets", _with(bench, variables, 6.0), fragile=True)]


def _appended(bench: Bench, flag: str) -> str:
    return f"{bench.environment.get('XLA_FLAGS', '')} {flag}".strip()


def _locale(bench: Bench) -> list[Treatment] | str:
    now = next(
        (bench.environment[n] for n in ("LC_ALL", "LC_CTYPE", "LANG") if bench.environment.get(n)),
        "C",
    )
    known = _locales()
    wanted = [name for start in _LANGUAGES for name in known if name.startswith(start)]
    other = next(
        (n for n in (*wanted, "C.utf8", "C.UTF-8", "C") if n in known and not _alike(n, now)), None
    )
    if other is None:
        return "the system has one locale only"
    language = other.partition(".")[0]
    variables = {"LC_ALL": other, "LANG": other, "LANGUAGE": "" if language == "C" else language}
    return [Treatment(f"LC_ALL={other} in place of {now}", _with(bench, variables))]


def _alike(a: str, b: str) -> bool:
    return a.lower().replace("-", "") == b.lower().replace("-", "").replace("posix", "c")


def _locales() -> list[str]:
    try:
        done = subprocess.run(["locale", "-a"], capture_output=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return ["C"]
    return done.stdout.decode("utf-8", "replace").split()


def _time_zone(bench: Bench) -> list[Treatment]:
    named = Path("/usr/share/zoneinfo", _FAR[0]).exists() and bench.environment.get("TZ") != _FAR[0]
    zone = _FAR[0] if named else _FAR[1]
    return [Treatment(f"TZ={zone}", _with(bench, {"TZ": zone}))]


def _environment(bench: Bench) -> list[Treatment]:
    variables = {"USER": "somebody", "LOGNAME": "somebody", "A_VARIABLE_MORE": "1"}
    home = bench.environment.get("HOME")
    if home:
        variables["HOME"] = str(_other_home(Path(home), bench.scratch / "another-home"))
    words = ", ".join(sorted(name for name in variables if name != "A_VARIABLE_MORE"))
    return [Treatment(f"other {words} and a variable more", _with(bench, variables))]


def _other_home(home: Path, other: Path) -> Path:
    # The same content under another name: caches and packages of the person stay within reach.
    if not other.exists():
        other.mkdir(parents=True)
        for entry in home.iterdir() if home.is_dir() else ():
            (other / entry.name).symlink_to(entry)
    return other


def _device(bench: Bench) -> list[Treatment] | str:
    seen = any(Path(path).exists() for path in _ACCELERATORS)
    if not seen or bench.environment.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return "no device"
    return [Treatment("accelerators hidden", _with(bench, _HIDDEN, 100.0), fragile=True)]
