"""fwaudit and its peers side by side: CPU seconds of whole processes, and ratios to Ruff's.

    python benchmarks/speed.py                      all packages, three rounds
    python benchmarks/speed.py transformers timm    some of them
    python benchmarks/speed.py --rounds 5 --folder PATH

The wheels of `packages.txt` are downloaded and unpacked once into a cache folder; the peers of
`requirements.txt` are installed there in an environment of their own. Commands run in turn, round
by round, so that a machine that drifts drifts for all of them; the median is printed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass
class Command:
    """A command to time. `prepare` runs before each round, untimed."""

    name: str
    arguments: list[str]
    prepare: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    peak_mb: list[float] = field(default_factory=list)


def main() -> int:
    """Run the benchmark and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("packages", nargs="*")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path.home() / ".cache" / "fwaudit-bench")
    parser.add_argument("--no-peers", action="store_true", help="fwaudit and Ruff only")
    options = parser.parse_args()
    pins = [
        line.strip()
        for line in (HERE / "packages.txt").read_text().splitlines()
        if line.strip() and not line.startswith("#")
    ]
    chosen = [pin for pin in pins if not options.packages or pin.split("==")[0] in options.packages]
    tools = peers(options.folder)
    print(f"python {sys.version.split()[0]}, {os.cpu_count()} processors, {options.rounds} rounds")
    print(f"{'package':<22}{'KLOC':>6}  {'tool':<24}{'CPU s':>8}{'x ruff':>8}{'peak MB':>9}")
    for pin in chosen:
        report(pin, unpacked(pin, options.folder), tools, options)
    return 0


def peers(folder: Path) -> Path:
    """Return the folder of the peers' executables, installed on first use."""
    environment = folder / "peers"
    if not (environment / "bin" / "ruff").exists():
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        requirements = HERE / "requirements.txt"
        pip = [environment / "bin" / "pip", "install", "-q", "-r", requirements]
        subprocess.run(list(map(str, pip)), check=True)
    return environment / "bin"


def unpacked(pin: str, folder: Path) -> Path:
    """Return the folder of an unpacked wheel."""
    target = folder / "packages" / pin
    if not target.exists():
        with tempfile.TemporaryDirectory() as downloads:
            pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary"]
            subprocess.run([*pip, ":all:", "-d", downloads, pin], check=True)
            (wheel,) = Path(downloads).glob("*.whl")
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(target)
    return target


def report(pin: str, target: Path, tools: Path, options: argparse.Namespace) -> None:
    """Time every command on one package and print its rows."""
    lines = sum(path.read_bytes().count(b"\n") for path in target.rglob("*.py"))
    cache = options.folder / "cache"
    fwaudit = str(Path(sys.executable).parent / "fwaudit")
    scan = [fwaudit, "scan", str(target), "--exit-zero", "--format", "concise"]
    warm = [*scan, "--cache-dir", str(cache)]
    commands = [
        Command("ruff check, cold", [str(tools / "ruff"), "check", "--no-cache", "--isolated",
                                     "--exit-zero", "-q", str(target)]),
        Command("fwaudit scan, cold", [*scan, "--no-cache"]),
        Command("fwaudit scan, warm", warm, prepare=warm),
    ]  # fmt: skip
    if not options.no_peers:
        commands += [
            Command("bandit", [str(tools / "bandit"), "-r", "-q", str(target)]),
            Command("torchdetscan", [str(tools / "torchdetscan"), str(target)]),
        ]
    for _ in range(options.rounds):
        for command in commands:
            time_once(command)
    shutil.rmtree(cache, ignore_errors=True)
    ruff = statistics.median(commands[0].seconds)
    for command in commands:
        spent = statistics.median(command.seconds)
        peak = max(command.peak_mb)
        row = f"{pin:<22}{lines // 1000:>6}  {command.name:<24}"
        print(f"{row}{spent:>8.2f}{spent / ruff:>8.1f}{peak:>9.0f}", flush=True)


def time_once(command: Command) -> None:
    """Run a command once; CPU seconds count the process and all its children."""
    if command.prepare:
        subprocess.run(command.prepare, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with Path(os.devnull).open("wb") as nothing:
        process = subprocess.Popen(command.arguments, stdout=nothing, stderr=nothing)
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    command.seconds.append(usage.ru_utime + usage.ru_stime)
    command.peak_mb.append(usage.ru_maxrss / 1024)


if __name__ == "__main__":
    sys.exit(main())
