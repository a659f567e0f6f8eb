"""Commands that are awkward to rerun: what the verdict is, what is said, what is left behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fwaudit.auditor.errors import UserError
from fwaudit.auditor.verify.launch import Status
from fwaudit.auditor.verify.options import VerifyOptions
from fwaudit.auditor.verify.session import run_verification
from fwaudit.auditor.verify.verdict import Verification

FWAUDIT = Path(sys.executable).parent / "fwaudit"

# A run in a folder named by date and chance, with the files that trackers and loggers write.
RECORDS = """
import csv, datetime, json, os, pathlib, pickle, random, time, uuid
random.seed(0)
chance = random.Random(uuid.uuid4().int)
run = pathlib.Path(f"runs/{datetime.datetime.now():%Y-%m-%d_%H-%M-%S}_{uuid.uuid4().hex[:6]}")
tracker = pathlib.Path(f"mlruns/0/{uuid.uuid4().hex}")
for folder in (run, tracker / "artifacts"):
    folder.mkdir(parents=True)
(tracker / "meta.yaml").write_text(f"run_name: {chance.choice('abcdef') * 9}-{chance.random()}")
with (run / "metrics.csv").open("w") as file:
    rows = csv.writer(file)
    rows.writerow(["epoch", "loss", "seconds"])
    for epoch in range(3):
        began = time.perf_counter()
        weight = random.random()
        rows.writerow([epoch, weight, time.perf_counter() - began])
(tracker / "artifacts" / "weight.json").write_text(json.dumps(weight))
(run / "model.pkl").write_bytes(pickle.dumps({"weight": weight, "saved": time.time(), "pid": os.getpid()}))
print(f"saved to {run}")
"""


def verify(folder: Path, program: str, *flags: str, **options: object) -> Verification:
    (folder / "program.py").write_text(program)
    return run_verification(
        VerifyOptions(command=(sys.executable, *flags, "program.py"), folder=folder, **options)  # type: ignore[arg-type]
    )


def test_no_such_command(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no command"):
        run_verification(VerifyOptions(command=("no-such-command-here",), folder=tmp_path))
    assert not (tmp_path / ".fwaudit").exists()


def test_no_command(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no command"):
        run_verification(VerifyOptions(command=(), folder=tmp_path))


def test_a_crash_in_every_run_is_inconclusive(tmp_path: Path) -> None:
    found = verify(tmp_path, "raise SystemExit(3)")
    assert (found.verdict, found.exit_code) == ("inconclusive", 3)
    assert "exit code 3" in found.notes[0]


def test_a_crash_in_one_run_only_is_a_finding(tmp_path: Path) -> None:
    counter = tmp_path.parent / "counter"
    program = f"""
import os
path = {str(counter)!r}
n = int(open(path).read()) if os.path.exists(path) else 0
open(path, "w").write(str(n + 1))
if n == 2:
    os._exit(9)
print("done")
"""
    found = verify(tmp_path, program)
    assert found.verdict == "nondeterministic"
    assert any("died" in note for note in found.notes)


def test_nothing_to_compare_is_inconclusive(tmp_path: Path) -> None:
    found = verify(tmp_path, "x = 1")
    assert found.verdict == "inconclusive"
    assert "nothing to compare" in found.notes[-1]


def test_isolated_python_is_traced_through_the_runner(tmp_path: Path) -> None:
    program = "import random\nopen('out.txt', 'w').write(str(random.random()))\n"
    found = verify(tmp_path, program, "-I")
    assert found.verdict == "nondeterministic"
    assert found.divergence is not None
    assert found.divergence.explanation.cause == "unseeded-rng"
    assert found.divergence.explanation.line == 2


def test_standard_input_reaches_every_run(tmp_path: Path) -> None:
    program = "import sys\nopen('out.txt', 'w').write(sys.stdin.read().upper())\n"
    found = verify(tmp_path, program, stdin=b"some words")
    assert found.verdict == "deterministic"
    assert (found.runs[0].artefacts / "out.txt").read_text() == "SOME WORDS"


def test_a_program_that_executes_itself_again(tmp_path: Path) -> None:
    program = """
import os, sys
if "again" not in sys.argv:
    os.execv(sys.executable, [sys.executable, "program.py", "again"])
open("out.txt", "w").write("once")
"""
    assert verify(tmp_path, program).verdict == "deterministic"


def test_the_limit_ends_the_whole_group(tmp_path: Path) -> None:
    marker = tmp_path.parent / "pids"
    program = f"""
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
open({str(marker)!r}, "a").write(f"{{os.getpid()}} {{child.pid}}\\n")
time.sleep(600)
"""
    begun = time.monotonic()
    found = verify(tmp_path, program, runs=2, timeout=1.5)
    assert time.monotonic() - begun < 60
    assert all(run.ended.status is Status.TIMEOUT for run in found.runs)
    numbers = [int(word) for word in marker.read_text().split()]
    assert numbers
    assert not [number for number in numbers if _alive(number)]


def _alive(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_the_budget_ends_the_verification(tmp_path: Path) -> None:
    found = verify(tmp_path, "import time\ntime.sleep(1)\nprint(1)", budget=1.5)
    assert found.verdict == "inconclusive"
    assert len(found.runs) < 3


def _heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("program", "verdict", "said"),
    [
        ("print(1)", "INCONCLUSIVE", "runs that were made are equal so far"),
        ("import os; open('a', 'wb').write(os.urandom(8))", "NONDETERMINISTIC", "before a cause"),
        ("import os; print(os.urandom(8))", "INCONCLUSIVE", "only the output differs"),
    ],
)
def test_after_ctrl_c_what_is_known_is_reported(
    tmp_path: Path, program: str, verdict: str, said: str
) -> None:
    # The third traced run (the fourth with the control) waits for ever.
    waits = "n = int(open(r'{0}').read()) + 1; open(r'{0}', 'w').write(str(n))\nif n == 4: time.sleep(600)"
    (tmp_path / "count").write_text("0")
    tree = tmp_path / "tree"
    tree.mkdir()
    body = f"import time\n{waits.format(tmp_path / 'count')}\n{program}\n"
    (tree / "program.py").write_text(body)
    command = [FWAUDIT, "verify", "--", sys.executable, "program.py"]
    # Where the tests themselves run in the background, Ctrl-C is ignored unless it is asked for.
    running = subprocess.Popen(
        command, cwd=tree, stdout=subprocess.PIPE, text=True, preexec_fn=_heed_ctrl_c
    )
    with running:
        until = time.monotonic() + 120
        while (tmp_path / "count").read_text() != "4" and time.monotonic() < until:
            time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        screen = running.communicate(timeout=60)[0]
    assert running.returncode == 130
    assert screen.startswith(verdict)
    assert said in screen


def test_the_original_tree_is_left_alone(tmp_path: Path) -> None:
    verify(tmp_path, "open('made.txt', 'w').write('x')\nopen('data.txt', 'a').write('y')\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".fwaudit", "program.py"]


def test_in_place_runs_here(tmp_path: Path) -> None:
    found = verify(tmp_path, "open('made.txt', 'w').write('x')\n", in_place=True)
    assert found.verdict == "deterministic"
    assert (tmp_path / "made.txt").exists()


def test_artifact_globs_choose_what_counts(tmp_path: Path) -> None:
    program = """
import random
open("noise.bin", "wb").write(random.randbytes(8))
open("kept.txt", "w").write("same")
"""
    assert verify(tmp_path, program).verdict == "nondeterministic"
    assert verify(tmp_path, program, artifacts=("kept.*",)).verdict == "deterministic"


def test_output_alone_decides_where_there_is_nothing_else(tmp_path: Path) -> None:
    found = verify(tmp_path, "import random\nprint(random.random())\n")
    assert found.verdict == "nondeterministic"
    assert found.divergence is not None
    assert found.divergence.explanation.line == 2


def test_elapsed_time_in_the_output_is_no_divergence(tmp_path: Path) -> None:
    program = "import time\nbegin = time.time()\nprint(f'took {time.time() - begin:.6f} s')\n"
    assert verify(tmp_path, program).verdict == "deterministic"


def test_the_users_sitecustomize_still_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hooks").mkdir()
    (tmp_path / "hooks" / "sitecustomize.py").write_text("import builtins\nbuiltins.MARK = 7\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "hooks"))
    found = verify(tmp_path, "print(MARK)\n")
    assert found.verdict == "deterministic"
    assert found.runs[0].text("stdout") == "7\n"


def test_the_program_sees_what_it_would_see_untraced(tmp_path: Path) -> None:
    program = """
import os, sys
fd = os.open("program.py", os.O_RDONLY)
print(fd, sys.path[1:3], "PYTHONHASHSEED" in os.environ, sorted(m for m in sys.modules if "fwaudit" in m and not m.startswith("_")))
"""
    found = verify(tmp_path, program)
    traced, control = found.runs[0], found.runs[1]
    assert not control.traced
    assert traced.text("stdout") == control.text("stdout")
    assert traced.text("stderr") == ""


def test_a_run_that_keeps_records_is_still_repeatable(tmp_path: Path) -> None:
    found = verify(tmp_path, RECORDS)
    assert (found.verdict, found.divergence) == ("deterministic", None)
    assert any("seconds (a record of the run" in note for note in found.notes)


def test_weights_among_the_records_of_a_tracker_count(tmp_path: Path) -> None:
    found = verify(tmp_path, RECORDS.replace("random.seed(0)", "random.seed()"))
    assert found.verdict == "nondeterministic"
    assert found.divergence is not None
    assert found.divergence.explanation.cause == "unseeded-rng"
