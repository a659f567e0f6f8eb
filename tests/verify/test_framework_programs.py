"""`fwaudit verify` on the JAX and TensorFlow programs: verdict, cause, place; and no bit is changed."""

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from judge_programs import complaints, verify
from parameters import assert_row_agrees, parameters
from program_table import Program, load_programs, results_digest, surroundings

import fwaudit.auditor.tracer
from fwaudit.auditor.verify.trace import Trace, read_traces

TRACER = Path(fwaudit.auditor.tracer.__file__).parent
PROGRAMS = load_programs("frameworks.yaml")
BY_NAME = {program.name: program for program in PROGRAMS}
QUICK = (
    "jax_entropy_key", "jax_ok_donated_scan", "jax_ok_reused_keys", "tf_tape_noise", "tf_ok_stateless",
)  # fmt: skip
# Programs whose files hold nothing but tensors: a .keras file also holds the time at which it was saved.
FAITHFUL = (
    "jax_ok_split_keys", "jax_ok_nnx_dropout", "tf_ok_overwritten_weights", "tf_ok_stateless",
)  # fmt: skip


def test_half_of_the_programs_only_look_guilty() -> None:
    for framework in ("jax", "tensorflow"):
        verdicts = [program.verdict for program in PROGRAMS if program.needs == framework]
        assert len(verdicts) >= 10
        assert 0.4 <= verdicts.count("deterministic") / len(verdicts) <= 0.6


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_rows_agree_with_the_programs(program: Program, tmp_path: Path) -> None:
    assert_row_agrees(program, tmp_path)


@pytest.mark.slow
@pytest.mark.frameworks
@pytest.mark.parametrize("program", parameters(BY_NAME[name] for name in QUICK))
def test_verify_tells_the_truth(program: Program, tmp_path: Path) -> None:
    assert complaints(program, verify(program, tmp_path)) == []


@pytest.mark.slow
@pytest.mark.frameworks
@pytest.mark.programs
@pytest.mark.parametrize("program", parameters(p for p in PROGRAMS if p.name not in QUICK))
def test_verify_tells_the_truth_of_the_others(program: Program, tmp_path: Path) -> None:
    assert complaints(program, verify(program, tmp_path)) == []


@pytest.mark.slow
@pytest.mark.frameworks
@pytest.mark.programs
@pytest.mark.parametrize("program", parameters(p for p in PROGRAMS if p.cause))
def test_the_mended_twin_is_deterministic(program: Program, tmp_path: Path) -> None:
    assert complaints(program, verify(program, tmp_path, mended=True), mended=True) == []


def run(program: Program, scratch: Path, traced: bool) -> tuple[str, Trace | None]:
    """The digest of what one run leaves, and its trace."""
    tree = program.prepare(scratch / "tree")
    for name in ("inject", "trace"):
        (scratch / name).mkdir()
    for name in ("sitecustomize.py", "_fwaudit_loading.py"):
        shutil.copy(TRACER / name, scratch / "inject")
    settings = {"tracer": str(TRACER), "out": str(scratch / "trace"), "root": str(tree)}
    (scratch / "settings.json").write_text(json.dumps(settings))
    with surroundings(program, scratch / "home") as environment:
        if traced:
            environment["FWAUDIT_TRACER"] = str(scratch / "settings.json")
            environment["PYTHONPATH"] = str(scratch / "inject")
        command = [sys.executable, program.entry]
        subprocess.run(command, cwd=tree, env=environment, check=True, stdout=subprocess.DEVNULL)
    traces = read_traces(scratch / "trace")
    return results_digest(tree), traces.get("r-.main")


@pytest.mark.slow
@pytest.mark.frameworks
@pytest.mark.parametrize("program", parameters(BY_NAME[name] for name in FAITHFUL))
def test_tracing_changes_no_bit(program: Program, tmp_path: Path) -> None:
    bare, nothing = run(program, tmp_path / "bare", traced=False)
    traced, trace = run(program, tmp_path / "traced", traced=True)
    assert bare == traced
    assert nothing is None
    assert trace is not None
    assert trace.steps
    assert all(step["parameter"] for step in trace.steps)
    assert trace.noted("tracer-error") == []


@pytest.mark.slow
@pytest.mark.frameworks
@pytest.mark.skipif(find_spec("jax") is None, reason="needs jax")
def test_steps_of_jax_are_named_by_their_arguments(tmp_path: Path) -> None:
    _digest, trace = run(BY_NAME["jax_time_key"], tmp_path / "run", traced=True)
    assert trace is not None
    assert len(trace.steps) == 10
    for step in trace.steps:
        assert {"params['first']", "params['second']"} < step["parameter"].keys()
        assert step["batch"].keys() == {"x", "y"}
        assert "key" in step["rng-state"]
    calls = [one for one in trace.operations if one.name == "jit(train_step)"]
    assert len(calls) == 10
    assert {one.site for one in calls} == {"jax_time_key.py:37"}
