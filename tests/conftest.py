"""What the tests share: a small project on disk, and the command line in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

#: Faults of fwaudit fail a test; without it they cost a user one rule.
os.environ["FWAUDIT_DEBUG"] = "1"

SEEDLESS = "import numpy as np\nrng = np.random.default_rng()\n"


@pytest.fixture
def project(tmp_path: Path) -> Callable[[Mapping[str, str | bytes]], Path]:
    """Return a function that writes files below a fresh folder and returns it."""

    def write(files: Mapping[str, str | bytes]) -> Path:
        folder = tmp_path / "project"
        folder.mkdir(exist_ok=True)
        for path, content in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)
        return folder

    return write


@pytest.fixture
def fwaudit(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs the installed console script, with a cache of its own."""
    script = Path(sys.executable).parent / "fwaudit"

    def run(
        *arguments: str | Path, cwd: Path | None = None, stdin: bytes | None = None, **env: str
    ):
        environment = {**os.environ, "FWAUDIT_CACHE_DIR": str(tmp_path / "cache"), **env}
        done = subprocess.run(
            [str(script), *map(str, arguments)],
            cwd=cwd or tmp_path,
            input=stdin,
            capture_output=True,
            env=environment,
            timeout=120,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    return run
