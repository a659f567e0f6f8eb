"""Trace files: what is written is read, what is cut off is read up to there, and how two compare."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import fwaudit.auditor.tracer
from fwaudit.auditor.errors import UserError
from fwaudit.auditor.verify.archives import Archived, compare_archives
from fwaudit.auditor.verify.compare import first_parting
from fwaudit.auditor.verify.comparison import compare_traces
from fwaudit.auditor.verify.trace import Trace, read_trace

TRACER = Path(fwaudit.auditor.tracer.__file__).parent

WRITER = """
import importlib.util, os, sys
folder, out, last = sys.argv[1:4]
spec = importlib.util.spec_from_file_location("t", folder + "/__init__.py", submodule_search_locations=[folder])
sys.modules["t"] = importlib.util.module_from_spec(spec)
from t.record import Recorder
recorder = Recorder(out, 1 << 20)
for step in range(3):
    recorder.leaf(2, "loss", 10 + step)
    recorder.leaf(5, "layer.weight", int(last) if step == 2 else 20 + step)
    recorder.mark(0)
    recorder.step += 1
recorder.event("clock", "time.time", "train.py:3\\tmain", 5, 2)
recorder.operation("aten::add", "train.py:4\\tmain", "main", 4, [(1, 0), (2, 0)], [(int(last), 0)])
if os.fork() == 0:
    recorder.leaf(2, "child", 1)
    recorder.mark(0)
    os._exit(0)
os.wait()
recorder.flush()
os._exit(9)
"""


def write(folder: Path, last: int) -> Path:
    folder.mkdir()
    words = [sys.executable, "-c", WRITER, str(TRACER), str(folder), str(last)]
    assert subprocess.run(words, check=False).returncode == 9
    return folder


OPENER = """
import importlib.util, os, sys
tracer, folder, root = sys.argv[1:4]
spec = importlib.util.spec_from_file_location("t", tracer + "/__init__.py", submodule_search_locations=[tracer])
sys.modules["t"] = importlib.util.module_from_spec(spec)
from t.outside import install
class Family:
    active = record = True
    pin = None
    seen = []
    def see(self, name, digest, place):
        self.seen.append(name.split()[0] + " " + os.path.basename(name))
    def pinned(self, place):
        return False
install({"outside": Family(), "entropy": Family(), "tree-file": Family()}, folder, root)
for name in (folder + "/r.dump", root + "/result.txt"):
    with open(name, "w") as file:
        file.write("x")
print(Family.seen)
"""


def test_what_the_tracer_writes_is_no_write_of_the_program(tmp_path: Path) -> None:
    folder = tmp_path / "tree" / ".fwaudit" / "trace"
    folder.mkdir(parents=True)
    (tmp_path / "tree" / "train.py").write_text(OPENER)
    command = [sys.executable, "train.py", TRACER, folder, tmp_path / "tree"]
    done = subprocess.run(
        command, cwd=tmp_path / "tree", capture_output=True, text=True, check=True
    )
    assert done.stdout == "['write result.txt']\n"


def test_a_killed_process_leaves_what_it_had(tmp_path: Path) -> None:
    trace = read_trace(write(tmp_path / "a", 99) / "r-.main.trace")
    assert [step["loss"]["loss"] for step in trace.steps] == [10, 11, 12]
    assert trace.steps[2]["parameter"] == {"layer.weight": 99}
    assert (trace.events[0].family, trace.events[0].site) == ("clock", "train.py:3")
    assert trace.operations[0].inputs == ((1, 0), (2, 0))
    assert not trace.complete and not trace.damaged


def test_more_sides_than_a_byte_counts_are_one_digest(tmp_path: Path) -> None:
    many = "[(n, 0) for n in range(300)]"
    later = f"{many[:-1]} if n != 299] + [(0, 0)]"
    lines = f"recorder.operation('aten::_foreach_add', '', 'main', 0, {many}, {later})\n"
    folder = tmp_path / "a"
    folder.mkdir()
    script = WRITER.replace("if os.fork()", f"{lines}if os.fork()")
    subprocess.run([sys.executable, "-c", script, str(TRACER), str(folder), "1"], check=False)
    operation = read_trace(folder / "r-.main.trace").operations[1]
    assert operation.inputs[:250] == operation.outputs[:250] == tuple((n, 0) for n in range(250))
    assert len(operation.inputs) == len(operation.outputs) == 251
    assert operation.inputs[250] != operation.outputs[250]


def test_a_forked_child_has_a_file_of_its_own(tmp_path: Path) -> None:
    trace = read_trace(write(tmp_path / "a", 99) / "r-.main.fork1.trace")
    assert trace.steps == [{"loss": {"child": 1}}]


def test_every_truncation_is_read(tmp_path: Path) -> None:
    data = (write(tmp_path / "a", 99) / "r-.main.trace").read_bytes()
    whole = tmp_path / "cut.trace"
    head = 12 + int.from_bytes(data[8:12], "little")
    for length in range(head, len(data)):
        whole.write_bytes(data[:length])
        assert len(read_trace(whole).steps) <= 3


def test_what_is_no_trace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.trace").write_bytes(b"something else entirely")
    with pytest.raises(UserError, match="not a trace"):
        compare_traces(tmp_path / "x.trace", tmp_path / "x.trace")
    with pytest.raises(UserError, match="no such trace"):
        compare_traces(tmp_path / "nothing", tmp_path / "nothing")


def test_equal_traces_compare_equal(tmp_path: Path) -> None:
    found = compare_traces(write(tmp_path / "a", 99), write(tmp_path / "b", 99))
    assert (found.verdict, found.exit_code) == ("deterministic", 0)


def test_the_first_difference_is_named(tmp_path: Path) -> None:
    found = compare_traces(write(tmp_path / "a", 99), write(tmp_path / "b", 98))
    assert found.verdict == "nondeterministic"
    assert found.parting is not None
    assert (found.parting.step, found.parting.kind, found.parting.name) == (
        2,
        "parameter",
        "layer.weight",
    )
    assert (found.op, found.site) == ("aten::add", "train.py:4")


def test_what_differs_outside_of_steps_is_at_no_step() -> None:
    def trace(loss: int, steps: int) -> dict[str, Trace]:
        tail = {"loss": {"loss": loss}}
        return {"r-.main": Trace("r-.main", {}, [{"loss": {"loss": 1}}] * steps, tail)}

    for steps in (0, 2):
        found = first_parting(trace(5, steps), trace(6, steps))
        assert found is not None
        assert (found.kind, found.number) == ("loss", None)


def pack(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return path


def test_archives_tell_tensors_from_records(tmp_path: Path) -> None:
    def same(a: Path, b: Path) -> bool:
        return a.read_bytes() == b.read_bytes()

    first = pack(tmp_path / "a.zip", w_npy=b"1", data=b"x")
    assert compare_archives(first, pack(tmp_path / "b.zip", w_npy=b"1", data=b"y"), same) == (
        Archived.RECORDS,
        ("data",),
    )
    other = compare_archives(first, pack(tmp_path / "c.zip", w_npy=b"2", data=b"x"), same)
    assert other == (Archived.RESULTS, ("w.npy",))
    assert compare_archives(tmp_path / "a.zip", TRACER / "record.py", same) is None
