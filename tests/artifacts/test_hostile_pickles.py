"""Every hostile pickle is called dangerous; what cannot be opened is said, never passed."""

import os
import pickle
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.pickles import inspect_pickle_file
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks import RULES

from .hostile_pickles import SYSTEM, hostile, npy

FILES = hostile()
#: Formats that are not opened, and a zip that no reader finds the way into.
UNOPENED = {"file-directory-cut.pt", "file-joblib.lz4.joblib", "file-seven-zip.pt"}


@pytest.fixture(autouse=True)
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def ran(*arguments: object, **keywords: object) -> None:
        raise AssertionError("the pickle ran")

    for owner, name in ((os, "system"), (os, "popen"), (subprocess, "Popen")):
        monkeypatch.setattr(owner, name, ran)
    monkeypatch.setattr(pickle, "Unpickler", ran)


@pytest.mark.parametrize("name", sorted(FILES))
def test_hostile(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name])
    report = inspect_pickle_file(path)
    if name in UNOPENED:
        assert report.error
    else:
        assert report.dangerous


def test_the_scan_reports_each(tmp_path: Path) -> None:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    config = Config(select=("SAFE003",))
    result = scan(ScanOptions((tmp_path,), RULES, config, current=tmp_path, jobs=1))
    said = {item.place.path: item.severity for item in result.findings}
    assert set(said) == set(FILES)
    assert {name for name, severity in said.items() if severity != "error"} == UNOPENED


def _tensor(data: bytes) -> bytes:
    """Pickle bytes as a tensor is: through torch's own loader."""
    loader = b"ctorch.storage\n_load_from_bytes\n"
    return b"\x80\x03" + loader + b"C" + bytes([len(data)]) + data + b"\x85R."


@pytest.mark.parametrize(
    ("data", "dangerous"),
    [
        (_tensor(pickle.dumps([1.0])), False),
        (_tensor(SYSTEM), True),
        (_tensor(b"\xff\xff"), True),
        (_tensor(pickle.dumps([1])).replace(b"\x85R.", b"\x85R0ctorch.storage\n_load_from_bytes\n."), True),
        (b"\x80\x03cfunctools\npartial\n" + _tensor(SYSTEM)[2:-3] + b"\x86R.", True),
    ],
)  # fmt: skip
def test_a_pickled_tensor_counts_for_what_is_in_it(
    tmp_path: Path, data: bytes, dangerous: bool
) -> None:
    path = tmp_path / "tensor.pkl"
    path.write_bytes(data)
    assert bool(inspect_pickle_file(path).dangerous) is dangerous


@pytest.mark.parametrize(
    ("kind", "objects"),
    [
        ("'<f8'", False),
        ("[('Offset', '<i4'), ('object', '<f8')]", False),
        ("[('a', [('b', '|O')])]", True),
        ("[('a', ('<f4', (2,)))]", False),
        ("[('a', '|O', (2L,))]", True),
    ],
)
def test_object_arrays_are_known_by_their_type(tmp_path: Path, kind: str, objects: bool) -> None:
    path = tmp_path / "array.npy"
    header = f"{{'descr': {kind}, 'fortran_order': False, 'shape': (1,)}}".encode()
    path.write_bytes(npy(header))
    report = inspect_pickle_file(path)
    assert bool(report.dangerous) is objects
    assert report.error is None


def test_archives_inside_one_another_end(tmp_path: Path) -> None:
    path = tmp_path / "deep.pt"
    path.write_bytes(SYSTEM)
    for _ in range(12):
        inner = path.read_bytes()
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("m/data.pkl", inner)
    report = inspect_pickle_file(path)
    assert report.error
    assert not report.dangerous


def _bits(data: bytes) -> list[Callable[[int], bytes]]:
    return [lambda at: data[:at], lambda at: data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :]]


@pytest.mark.parametrize("name", ["file-torch.pt", "file-torch-tar.pt", "file-objects.npz"])
def test_damage_raises_nothing(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    for damage in _bits(FILES[name]):
        for at in range(0, len(FILES[name]), 7):
            path.write_bytes(damage(at))
            inspect_pickle_file(path)
