"""`fwaudit diff`: what it prints, its JSON, its exit codes."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from fwaudit import __version__
from fwaudit.reports.schemas import schema

FILES = Path(__file__).parent / "files"
Run = Callable[..., subprocess.CompletedProcess[str]]

DIFFERENT = """\
DIFFERENT   a.onnx, b.onnx: ONNX, 2 of 4 tensors differ, 1 other difference

  nodes           1 of 3 lines differ, first at line 3: \
'akyRelu(z) {alpha=0.10000000149011612}' in A, 'akyRelu(z) {alpha=0.20000000298023224}' in B
  initializers.w  1 of 12 elements differ (float32 3x4), max 3 ULP, max difference 1.79e-07, \
first at [1, 2]
  initializers.b  1 of 4 elements differ (float32 4), max 4,194,304 ULP, max difference 1, \
first at [3]
"""


def test_what_a_person_reads(fwaudit: Run) -> None:
    done = fwaudit("diff", "a.onnx", "b.onnx", cwd=FILES)
    assert (done.stdout, done.stderr, done.returncode) == (DIFFERENT, "", 1)


def test_the_same_content_exits_with_zero(fwaudit: Run) -> None:
    done = fwaudit("diff", "a.tflite", "a.tflite", cwd=FILES)
    assert done.returncode == 0
    assert done.stdout.startswith("SAME   a.tflite, a.tflite: TFLite\n")


def test_a_missing_file_is_one_line(fwaudit: Run) -> None:
    done = fwaudit("diff", "a.onnx", "none.onnx", cwd=FILES)
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr == "error: none.onnx does not exist\n"


@pytest.mark.parametrize(
    "pair", [("a.onnx", "b.onnx"), ("a.onnx", "a.onnx"), ("a.onnx", "b.tflite")]
)
def test_json_keeps_to_its_schema(fwaudit: Run, tmp_path: Path, pair: tuple[str, str]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    target = tmp_path / "out" / "diff.json"
    done = fwaudit("diff", *pair, "--format", "json", "--output", target, cwd=FILES)
    document = json.loads(target.read_text())
    jsonschema.validate(document, json.loads(schema("diff")))
    assert document["fwaudit"] == __version__
    assert document["same"] == (done.returncode == 0) == (document["difference"] is None)


def test_json_sums_up(fwaudit: Run) -> None:
    done = fwaudit("diff", "a.safetensors", "b.safetensors", "--format", "json", cwd=FILES)
    assert json.loads(done.stdout)["summary"] == {
        "tensors": 4,
        "tensors_differing": 2,
        "elements_differing": 2,
        "max_ulp": 3,
        "other_differences": 0,
    }


def test_hostile_names_do_not_reach_the_terminal(fwaudit: Run, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"x\x1b[31m": 1}))
    (tmp_path / "b.json").write_text(json.dumps({"x\x1b[31m": 2}))
    done = fwaudit("diff", "a.json", "b.json", cwd=tmp_path)
    assert "\x1b" not in done.stdout
    assert done.returncode == 1
