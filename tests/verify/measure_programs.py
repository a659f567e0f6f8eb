"""Measures the truth of the programs bare: plain reruns, a second run in the same tree, permuted listings."""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from program_table import Program, load_programs, results_digest, run_program

PERMUTE = """
import os, runpy, sys
listdir, scandir = os.listdir, os.scandir
class Entries:
    def __init__(self, path):
        with scandir(path) as entries:
            self.entries = iter(sorted(entries, key=lambda entry: entry.name, reverse=True))
    def __enter__(self): return self
    def __exit__(self, *error): return None
    def __iter__(self): return self
    def __next__(self): return next(self.entries)
    def close(self): pass
os.listdir = lambda path=".": sorted(listdir(path), reverse=True)
os.scandir = lambda path=".": Entries(path)
sys.argv = sys.argv[1:]
sys.path.insert(0, os.path.dirname(os.path.abspath(sys.argv[0])))
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def measure(program: Program, runs: int, mended: bool) -> dict[str, object]:
    """How many different results `runs` bare runs give, and whether the two special runs differ."""
    digests, seconds = [], 0.0
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for run in range(runs):
            folder = program.prepare(scratch / f"run{run}", mended=mended)
            seconds = max(seconds, run_program(program, folder, scratch / f"home{run}"))
            digests.append(results_digest(folder))
        first = scratch / "run0"
        run_program(program, first, scratch / "home0")
        second = results_digest(first)
        permuted = program.prepare(scratch / "permuted", mended=mended)
        run_program(program, permuted, scratch / "home-permuted", prefix=["-c", PERMUTE])
        listing = results_digest(permuted)
    return {
        "runs": runs,
        "distinct": len(set(digests)),
        "second_run": "same" if second in digests else "different",
        "permuted_listing": "same" if listing in digests else "different",
        "seconds": round(seconds, 1),
    }


def main() -> int:
    """Prints one line a program; exit 1 when a measurement contradicts the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--table", default="truth.yaml")
    parser.add_argument("--mended", action="store_true")
    options = parser.parse_args()
    wrong = 0
    for program in load_programs(options.table):
        if options.names and program.name not in options.names:
            continue
        if options.mended and program.cause is None:
            continue
        figures = measure(program, options.runs, options.mended)
        varies = figures["distinct"] != 1 or "different" in figures.values()
        expected = program.cause is not None and not options.mended
        wrong += varies != expected
        flow = ", ".join(f"{key}: {value}" for key, value in figures.items())
        print(
            f"{program.name}: {{{flow}}}{'' if varies == expected else '  # CONTRADICTS'}",
            flush=True,
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
