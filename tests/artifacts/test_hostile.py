"""Broken, truncated and hostile artefacts: one line, nothing executed, bounded memory."""

import io
import os
import pickle
import random
import struct
import zipfile
from pathlib import Path

import pytest

from fwaudit.auditor.errors import UserError
from fwaudit.auditor.verify.artifacts import compare_artifacts
from fwaudit.auditor.verify.artifacts.archive import Archive
from fwaudit.auditor.verify.artifacts.artifact_error import ArtifactError
from fwaudit.auditor.verify.artifacts.formats import find_format

FILES = Path(__file__).parent / "files"


class Bomb:
    """Pickles to a call that would leave a marker."""

    def __init__(self, marker: Path, text: str) -> None:
        self.marker = marker
        self.text = text

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.marker}; echo {self.text}",)


def torch_archive(pickled: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("m/data.pkl", pickled)
        archive.writestr("m/data/0", struct.pack("<4f", 1, 2, 3, 4))
    return buffer.getvalue()


def read(name: str, data: bytes) -> object:
    view = memoryview(data)
    return find_format(name, view).read(view)


@pytest.mark.parametrize("name", ["m.pkl", "m.joblib", "m.pt", "m.npy"])
def test_a_hostile_pickle_runs_nothing(tmp_path: Path, name: str) -> None:
    marker = tmp_path / "marker"
    a, b = tmp_path / f"a-{name}", tmp_path / f"b-{name}"
    for path, text in ((a, "x"), (b, "y")):
        pickled = pickle.dumps({"weights": 1, "bomb": Bomb(marker, text)})
        if name == "m.pt":
            pickled = torch_archive(pickled)
        if name == "m.npy":
            header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n"
            pickled = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + pickled
        path.write_bytes(pickled)
    difference = compare_artifacts(a, b).difference
    assert difference is not None
    assert [leaf.name for leaf in difference.leaves()] == ["bomb.(0)"]
    assert not marker.exists()


def tensor_pickle(
    offset: int, size: tuple[int, ...], stride: tuple[int, ...], kind: str = "FloatStorage"
) -> bytes:
    """data.pkl of one tensor with forged numbers."""

    def tup(numbers: tuple[int, ...]) -> bytes:
        return b"(" + b"".join(f"I{n}\n".encode() for n in numbers) + b"t"

    identifier = (
        b"(X\x07\x00\x00\x00storagectorch\n"
        + kind.encode()
        + b"\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuI4\ntQ"
    )
    arguments = b"(" + identifier + f"I{offset}\n".encode() + tup(size) + tup(stride) + b"I00\nNt"
    return b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n" + arguments + b"R."


@pytest.mark.parametrize(
    "pickled",
    [
        tensor_pickle(0, (5,), (1,)),
        tensor_pickle(3, (2,), (1,)),
        tensor_pickle(-1, (2,), (1,)),
        tensor_pickle(0, (-2,), (1,)),
        tensor_pickle(0, (2,), (-1,)),
        tensor_pickle(0, (2,), (2**62,)),
        tensor_pickle(0, (2**40,), (0,)),
        tensor_pickle(0, (2**28, 2**28), (0, 0)),
        tensor_pickle(0, (2, 2), (1,)),
        tensor_pickle(0, (2,), (1,), kind="EvilStorage"),
    ],
)
def test_forged_tensors_are_refused(pickled: bytes) -> None:
    with pytest.raises(ArtifactError):
        read("m.pt", torch_archive(pickled))


def test_the_forging_itself_is_sound() -> None:
    read("m.pt", torch_archive(tensor_pickle(0, (2, 2), (2, 1))))


def test_shared_references_do_not_explode() -> None:
    value: list[object] = []
    for _ in range(60):
        value = [value, value]
    with pytest.raises(ArtifactError, match="too many"):
        read("m.pkl", pickle.dumps(value))


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(ArtifactError, match="deeply"):
        read("m.pkl", b"\x80\x02" + b"]" * 5000 + b"a" * 4999 + b".")


def test_a_list_that_contains_itself_ends() -> None:
    loop: list[object] = [1]
    loop.append(loop)
    read("m.pkl", pickle.dumps(loop))


def deflated(size: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big.txt", bytes(size))
    return buffer.getvalue()


def test_a_zip_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fwaudit.auditor.verify.artifacts.archive.MAX_EXPANDED", 1 << 19)
    with pytest.raises(ArtifactError, match="expands"):
        read("m.zip", deflated(1 << 20))


def test_a_member_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(deflated(1 << 20))
    size = data.rfind(b"PK\x01\x02") + 24
    data[size : size + 4] = struct.pack("<I", 100)
    archive = Archive(memoryview(bytes(data)))
    with pytest.raises(ArtifactError, match="declares"):
        archive.read("big.txt")


@pytest.mark.parametrize("suffix", ["safetensors", "onnx", "tflite", "tfevents"])
def test_every_truncation_is_one_line(suffix: str) -> None:
    whole = (FILES / f"a.{suffix}").read_bytes()
    for length in range(1, len(whole), max(1, len(whole) // 150)):
        try:
            read(f"a.{suffix}", whole[:length])
        except ArtifactError as error:
            assert "\n" not in str(error)


@pytest.mark.parametrize(
    "suffix", ["safetensors", "onnx", "tflite", "tfevents", "npz", "pkl", "pt", "msgpack", "json"]
)
def test_flipped_bytes_raise_nothing_else(suffix: str) -> None:
    whole = _sample(suffix)
    source = random.Random(suffix)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(source.randint(1, 4)):
            data[source.randrange(len(data))] = source.randrange(256)
        try:
            read(f"a.{suffix}", bytes(data))
        except ArtifactError as error:
            assert "\n" not in str(error)


def _sample(suffix: str) -> bytes:
    match suffix:
        case "npz":
            numpy = pytest.importorskip("numpy")
            buffer = io.BytesIO()
            numpy.savez_compressed(
                buffer, a=numpy.arange(5.0), b=numpy.array(["x"]), c=numpy.eye(2, order="F")
            )
            return buffer.getvalue()
        case "pkl":
            return pickle.dumps({"a": [1, 2.0, {"b": (3, b"x")}], "c": {4, 5}, "d": Path("x")})
        case "pt":
            return torch_archive(tensor_pickle(0, (2, 2), (2, 1)))
        case "msgpack":
            return b"\x83\xa1a\x93\x01\xcb?\xf0\x00\x00\x00\x00\x00\x00\xc0\xa1b\xc4\x03xyz\xa1c\xc7\x12\x01\x93\x91\x02\xa7float32\xc4\x02ab"
        case "json":
            return b'{"a": [1, 2.5, null], "b": {"c": "\\u00e9", "d": [[1, 2], [3, 4]]}}'
        case _:
            return (FILES / f"a.{suffix}").read_bytes()


def test_unreadable_files_fall_back_to_bytes(tmp_path: Path) -> None:
    a, b = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    a.write_bytes((FILES / "a.safetensors").read_bytes()[:-3])
    b.write_bytes((FILES / "b.safetensors").read_bytes())
    comparison = compare_artifacts(a, b)
    assert comparison.difference is not None
    assert comparison.notes[0].startswith("compared byte by byte: truncated")


def test_a_missing_file_is_a_user_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        compare_artifacts(tmp_path / "a", tmp_path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    (tmp_path / "b").write_text("x")
    with pytest.raises(UserError, match="no regular file"):
        compare_artifacts(tmp_path / "a", tmp_path / "b")


def test_a_folder_against_a_file_differs(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").write_text("x")
    assert compare_artifacts(tmp_path / "a", tmp_path / "b").difference is not None


def test_empty_files(tmp_path: Path) -> None:
    for name in ("a.pt", "b.pt", "c.json"):
        (tmp_path / name).write_bytes(b"")
    assert compare_artifacts(tmp_path / "a.pt", tmp_path / "b.pt").difference is None
    (tmp_path / "d.json").write_text("{}")
    assert compare_artifacts(tmp_path / "c.json", tmp_path / "d.json").difference is not None
