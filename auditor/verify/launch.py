"""Starts one process group, waits for it within limits, and leaves nothing of it behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..errors import UserError

_MOST_OUTPUT = 2 * 2**30
_LEAST_FREE = 2**30
_GRACE = 3.0
_ROUNDS = 20
_ADDR_NO_RANDOMIZE = 0x0040000


class Status(StrEnum):
    """How a run ended."""

    OK = "ok"
    FAILED = "failed"
    TIMEOUT = "timeout"
    KILLED = "killed"


@dataclass(frozen=True, slots=True)
class Ended:
    """How one process group ended; seconds of wall-clock time."""

    status: Status
    code: int
    seconds: float
    why: str


def launch(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    output: Path,
    stdin: bytes | None,
    timeout: float | None,
    fixed_addresses: bool = False,
    cpus: tuple[int, ...] = (),
) -> Ended:
    """Runs `command` in `folder`; stdout and stderr go to files in `output`.

    `cpus`: the only ones that it may use; () for all that we may.

    Raises UserError when the command cannot be started.
    """
    begun = time.monotonic()
    before = _before_start(fixed_addresses, cpus)
    with (output / "stdout").open("wb") as out, (output / "stderr").open("wb") as errors:
        process = _start(
            command, folder, environment, (out.fileno(), errors.fileno()), stdin, before
        )
        try:
            _feed(process, stdin)
            why = _wait(process, output, begun, timeout)
        except BaseException:
            _end_group(process, environment)
            raise
        _end_group(process, environment)
    seconds = time.monotonic() - begun
    code = process.returncode if process.returncode is not None else -9
    if why == "timeout":
        return Ended(Status.TIMEOUT, code, seconds, f"longer than {timeout:.0f} s")
    if why:
        return Ended(Status.KILLED, code, seconds, why)
    if code < 0:
        name = signal.Signals(-code).name if -code in signal.valid_signals() else str(-code)
        return Ended(Status.KILLED, code, seconds, f"ended by {name}")
    return Ended(Status.OK if code == 0 else Status.FAILED, code, seconds, f"exit code {code}")


def _start(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    output: tuple[int, int],
    stdin: bytes | None,
    before: Callable[[], None] | None,
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            list(command),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=output[0],
            stderr=output[1],
            start_new_session=True,
            preexec_fn=before,
        )
    except (FileNotFoundError, PermissionError, OSError) as error:
        raise UserError(
            f"cannot run {command[0]}: {error.strerror or error}",
            "name the command after --, as you would type it in this folder",
        ) from None


def _before_start(fixed_addresses: bool, cpus: tuple[int, ...]) -> Callable[[], None] | None:
    """What the child does before it becomes the program."""
    if not fixed_addresses and not cpus:
        return None

    def prepare() -> None:
        if fixed_addresses:
            _fix_addresses()
        if cpus:
            os.sched_setaffinity(0, cpus)

    return prepare


def _fix_addresses() -> None:
    # No address-space randomisation (Linux).
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).personality(_ADDR_NO_RANDOMIZE)


def _feed(process: subprocess.Popen[bytes], stdin: bytes | None) -> None:
    if stdin is None or process.stdin is None:
        return
    with contextlib.suppress(BrokenPipeError, OSError):
        process.stdin.write(stdin)
    with contextlib.suppress(BrokenPipeError, OSError):
        process.stdin.close()


def _wait(
    process: subprocess.Popen[bytes], output: Path, begun: float, timeout: float | None
) -> str:
    pause = 0.005
    while True:
        try:
            process.wait(pause)
            return ""
        except subprocess.TimeoutExpired:
            pause = min(pause * 1.5, 0.25)
        if timeout is not None and time.monotonic() - begun > timeout:
            return "timeout"
        written = sum((output / name).stat().st_size for name in ("stdout", "stderr"))
        if written > _MOST_OUTPUT:
            return "wrote more than 2 GiB to its output"
        if shutil.disk_usage(output).free < _LEAST_FREE:
            return "less than 1 GiB is left on the disk"


def _end_group(process: subprocess.Popen[bytes], environment: Mapping[str, str]) -> None:
    """Ends everything that the run started, also what left its group."""
    group = process.pid
    _signal_group(group, signal.SIGTERM if process.poll() is None else 0)
    if process.poll() is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
    else:
        _let_helpers_go(group)
    _signal_group(group, signal.SIGKILL)
    for _ in range(_ROUNDS):
        left = _marked(environment.get("FWAUDIT_RUN", ""))
        for number in left:
            with contextlib.suppress(OSError):
                os.kill(number, signal.SIGKILL)
        if not left:
            break
        time.sleep(0.05)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)


def _let_helpers_go(group: int) -> None:
    # Resource trackers and the like end by themselves a moment after their parent.
    for _ in range(20):
        try:
            os.killpg(group, 0)
        except OSError:
            return
        time.sleep(0.02)


def _signal_group(group: int, number: int) -> None:
    if number:
        with contextlib.suppress(OSError):
            os.killpg(group, number)


def _marked(mark: str) -> list[int]:
    """Processes whose environment carries this run's mark (Linux only)."""
    proc = Path("/proc")
    if not mark or not proc.is_dir():
        return []
    wanted = f"FWAUDIT_RUN={mark}".encode()
    found: list[int] = []
    for folder in proc.iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found
