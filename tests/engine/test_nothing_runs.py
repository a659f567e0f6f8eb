"""Nothing of a scanned repository runs: every door has a trap behind it."""

import io
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SHADOWED = (
    "signal pickle logging json ast random socket tokenize string re enum typing types abc codecs "
    "numpy torch yaml click jinja2 libcst rich packaging pathspec multiprocessing concurrent "
    "sitecustomize usercustomize fwaudit conftest setup checks auditor reports cli"
).split()


class _Trap:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self):
        return (exec, (f"open({str(self.marker)!r}, 'a').write('pickle')",))


def _hostile(folder: Path, marker: Path) -> None:
    trap = f"open({str(marker)!r}, 'a').write(__name__ + ' ')\n"
    for name in SHADOWED:
        (folder / f"{name}.py").write_text(trap)
    (folder / "setup.cfg").write_text("[metadata]\nname = x\nversion = attr: trap.version\n")
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "setup"\nbackend-path = ["."]\n'
        '[project]\nname = "x"\nversion = "0"\n'
    )
    data = pickle.dumps(_Trap(marker))
    for name in ("model.pt", "model.pkl", "cache.pickle", "data.npy", ".fwaudit_cache"):
        (folder / name).write_bytes(data)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("archive/data.pkl", data)
    (folder / "weights.pth").write_bytes(archive.getvalue())
    (folder / "config.yaml").write_text(
        f"a: !!python/object/apply:builtins.exec [\"open('{marker}', 'a').write('yaml')\"]\n"
    )
    (folder / "card.md.j2").write_text("{{ ''.__class__.__mro__ }}")
    (folder / "notebook.ipynb").write_text(
        '{"cells": [{"cell_type": "code", "source": ["!touch ' + str(marker) + '"]}]}'
    )
    (folder / "train.py").write_text("import torch\ntorch.manual_seed(0)\n" + trap + "#" * 100)
    (folder / "requirements.txt").write_text("torch\n-e .\n./\n")
    (folder / "templates").mkdir()
    (folder / "templates" / "report.html.j2").write_text("{{ 1/0 }}")
    git = folder / ".git"
    (git / "hooks").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "config").write_text(f"[core]\n\tfsmonitor = touch {marker}\n\tpager = touch {marker}\n")
    for index in range(60):
        # Enough bytes for worker processes to be started.
        (folder / f"bulk{index}.py").write_text("import random\nrandom.seed(1)\n" + "#" * 40_000)


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan", "."],
        ["scan", ".", "--jobs", "3", "--no-cache"],
        ["scan", ".", "--format", "html"],
        ["scan", ".", "--since", "HEAD"],
        ["streams", "."],
        ["report", ".", "--format", "html=/dev/null"],
        ["rules"],
    ],
    ids=" ".join,
)
def test_from_inside(tmp_path, fwaudit, arguments):
    folder = tmp_path / "hostile"
    folder.mkdir()
    marker = tmp_path / "ran"
    _hostile(folder, marker)
    done = fwaudit(*arguments, cwd=folder)
    assert not marker.exists(), f"something ran: {marker.read_text()}"
    assert "Traceback" not in done.stderr
    assert done.returncode in {0, 1, 2, 3}


def test_spawned_workers(tmp_path):
    """Where `fork` is missing, workers are spawned: they must not find the folder either."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    marker = tmp_path / "ran"
    _hostile(folder, marker)
    script = tmp_path / "spawn.py"
    script.write_text(
        "import multiprocessing, sys\n"
        "from fwaudit.cli import main\n"
        "if __name__ == '__main__':\n"
        "    multiprocessing.get_all_start_methods = lambda: ['spawn']\n"
        "    main(['scan', '.', '--jobs', '2', '--no-cache', '--exit-zero'])\n"
    )
    done = subprocess.run([sys.executable, str(script)], cwd=folder, capture_output=True, text=True)
    assert not marker.exists(), f"something ran: {marker.read_text()}"
    assert done.returncode == 0, done.stderr


def test_the_package_as_a_module(tmp_path):
    folder = tmp_path / "hostile"
    folder.mkdir()
    marker = tmp_path / "ran"
    trap = f"open({str(marker)!r}, 'a').write(__name__ + ' ')\n"
    for name in ("signal", "logging", "json", "click", "yaml", "multiprocessing", "pickle"):
        (folder / f"{name}.py").write_text(trap)
    done = subprocess.run(
        [sys.executable, "-m", "fwaudit", "scan", "."], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode in {0, 1}, done.stderr
    assert not marker.exists(), f"something ran: {marker.read_text()}"
