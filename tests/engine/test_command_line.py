"""The command line: exit codes, bad input, and where things are written."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..conftest import SEEDLESS

GOOD = "import numpy as np\nrng = np.random.default_rng(0)\n"


@pytest.mark.parametrize(
    ("files", "arguments", "code"),
    [
        ({"a.py": GOOD}, [], 0),
        ({"a.py": SEEDLESS}, [], 1),
        ({"a.py": SEEDLESS}, ["--exit-zero"], 0),
        ({"a.py": SEEDLESS}, ["--fail-on", "error"], 0),
        ({"a.py": SEEDLESS}, ["--fail-on", "never"], 0),
        ({"a.py": "def f(:\n"}, [], 3),
        ({"a.py": "def f(:\n", "b.py": SEEDLESS}, [], 1),
        ({"a.py": "def f(:\n"}, ["--exit-zero"], 0),
        ({"a.py": "def f(:\n"}, ["--fail-on", "info"], 1),
        ({"a.txt": "no Python here"}, [], 0),
    ],
)
def test_exit_codes(project, fwaudit, files, arguments, code):
    folder = project(files)
    select = ["--select", "SEED007,META003"]
    assert fwaudit("scan", folder, *select, *arguments).returncode == code


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["scan", "nowhere"], "no such file or folder: nowhere"),
        (["scan", "--select", "SEED07"], 'did you mean "SEED007"?'),
        (["scan", "--format", "jsn"], 'did you mean "json"?'),
        (["scan", "--formt", "json"], "No such option"),
        (["scan", "--profile", "neurip"], 'did you mean "neurips"?'),
        (["scan", "--fail-on", "warn"], 'did you mean "warning"?'),
        (["scna"], "scan"),
        (["explain", "unseeded-strem"], 'did you mean "unseeded-stream"?'),
        (["scan", "--baseline", "missing.json"], "write one: fwaudit baseline"),
        (["scan", "--config", "missing.toml"], "missing.toml"),
        (["scan", "--since", "HEAD"], "git"),
        (["scan", "--jobs", "0"], "jobs"),
        (["schema", "nothing"], "scan"),
    ],
)
def test_bad_use_is_one_line_and_exit_2(fwaudit, tmp_path, arguments, said):
    done = fwaudit(*arguments, GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.fwaudit]\nselct = []\n", 'did you mean "select"?'),
        ("[tool.fwaudit]\nselect = 3\n", "must be a list of strings"),
        ("[tool.fwaudit]\nselect = [3]\n", "must be a list of strings"),
        ("[tool.fwaudit\n", "not valid TOML"),
        ('[tool.fwaudit]\nprofile = "x"\n', "unknown profile"),
    ],
)
def test_bad_configuration(project, fwaudit, text, said):
    folder = project({"pyproject.toml": text, "a.py": GOOD})
    done = fwaudit("scan", folder)
    assert done.returncode == 2
    assert said in done.stderr
    assert "pyproject.toml" in done.stderr


def test_configuration_is_found_upward_and_the_command_line_comes_first(project, fwaudit):
    folder = project({"fwaudit.toml": 'select = ["SEED008"]\n', "sub/a.py": SEEDLESS})
    assert fwaudit("scan", folder / "sub").returncode == 0
    assert fwaudit("scan", folder / "sub", "--select", "SEED007").returncode == 1


def test_per_file_ignores(project, fwaudit):
    config = '[per-file-ignores]\n"tools/*" = ["SEED007"]\n'
    folder = project({"fwaudit.toml": config, "tools/a.py": SEEDLESS, "b.py": SEEDLESS})
    done = fwaudit("scan", folder, "--select", "SEED007", "--format", "json")
    assert [f["path"].removeprefix("project/") for f in json.loads(done.stdout)["findings"]] == [
        "b.py"
    ]


def test_several_formats_at_once(project, fwaudit):
    folder = project({"a.py": SEEDLESS})
    fwaudit("scan", folder, "--format", "json=out/x.json", "--format", "concise", cwd=folder)
    assert json.loads((folder / "out/x.json").read_text())["schema"] == "fwaudit.scan/1"
    done = fwaudit("scan", folder, "--format", "json", "--format", "text")
    assert done.returncode == 2


def test_standard_input_stands_for_a_file(project, fwaudit):
    folder = project({"a.py": GOOD})
    done = fwaudit(
        "scan", "--select", "SEED007", "--stdin-filename", "a.py", "--format", "concise", "a.py",
        cwd=folder, stdin=SEEDLESS.encode(),
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout.startswith("a.py:2:7 SEED007")


def test_a_baseline_survives_moved_lines(project, fwaudit):
    folder = project({"a.py": SEEDLESS})
    fwaudit("baseline", folder, "--select", "SEED007", "-o", folder / "b.json")
    (folder / "a.py").write_text("# a line above\n\n" + SEEDLESS)
    arguments = ["scan", folder, "--select", "SEED007", "--baseline", folder / "b.json"]
    done = fwaudit(*arguments, "--format", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["summary"]["baselined"] == 1
    (folder / "a.py").write_text(SEEDLESS + "other = np.random.default_rng()\n")
    assert fwaudit(*arguments).returncode == 1


def test_since_reports_changed_lines_only(project, fwaudit):
    folder = project({"a.py": SEEDLESS, "b.py": SEEDLESS})
    environment = {"GIT_CONFIG_GLOBAL": os.devnull, "HOME": str(folder), "PATH": os.environ["PATH"]}
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", "-C", str(folder), *command], check=True, env=environment)
    (folder / "a.py").write_text(SEEDLESS + "other = np.random.default_rng()\n")
    (folder / "new.py").write_text(SEEDLESS)
    done = fwaudit(
        "scan", "--select", "SEED007", "--since", "HEAD", "--format", "concise", cwd=folder
    )
    lines = [line for line in done.stdout.splitlines() if "SEED007" in line]
    assert [line.split()[0] for line in lines] == ["a.py:3:9", "new.py:2:7"]


def test_paths_do_not_depend_on_how_they_were_spelled(project, fwaudit):
    folder = project({"sub/a.py": SEEDLESS})
    spelled = ["sub", "./sub", "sub/../sub", folder / "sub", "sub/a.py"]
    seen = set()
    for path in spelled:
        done = fwaudit("scan", path, "--select", "SEED007", "--format", "json", cwd=folder)
        (finding,) = json.loads(done.stdout)["findings"]
        seen.add((finding["path"], finding["line"], finding["fingerprint"]))
    assert len(seen) == 1


def test_a_repository_has_the_same_findings_from_inside_and_from_its_parent(project, fwaudit):
    files = {"README.md": "# net\n", "requirements.txt": "torch\n", "train.py": SEEDLESS}
    folder = project(files)
    inside = json.loads(fwaudit("scan", ".", "--format", "json", cwd=folder).stdout)
    parent = json.loads(fwaudit("scan", folder.name, "--format", "json", cwd=folder.parent).stdout)
    assert inside["findings"] and inside["findings"] == parent["findings"]
    assert (inside["root"], parent["root"]) == (".", "project")
    shown = fwaudit("scan", folder.name, "--format", "concise", cwd=folder.parent).stdout
    assert "\nproject/train.py:2:" in f"\n{shown}"


def test_a_file_that_vanishes_or_is_binary(project, fwaudit):
    folder = project({"a.py": SEEDLESS, "b.py": b"\0\1\2", "c.py": b"\xff\xfe\xfd = 1\n"})
    done = fwaudit("scan", folder, "--select", "META003", "--format", "concise")
    assert done.returncode == 3
    assert "b.py" in done.stdout and "c.py" in done.stdout


def test_any_encoding_python_reads(project, fwaudit):
    text = "# -*- coding: latin-1 -*-\nimport numpy as np\ns = 'é'\nr = np.random.default_rng()\n"
    folder = project({"a.py": text.encode("latin-1"), "b.py": b"\xef\xbb\xbf" + SEEDLESS.encode()})
    done = fwaudit("scan", ".", "--select", "SEED007,META003", "--format", "json", cwd=folder)
    assert [(f["path"], f["line"]) for f in json.loads(done.stdout)["findings"]] == [
        ("a.py", 4),
        ("b.py", 2),
    ]


def test_results_do_not_depend_on_the_number_of_workers(project, fwaudit):
    files = {f"m{i}.py": SEEDLESS + "#" * 60_000 for i in range(60)}
    folder = project(files)
    outputs = set()
    for jobs in ("1", "3"):
        done = fwaudit("scan", folder, "--no-cache", "--jobs", jobs, "--format", "concise")
        outputs.add("\n".join(line for line in done.stdout.splitlines() if "SEED007" in line))
    (output,) = outputs
    assert output.count("SEED007") == 60


def test_interrupt_is_130_and_leaves_no_worker(project, tmp_path):
    folder = project(
        {f"m{i}.py": "x = [\n" + "1,\n" * 200_000 + "]\ntorch = 1\n" for i in range(40)}
    )
    script = Path(sys.executable).parent / "fwaudit"
    process = subprocess.Popen(
        [str(script), "scan", str(folder), "--no-cache", "--jobs", "2"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # Under a runner in the background SIGINT is ignored, and a child inherits that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    time.sleep(3)
    os.killpg(process.pid, signal.SIGINT)
    _, error = process.communicate(timeout=90)
    assert process.returncode == 130
    assert b"Traceback" not in error
    with pytest.raises(ProcessLookupError):
        for _ in range(50):
            os.killpg(process.pid, 0)
            time.sleep(0.1)


def test_no_colour_where_nobody_looks(project, fwaudit):
    folder = project({"a.py": SEEDLESS})
    assert "\x1b" not in fwaudit("scan", folder).stdout
    assert "\x1b[" in fwaudit("scan", folder, FORCE_COLOR="1").stdout
    assert "\x1b" not in fwaudit("scan", folder, FORCE_COLOR="1", NO_COLOR="1").stdout


def test_selection_by_prefix_and_name(project, fwaudit):
    folder = project({"a.py": SEEDLESS})
    for selector in ("SEED", "SEED007", "unseeded-generator"):
        done = fwaudit("scan", folder, "--select", selector, "--format", "concise")
        assert "SEED007" in done.stdout
    done = fwaudit("scan", folder, "--select", "SEED", "--ignore", "SEED007", "--format", "concise")
    assert "SEED007" not in done.stdout
