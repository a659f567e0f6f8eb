"""Each format, written by its own library, read by ours without it."""

import csv
import io
import json
import random
import struct
import time
import zipfile
from pathlib import Path

import pytest

from fwaudit.auditor.verify.artifacts import Comparison, Kind, compare_artifacts, diff_artifacts

FILES = Path(__file__).parent / "files"


def leaves(comparison: Comparison) -> dict[str, str]:
    assert comparison.difference is not None
    return {leaf.name: str(leaf.kind) for leaf in comparison.difference.leaves()}


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("suffix", "expected"),
    [
        ("safetensors", {"layer.weight": "values", "steps": "values"}),
        ("onnx", {"nodes": "text", "initializers.w": "values", "initializers.b": "values"}),
        ("tflite", {"subgraph[0].matmul": "values"}),
        ("tfevents", {"loss@2": "value"}),
    ],
)
def test_files_that_other_libraries_wrote(suffix: str, expected: dict[str, str]) -> None:
    a, b = FILES / f"a.{suffix}", FILES / f"b.{suffix}"
    assert diff_artifacts(a, a) is None
    assert leaves(compare_artifacts(a, b)) == expected


def test_safetensors_count_elements_and_units() -> None:
    difference = diff_artifacts(FILES / "a.safetensors", FILES / "b.safetensors")
    assert difference is not None
    deltas = {leaf.name: leaf.tensor for leaf in difference.tensors()}
    weight = deltas["layer.weight"]
    assert weight is not None
    assert (weight.shape, weight.elements_differing, weight.max_ulp) == ((3, 4), 1, 3)
    assert weight.first_index == (1, 2)


def test_times_of_writing_events_are_left_out() -> None:
    comparison = compare_artifacts(FILES / "a.tfevents", FILES / "b.tfevents")
    assert any("wall_time" in note for note in comparison.notes)


@pytest.mark.frameworks
@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_torch_checkpoints(tmp_path: Path, zipped: bool) -> None:
    torch = pytest.importorskip("torch")

    def save(name: str, bump: float) -> Path:
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
        optimizer = torch.optim.Adam(model.parameters())
        model(torch.randn(5, 3)).sum().backward()
        optimizer.step()
        with torch.no_grad():
            model[0].weight[1, 2] += bump
        shared = torch.arange(10.0)
        state = {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "transposed": torch.arange(6.0).view(2, 3).t(),
            "expanded": torch.ones(1).expand(5),
            "views": [shared[2:5], shared[::3]],
            "half": torch.full((3,), 1 + bump, dtype=torch.bfloat16),
            "tiny": torch.ones(2).to(torch.float8_e4m3fn),
            "sparse": torch.eye(3).to_sparse(),
            "whole": model,
            "empty": torch.zeros(0, 3),
            "scalar": torch.tensor(2.5),
            "flags": torch.tensor([True, False]),
            "epoch": 3 + int(bump),
        }
        torch.save(state, tmp_path / name, _use_new_zipfile_serialization=zipped)
        return tmp_path / name

    same = compare_artifacts(save("a.pt", 0.0), save("a2.pt", 0.0))
    assert same.difference is None
    found = leaves(compare_artifacts(tmp_path / "a.pt", save("b.pt", 1.0)))
    assert found == {
        "model.0.weight": "values",
        "whole._modules.0._parameters.weight": "values",
        "half": "values",
        "epoch": "value",
    }


@pytest.mark.frameworks
def test_a_strided_view_has_the_elements_that_torch_sees(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    source = random.Random(1)
    base = torch.arange(120.0)
    for number in range(30):
        shape = [source.randint(1, 4) for _ in range(source.randint(1, 4))]
        strides = [source.randint(0, 6) for _ in shape]
        view = torch.as_strided(base, shape, strides, source.randint(0, 20))
        torch.save({"t": view}, tmp_path / "view.pt")
        torch.save({"t": view.clone(memory_format=torch.contiguous_format)}, tmp_path / "copy.pt")
        assert diff_artifacts(tmp_path / "view.pt", tmp_path / "copy.pt") is None, number


@pytest.mark.frameworks
def test_torchscript_compares_code_and_weights(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    for name, scale in (("a.pt", 1.0), ("b.pt", 2.0)):
        torch.manual_seed(0)
        layer = torch.nn.Linear(2, 2)
        with torch.no_grad():
            layer.bias[0] = scale
        torch.jit.trace(layer, torch.zeros(1, 2)).save(str(tmp_path / name))
    found = leaves(compare_artifacts(tmp_path / "a.pt", tmp_path / "b.pt"))
    assert [name for name, kind in found.items() if kind == "values"] == ["data.bias"]


def test_numpy_arrays(tmp_path: Path) -> None:
    numpy = pytest.importorskip("numpy")
    common = {
        "fortran": numpy.asfortranarray(numpy.arange(6).reshape(2, 3)),
        "big": numpy.array([1, 2], dtype=">i4"),
        "text": numpy.array(["a", "bc"]),
        "times": numpy.array(["2024-01-01"], dtype="M8[D]"),
        "records": numpy.array([(1, 2.0)], dtype=[("n", "i4"), ("x", "f8")]),
        "objects": numpy.array([{"k": [1]}, None], dtype=object),
        "scalar": numpy.float16(3),
        "complex": numpy.array([1 + 2j]),
    }
    numpy.savez(tmp_path / "a.npz", **common, x=numpy.arange(6.0).reshape(2, 3))
    plain = {
        **common,
        "fortran": numpy.ascontiguousarray(common["fortran"]),
        "big": common["big"].astype("<i4"),
    }
    numpy.savez_compressed(tmp_path / "b.npz", **plain, x=numpy.arange(6.0).reshape(2, 3))
    assert diff_artifacts(tmp_path / "a.npz", tmp_path / "b.npz") is None
    changed = {
        **plain,
        "objects": numpy.array([{"k": [2]}, None], dtype=object),
        "text": numpy.array(["a", "bd"]),
    }
    numpy.savez(tmp_path / "c.npz", **changed, x=-numpy.arange(6.0).reshape(2, 3))
    found = leaves(compare_artifacts(tmp_path / "a.npz", tmp_path / "c.npz"))
    assert found == {"text": "values", "objects[0].k[0]": "value", "x": "values"}


def test_npy_shape_and_dtype(tmp_path: Path) -> None:
    numpy = pytest.importorskip("numpy")
    numpy.save(tmp_path / "a.npy", numpy.zeros((2, 3)))
    numpy.save(tmp_path / "b.npy", numpy.zeros((3, 2)))
    numpy.save(tmp_path / "c.npy", numpy.zeros((2, 3), "f4"))
    assert leaves(compare_artifacts(tmp_path / "a.npy", tmp_path / "b.npy")) == {"": "shape"}
    assert leaves(compare_artifacts(tmp_path / "a.npy", tmp_path / "c.npy")) == {"": "dtype"}


@pytest.mark.frameworks
def test_estimators_by_joblib_and_pickle(tmp_path: Path) -> None:
    joblib = pytest.importorskip("joblib")
    ensemble = pytest.importorskip("sklearn.ensemble")
    import pickle

    rows = [[float(i * k % 7) for k in range(1, 4)] for i in range(30)]
    labels = [i % 2 for i in range(30)]
    for name, seed in (("a", 0), ("same", 0), ("b", 1)):
        forest = ensemble.RandomForestClassifier(3, random_state=seed).fit(rows, labels)
        joblib.dump(forest, tmp_path / f"{name}.joblib")
        joblib.dump(forest, tmp_path / f"{name}.z.joblib", compress=3)
        (tmp_path / f"{name}.pkl").write_bytes(pickle.dumps(forest))
    for suffix in ("joblib", "z.joblib", "pkl"):
        same = compare_artifacts(tmp_path / f"a.{suffix}", tmp_path / f"same.{suffix}")
        assert same.difference is None
        found = leaves(compare_artifacts(tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"))
        assert "random_state" in found
        assert any(name.endswith("tree_.values") for name in found) or len(found) > 3


@pytest.mark.frameworks
def test_keras_and_hdf5(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    import numpy

    for name, bump in (("a", 0), ("same", 0), ("b", 1)):
        with h5py.File(tmp_path / f"{name}.h5", "w") as file:
            file["layer/kernel"] = numpy.arange(6.0).reshape(2, 3) + bump
            file["layer/kernel"].attrs["frozen"] = bool(bump)
            file["names"] = ["x", "y"]
            file["outside"] = h5py.ExternalLink("/etc/passwd", "/")
        weights = (tmp_path / f"{name}.h5").read_bytes()
        with zipfile.ZipFile(tmp_path / f"{name}.keras", "w") as archive:
            archive.writestr(
                "metadata.json", json.dumps({"date_saved": time.time(), "keras_version": "3"})
            )
            archive.writestr(
                "config.json",
                json.dumps({"config": {"name": "m", "shared_object_id": id(archive)}}),
            )
            archive.writestr("model.weights.h5", weights)
    assert diff_artifacts(tmp_path / "a.keras", tmp_path / "same.keras") is None
    assert leaves(compare_artifacts(tmp_path / "a.h5", tmp_path / "b.h5")) == {
        "layer.kernel.values": "values",
        "layer.kernel.@frozen": "value",
    } or leaves(compare_artifacts(tmp_path / "a.h5", tmp_path / "b.h5")).keys() >= {
        "layer.kernel.values"
    }
    found = leaves(compare_artifacts(tmp_path / "a.keras", tmp_path / "b.keras"))
    assert "model.weights.h5.layer.kernel.values" in found


def test_hdf5_without_h5py_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    head = b"\x89HDF\r\n\x1a\n"
    a, b = written(tmp_path / "a.h5", head + b"x" * 9), written(tmp_path / "b.h5", head + b"y" * 9)
    comparison = compare_artifacts(a, b)
    assert comparison.notes == ("compared byte by byte: reading HDF5 needs the package h5py",)
    assert leaves(comparison) == {"": "bytes"}


@pytest.mark.frameworks
def test_flax_messagepack(tmp_path: Path) -> None:
    serialization = pytest.importorskip("flax.serialization")
    import jax.numpy as jnp
    import numpy

    for name, bump in (("a", 0), ("b", 1)):
        tree = {
            "params": {
                "w": numpy.arange(6.0).reshape(2, 3) + bump,
                "h": numpy.asarray(jnp.ones(3, jnp.bfloat16)),
            },
            "step": 3,
            "rate": 0.1,
            "done": False,
            "note": None,
            "big": -70000,
        }
        written(tmp_path / f"{name}.msgpack", serialization.msgpack_serialize(tree))
    assert leaves(compare_artifacts(tmp_path / "a.msgpack", tmp_path / "b.msgpack")) == {
        "params.w": "values"
    }


@pytest.mark.frameworks
@pytest.mark.slow
def test_orbax_checkpoints(tmp_path: Path) -> None:
    checkpoint = pytest.importorskip("orbax.checkpoint")
    import jax.numpy as jnp

    for name, bump in (("a", 0), ("same", 0), ("b", 1)):
        with checkpoint.StandardCheckpointer() as checkpointer:
            checkpointer.save(
                tmp_path / name, {"w": jnp.arange(6.0) + bump, "b": jnp.ones(3, jnp.bfloat16)}
            )
    assert diff_artifacts(tmp_path / "a", tmp_path / "same") is None
    assert leaves(compare_artifacts(tmp_path / "a", tmp_path / "b")) == {"w": "values"}


@pytest.mark.frameworks
@pytest.mark.slow
def test_tensorflow_checkpoints_and_saved_models(tmp_path: Path) -> None:
    tensorflow = pytest.importorskip("tensorflow")
    for name, bump in (("a", 0.0), ("same", 0.0), ("b", 1.0)):
        variable = tensorflow.Variable([1.0, 2.0 + bump], name="v")
        tensorflow.train.Checkpoint(v=variable).save(str(tmp_path / name / "ck"))
    assert diff_artifacts(tmp_path / "a", tmp_path / "same") is None
    assert leaves(compare_artifacts(tmp_path / "a", tmp_path / "b")) == {
        "ck-1.index.v/.ATTRIBUTES/VARIABLE_VALUE": "values"
    }


def test_json_by_key_and_lists_of_numbers(tmp_path: Path) -> None:
    a = written(
        tmp_path / "a.json",
        json.dumps({"loss": [1.0, 2.5], "m": {"x": 1, "y": "p"}, "n": [[1, 2], [3, 4]]}),
    )
    same = written(
        tmp_path / "s.json",
        json.dumps({"n": [[1, 2], [3, 4]], "m": {"y": "p", "x": 1}, "loss": [1.0, 2.5]}, indent=1),
    )
    b = written(
        tmp_path / "b.json",
        json.dumps({"loss": [1.0, 2.25], "m": {"x": True, "y": "p"}, "n": [[1, 2], [3, 5]]}),
    )
    comparison = compare_artifacts(a, same)
    assert comparison.difference is None
    assert any("another order" in note for note in comparison.notes)
    assert leaves(compare_artifacts(a, b)) == {"loss": "values", "m.x": "value", "n": "values"}


def test_tables_by_column(tmp_path: Path) -> None:
    def table(path: Path, rows: list[list[object]]) -> Path:
        buffer = io.StringIO()
        csv.writer(buffer).writerows(rows)
        return written(path, buffer.getvalue())

    a = table(tmp_path / "a.csv", [["step", "name"], [1, "p"], [2, "q"]])
    b = table(tmp_path / "b.csv", [["step", "name"], [1, "p"], [3, "r"]])
    longer = table(tmp_path / "c.csv", [["step", "name"], [1, "p"], [2, "q"], [3, "r"]])
    assert leaves(compare_artifacts(a, b)) == {"step": "values", "name": "text"}
    assert leaves(compare_artifacts(a, longer)) == {"step": "shape", "name": "text"}


def test_texts_name_the_first_line(tmp_path: Path) -> None:
    a, b = (
        written(tmp_path / "a.txt", "one\ntwo\nthree\n"),
        written(tmp_path / "b.txt", "one\ntow\nthree\n"),
    )
    difference = diff_artifacts(a, b)
    assert difference is not None
    assert difference.kind is Kind.TEXT
    assert "first at line 2" in difference.message


def test_compressed_texts_ignore_the_time_in_the_header(tmp_path: Path) -> None:
    import gzip

    a = written(tmp_path / "a.csv.gz", gzip.compress(b"x\n1\n2\n", mtime=1))
    b = written(tmp_path / "b.csv.gz", gzip.compress(b"x\n1\n2\n", mtime=2))
    assert diff_artifacts(a, b) is None


def test_torchserve_archives(tmp_path: Path) -> None:
    for name, when, handler in (
        ("a", "1 Jan", "x = 1\n"),
        ("same", "2 Jan", "x = 1\n"),
        ("b", "3 Jan", "x = 2\n"),
    ):
        with zipfile.ZipFile(tmp_path / f"{name}.mar", "w") as archive:
            archive.writestr(
                "MAR-INF/MANIFEST.json",
                json.dumps({"createdOn": when, "model": {"modelName": "m"}}),
            )
            archive.writestr("handler.py", handler)
    assert diff_artifacts(tmp_path / "a.mar", tmp_path / "same.mar") is None
    assert leaves(compare_artifacts(tmp_path / "a.mar", tmp_path / "b.mar")) == {
        "handler.py": "text"
    }


def test_folders_file_by_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name / "deep").mkdir(parents=True)
        written(
            tmp_path / name / "deep" / "m.json",
            '{"x": [1.0, 2.0]}' if name == "a" else '{"x": [1.0, 2.5]}',
        )
        written(tmp_path / name / f"only-{name}.txt", "x")
        stamp = "1700000000.host.1" if name == "a" else "1700000999.host.2"
        written(
            tmp_path / name / f"events.out.tfevents.{stamp}", (FILES / "a.tfevents").read_bytes()
        )
    assert leaves(compare_artifacts(tmp_path / "a", tmp_path / "b")) == {
        "deep/m.json.x": "values",
        "only-a.txt": "only-in-a",
        "only-b.txt": "only-in-b",
    }


def test_a_set_has_no_order(tmp_path: Path) -> None:
    import pickle

    a = written(tmp_path / "a.pkl", pickle.dumps({"words": ["x"], "seen": {"p", "q", "r", "s"}}))
    forged = pickle.dumps({"words": ["x"], "seen": frozenset(["s", "r", "q", "p"])})
    assert diff_artifacts(a, written(tmp_path / "b.pkl", forged)) is None


def test_checkpoints_across_formats(tmp_path: Path) -> None:
    header = json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
    content = struct.pack("<Q", len(header)) + header + struct.pack("<2f", 1, 2)
    a = written(tmp_path / "a.safetensors", content)
    numpy = pytest.importorskip("numpy")
    numpy.savez(tmp_path / "b.npz", w=numpy.array([1, 2], "f4"))
    assert diff_artifacts(a, tmp_path / "b.npz") is None
