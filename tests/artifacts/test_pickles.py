"""What unpickling would import is listed; nothing is imported, called or written."""

import bz2
import gzip
import io
import lzma
import os
import pickle
import pickletools
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from fwaudit.auditor.pickle_machine import PickleMachine
from fwaudit.auditor.pickle_names import is_dangerous
from fwaudit.auditor.pickle_values import Call, Global, PickleError
from fwaudit.auditor.pickles import inspect_pickle, inspect_pickle_file

SYSTEM = (os.system.__module__, "system")


class Bomb:
    """Pickles to a call that would leave a marker."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.marker}",)


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    return tmp_path / "marker"


@pytest.mark.parametrize("protocol", range(6))
def test_a_call_to_system_is_seen_in_every_protocol(marker: Path, protocol: int) -> None:
    report = inspect_pickle(pickle.dumps({"weights": [1.0], "x": Bomb(marker)}, protocol))
    assert SYSTEM in report.dangerous
    assert report.error is None
    assert not marker.exists()


def test_plain_data_imports_nothing() -> None:
    data = pickle.dumps({"a": [1, 2.5, None, True, b"x", {3}, frozenset({4}), (5, 6, 7, 8)]})
    report = inspect_pickle(data)
    assert report.globals == ()
    assert report.error is None


def test_names_hidden_in_the_memo_are_followed() -> None:
    text = b"\x80\x04\x8c\x02os\x94\x8c\x06system\x94h\x00h\x01\x93."
    assert inspect_pickle(text).dangerous == (("os", "system"),)


def test_names_behind_duplicates_and_pops_are_followed() -> None:
    text = b"\x80\x04\x8c\x08builtins\x8c\x04spam0\x8c\x04eval\x93."
    assert inspect_pickle(text).dangerous == (("builtins", "eval"),)


def test_a_walk_through_an_innocent_module_is_dangerous() -> None:
    assert is_dangerous("numpy", "os.system")
    assert not is_dangerous("numpy", "random.mtrand.RandomState")


@pytest.mark.parametrize(
    "opcode", [b"(cposix\nsystem\nS'true'\no.", b"(S'true'\niposix\nsystem\n."]
)
def test_old_ways_to_make_instances_are_seen(opcode: bytes) -> None:
    assert inspect_pickle(opcode).dangerous == (("posix", "system"),)


def test_imports_before_an_error_are_kept(marker: Path) -> None:
    data = pickle.dumps(Bomb(marker))[:-4]
    report = inspect_pickle(data)
    assert SYSTEM in report.dangerous
    assert report.error is not None


def test_a_second_pickle_in_a_row_is_followed(marker: Path) -> None:
    report = inspect_pickle(pickle.dumps(1) + pickle.dumps(Bomb(marker)) + b"raw bytes behind")
    assert SYSTEM in report.dangerous
    assert report.error is None


@pytest.mark.parametrize("length", [2**20, 2**31 - 1, 2**60])
def test_forged_lengths_allocate_nothing(length: int) -> None:
    report = inspect_pickle(b"\x80\x04\x8e" + struct.pack("<Q", length) + b"x.")
    assert report.error is not None


@pytest.mark.parametrize(
    "data", [b"", b".", b"\x80", b"not a pickle", b"\x80\x04(((((", b"0.", b"\x80\x04h\x07."]
)
def test_garbage_is_an_error_and_no_exception(data: bytes) -> None:
    assert inspect_pickle(data).error is not None


def test_every_opcode_has_a_handler() -> None:
    from fwaudit.auditor import pickle_machine

    handled = set(pickle_machine._HANDLERS)
    assert {opcode.name for opcode in pickletools.opcodes} - {"STOP"} == handled


def test_values_stay_inert(marker: Path) -> None:
    value = PickleMachine(io.BytesIO(pickle.dumps(Bomb(marker)))).evaluate()
    assert value == Call(Global(*SYSTEM), (f"touch {marker}",))
    assert not marker.exists()


def test_too_many_operations_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fwaudit.auditor.pickle_machine.MAX_OPERATIONS", 10)
    with pytest.raises(PickleError, match="more than 10"):
        PickleMachine(io.BytesIO(pickle.dumps(list(range(50))))).evaluate()


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zlib.compress])
def test_compressed_pickles_are_opened(tmp_path: Path, marker: Path, pack: object) -> None:
    path = tmp_path / "model.pkl"
    path.write_bytes(pack(pickle.dumps(Bomb(marker))))
    assert SYSTEM in inspect_pickle_file(path).dangerous


def test_a_compression_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fwaudit.auditor.pickles.MAX_MEMBER", 1 << 20)
    path = tmp_path / "bomb.pkl"
    path.write_bytes(zlib.compress(bytes(8 << 20), 9))
    assert "more than" in str(inspect_pickle_file(path).error)


def test_pickles_inside_archives_are_found(tmp_path: Path, marker: Path) -> None:
    path = tmp_path / "model.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps(Bomb(marker)))
        archive.writestr("model/data/0", b"\x80\x02 raw storage, no pickle")
    assert SYSTEM in inspect_pickle_file(path).dangerous


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\x1f\x8b broken", b"\x93NUMPY"])
def test_broken_files_are_reported(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.pkl"
    path.write_bytes(content)
    report = inspect_pickle_file(path)
    assert report.dangerous == ()
    assert content == b"\x93NUMPY" or report.error is not None


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    assert inspect_pickle_file(tmp_path / "none.pkl").error is not None


def test_object_arrays_and_joblib_are_followed(tmp_path: Path, marker: Path) -> None:
    numpy = pytest.importorskip("numpy")
    joblib = pytest.importorskip("joblib")
    objects = numpy.array([Bomb(marker), 1], dtype=object)
    numpy.save(tmp_path / "objects.npy", objects, allow_pickle=True)
    numpy.save(tmp_path / "floats.npy", numpy.arange(5.0))
    arrays = [numpy.arange(1000.0), numpy.asfortranarray(numpy.ones((3, 4))), objects]
    joblib.dump([*arrays, "end"], tmp_path / "plain.joblib")
    joblib.dump([*arrays, "end"], tmp_path / "packed.joblib", compress=3)
    for name in ("objects.npy", "plain.joblib", "packed.joblib"):
        report = inspect_pickle_file(tmp_path / name)
        assert SYSTEM in report.dangerous, name
        assert report.error is None, name
    assert inspect_pickle_file(tmp_path / "floats.npy").globals == ()
    assert not marker.exists()


def test_a_joblib_array_after_its_bytes_is_followed(tmp_path: Path, marker: Path) -> None:
    numpy = pytest.importorskip("numpy")
    joblib = pytest.importorskip("joblib")
    joblib.dump([numpy.frombuffer(b".." * 4096, "u1"), Bomb(marker)], tmp_path / "after.joblib")
    report = inspect_pickle_file(tmp_path / "after.joblib")
    assert SYSTEM in report.dangerous
    assert report.error is None


@pytest.mark.frameworks
def test_torch_files_of_both_formats(tmp_path: Path, marker: Path) -> None:
    torch = pytest.importorskip("torch")
    for zipped in (True, False):
        path = tmp_path / f"{zipped}.pt"
        clean = {"w": torch.zeros(3), "h": torch.zeros(2, dtype=torch.bfloat16)}
        torch.save(clean, path, _use_new_zipfile_serialization=zipped)
        assert inspect_pickle_file(path).dangerous == ()
        assert ("torch._utils", "_rebuild_tensor_v2") in inspect_pickle_file(path).globals
        torch.save({**clean, "x": Bomb(marker)}, path, _use_new_zipfile_serialization=zipped)
        assert SYSTEM in inspect_pickle_file(path).dangerous
    assert not marker.exists()
