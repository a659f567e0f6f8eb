"""A second run that writes into the next folder of its kind: exp1, exp2, …"""

from pathlib import Path
from typing import Any, cast

from fwaudit.auditor.verify.probes import _as_left
from fwaudit.auditor.verify.results import Run


def _run(folder: Path, **files: str) -> Run:
    names = {name.replace("__", "/") + ".txt": text for name, text in files.items()}
    for name, text in names.items():
        path = folder / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Run(
        name=folder.name, folder=folder, ended=cast(Any, None), traces={}, files=tuple(names),
        traced=True, hash_seed=None, tree="",
    )  # fmt: skip


def test_the_next_number_stands_for_the_same_file(tmp_path: Path) -> None:
    first = _run(tmp_path / "a", exp1__epoch1="x", exp1__epoch2="y")
    second = _as_left(first, _run(tmp_path / "b", exp2__epoch1="x", exp2__epoch2="z"))
    assert set(second.files) == {"exp1/epoch1.txt", "exp1/epoch2.txt"}
    assert (second.artefacts / "exp1/epoch2.txt").read_text() == "z"


def test_checkpoints_of_a_resumed_run_are_files_of_its_own(tmp_path: Path) -> None:
    first = _run(tmp_path / "a", step1="x", step2="y")
    second = _as_left(first, _run(tmp_path / "b", step3="x", step4="y"))
    assert {"step3.txt", "step4.txt"} <= set(second.files)
