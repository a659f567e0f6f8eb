"""Runs `fwaudit verify` on programs of the table and holds each report against the truth."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from program_table import Program, load_programs, surroundings

FWAUDIT = Path(sys.executable).parent / "fwaudit"
EXIT_CODES = {"deterministic": 0, "nondeterministic": 1, "inconclusive": 3}


def verify(
    program: Program, scratch: Path, mended: bool = False, python: str = sys.executable
) -> dict[str, Any]:
    """The JSON report of one `fwaudit verify`, in a folder of its own under `scratch`."""
    folder = program.prepare(scratch / "tree", mended=mended)
    command = [
        os.environ.get("FWAUDIT", FWAUDIT),
        "verify",
        "--format",
        "json",
        "--",
        python,
        program.entry,
    ]
    with surroundings(program, scratch / "home") as environment:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            input=program.stdin,
            capture_output=True,
            text=True,
            timeout=600,
        )
    if done.returncode not in EXIT_CODES.values():
        raise AssertionError(f"exit {done.returncode}: {done.stderr[-2000:]}")
    report = json.loads(done.stdout)
    assert done.returncode == EXIT_CODES[report["verdict"]], "exit code and verdict disagree"
    return report


def complaints(program: Program, report: dict[str, Any], mended: bool = False) -> list[str]:
    """What is wrong with a report; a cause that is honestly `unknown` is not."""
    expected = "deterministic" if mended else program.verdict
    if report["verdict"] != expected:
        found = report.get("first_divergence") or {}
        return [f"verdict {report['verdict']} ({found.get('cause')}), not {expected}"]
    if expected == "deterministic":
        return []
    found = report["first_divergence"]
    if found is None:
        return ["no first divergence"]
    if found["cause"] == "unknown":
        return []
    wrong = []
    if found["cause"] not in {program.cause, *program.also_cause}:
        wrong.append(f"cause {found['cause']}, not {program.cause}")
    place = (found["path"], found["line"])
    if place not in {(program.guilty_path, line) for line in program.guilty_lines}:
        wrong.append(f"place {place[0]}:{place[1]}, not {sorted(program.guilty_lines)}")
    streams = {program.stream, *program.also_stream}
    if program.stream and found["stream"] not in streams:
        wrong.append(f"stream {found['stream']}, not {program.stream}")
    if program.op and found["op"] not in program.op:
        wrong.append(f"op {found['op']}, not {' or '.join(program.op)}")
    return wrong


def judge(
    program: Program, mended: bool = False, python: str = sys.executable
) -> tuple[dict[str, Any] | None, list[str]]:
    """The report and what is wrong with it."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            report = verify(program, Path(scratch), mended, python)
        except (AssertionError, subprocess.TimeoutExpired, ValueError) as error:
            return None, [str(error)]
        return report, complaints(program, report, mended)


def main() -> int:
    """Prints one line a program and a summary; exit 1 when any report is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="names, or beginnings of names")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument(
        "--needs", action="append", help="only python, numpy, sklearn or torch programs"
    )
    parser.add_argument("--table", default="truth.yaml")
    parser.add_argument("--mended", action="store_true")
    parser.add_argument("--python", default=sys.executable, help="interpreter of the programs")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    for program in load_programs(options.table):
        if options.names and not program.name.startswith(tuple(options.names)):
            continue
        if options.needs and program.needs not in options.needs:
            continue
        if options.mended and program.cause is None:
            continue
        for _ in range(options.repeat):
            begin = time.monotonic()
            report, wrong = judge(program, options.mended, options.python)
            cause = ((report or {}).get("first_divergence") or {}).get("cause") or ""
            counts.update(["judged", "wrong" if wrong else "right"])
            counts.update(["unknown"] if cause == "unknown" and not options.mended else [])
            state = f"WRONG {'; '.join(wrong)}" if wrong else f"right {cause}"
            runs = len(report["runs"]) if report else 0
            seconds = time.monotonic() - begin
            print(f"{program.name}: {state} ({runs} runs, {seconds:.0f} s)", flush=True)
    print(", ".join(f"{key} {value}" for key, value in counts.items()))
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
