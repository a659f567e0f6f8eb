"""Compare what fwaudit says of pickles with picklescan, modelscan and fickling.

    python -m venv /tmp/scanners && /tmp/scanners/bin/pip install picklescan modelscan fickling
    python benchmarks/accuracy/compare_pickles.py --scanners /tmp/scanners/bin/python [--table FILE]

The hostile set is that of tests/artifacts/hostile_pickles.py; the benign one is written here by
the packages that write such files, as far as they are installed. No file is ever loaded. A file
is *flagged* (said to be dangerous), *refused* (said to be unreadable, unknown or suspicious) or
*passed* (said to be clean, an ordinary pickle, or nothing at all).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benign_pickles import benign

from fwaudit.auditor.pickles import inspect_pickle_file

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests" / "artifacts"))

from hostile_pickles import hostile  # noqa: E402

TOOLS = ("fwaudit", "picklescan", "modelscan", "fickling")
#: Asks the other tools, in their own environment; prints {tool: {file: verdict}}.
PROBE = r"""
import contextlib, importlib.util, io, json, logging, pathlib, sys
logging.disable(logging.CRITICAL)
files = sorted(pathlib.Path(sys.argv[1]).iterdir())

def picklescan(path):
    from picklescan.scanner import scan_file_path
    found = scan_file_path(str(path))
    if found.issues_count:
        return "flagged"
    return "refused" if found.scan_err or getattr(found, "suspicious_count", 0) else "passed"

def modelscan(path):
    from modelscan.modelscan import ModelScan
    found = ModelScan().scan(str(path))
    if found["issues"]:
        return "flagged"
    skipped = found["summary"]["skipped"]["total_skipped"]
    return "refused" if found["errors"] or skipped else "passed"

def fickling(path):
    from fickling.analysis import check_safety, Severity
    from fickling.fickle import StackedPickle
    with open(path, "rb") as file:
        severities = [check_safety(item).severity for item in StackedPickle.load(file)]
    worst = max(severities, default=Severity.LIKELY_SAFE)
    if worst >= Severity.LIKELY_UNSAFE:
        return "flagged"
    return "refused" if worst > Severity.LIKELY_SAFE else "passed"

answers = {}
for tool in (picklescan, modelscan, fickling):
    if importlib.util.find_spec(tool.__name__) is None:
        continue
    said = answers[tool.__name__] = {}
    for path in files:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            try:
                said[path.name] = tool(path)
            except BaseException:
                said[path.name] = "refused"
print(json.dumps(answers))
"""


def ours(path: Path) -> str:
    """Return our verdict of a file, as SAFE003 takes it."""
    report = inspect_pickle_file(path)
    return "flagged" if report.dangerous else "refused" if report.error else "passed"


def ask(files: dict[str, bytes], scanners: Path | None) -> dict[str, dict[str, str]]:
    """Return the verdict of every tool on every file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, data in files.items():
            (folder / file).write_bytes(data)
        answers = {"fwaudit": {file: ours(folder / file) for file in files}}
        if scanners is not None:
            command = [str(scanners), "-I", "-c", PROBE, name]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            answers |= json.loads(done.stdout.splitlines()[-1])
    return answers


def rows(kind: str, answers: dict[str, dict[str, str]]) -> Iterator[str]:
    """Yield the table's lines for one set."""
    for tool in TOOLS:
        if (said := answers.get(tool)) is not None:
            count = Counter(said.values())
            cells = [count[verdict] for verdict in ("flagged", "refused", "passed")]
            yield f"| {kind} | {tool} | {len(said)} | " + " | ".join(map(str, cells)) + " |"


def main() -> int:
    """Print who passes what; exit 1 when we pass a hostile file or flag a benign one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--scanners", type=Path, help="a Python that has the other tools")
    parser.add_argument("--table", type=Path, help="write the table as Markdown")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sets = {"hostile": hostile(), "benign": benign(Path(folder))}
    lines = ["| set | tool | files | flagged | refused | passed |", "|---|---|---|---|---|---|"]
    wrong = 0
    for kind, files in sets.items():
        answers = ask(files, options.scanners)
        lines += rows(kind, answers)
        for tool, said in answers.items():
            bad = "passed" if kind == "hostile" else "flagged"
            listed = sorted(name for name, verdict in said.items() if verdict == bad)
            wrong += len(listed) if tool == "fwaudit" else 0
            if listed:
                print(f"{tool} {bad} {kind}: {', '.join(listed)}\n")
    print("\n".join(lines))
    if options.table is not None:
        options.table.write_text("\n".join([*lines, ""]), "utf-8")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
