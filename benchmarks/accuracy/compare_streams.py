"""Compare the stream table of a scan with the entry points that were walked by hand.

    python benchmarks/accuracy/compare_streams.py CHECKOUTS [--all] [--table NAME]

CHECKOUTS holds a folder for each repository of the table (entry_points.tsv, or the one that is
named), by its last name, at the commit of the table. Prints a confusion table
(rows: by hand, columns: the tool) and every wrong row; `unknown` counts as wrong. With --all, right
rows are printed too.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from pathlib import Path

from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.auditor.streams import EntryPointStreams
from fwaudit.checks.meta import RULES
from fwaudit.checks.seeds.survey import stream_table

HERE = Path(__file__).resolve().parent
OURS = "fwaudit"
STATES = ("seeded", "conditional", "unseeded", "not-drawn", "unknown")
Row = dict[str, str]


def read(name: str) -> list[Row]:
    """Read a table of hand-walked entry points."""
    with (HERE / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def table_of(root: Path) -> dict[str, EntryPointStreams]:
    """Return the tool's table by path of the entry point."""
    result = scan(ScanOptions((root,), RULES, current=root, jobs=1))
    return {row.path: row for row in stream_table(result.project)}


def said(row: Row, table: dict[str, EntryPointStreams]) -> tuple[str, str, str]:
    """Return the tool's state for a row, where it saw the draw, and why."""
    entry = table.get(row["path"])
    if entry is None:
        return "no entry", "", "not an entry point for the tool"
    if row["stream"] == "any":
        drawn = [s for s in entry.streams if s.state != "not-drawn"]
        return (
            (str(drawn[0].state), str(drawn[0].drawn_at), drawn[0].why)
            if drawn
            else (
                "not-drawn",
                "",
                "",
            )
        )
    found = next((s for s in entry.streams if s.stream == row["stream"]), None)
    if found is None:
        return "not-drawn", "", "not listed"
    return str(found.state), str(found.drawn_at or ""), found.why


def _tables(repository: str, path: str, checkouts: Path) -> dict[str, EntryPointStreams]:
    """Scan a checkout; a program of our own tests is scanned by itself, as the study does."""
    if repository != OURS:
        return table_of(checkouts / repository.rsplit("/", 1)[-1])
    folder = path.rsplit("/", 1)[0]
    return {f"{folder}/{name}": row for name, row in table_of(HERE.parents[1] / folder).items()}


def main() -> int:
    """Print the comparison; exit 1 when a row is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("--all", action="store_true", help="print right rows as well")
    parser.add_argument("--places", action="store_true", help="print draws seen on other lines")
    parser.add_argument("--table", default="entry_points.tsv", help="a table beside this script")
    options = parser.parse_args()
    rows = read(options.table)
    tables: dict[str, dict[str, EntryPointStreams]] = {}
    confusion = Counter[tuple[str, str]]()
    same_place = drawn = 0
    for row in rows:
        repository = row["repository"]
        if repository not in tables:
            tables[repository] = _tables(repository, row["path"], options.checkouts)
        state, place, why = said(row, tables[repository])
        confusion[row["state"], state] += 1
        right = state == row["state"]
        if right and row["drawn_at"]:
            drawn += 1
            same_place += place == row["drawn_at"]
            if options.places and place != row["drawn_at"]:
                print(f"other line: {row['path']} {row['stream']}: {row['drawn_at']} / {place}")
        if not right or options.all:
            print(f"{'ok   ' if right else 'WRONG'} {repository} {row['path']} {row['stream']}")
            print(f"      by hand {row['state']} at {row['drawn_at']}: {row['why']}")
            print(f"      tool    {state} at {place}: {why}")
    columns = [*STATES, "no entry"]
    print(f"\n{'by hand':12}" + "".join(f"{column:>13}" for column in columns))
    for state in STATES:
        counts = [confusion[state, column] for column in columns]
        print(f"{state:12}" + "".join(f"{count:13}" for count in counts))
    right = sum(count for (one, two), count in confusion.items() if one == two)
    print(f"\n{right} of {len(rows)} rows right ({right / len(rows):.1%}); of {drawn} right rows")
    print(f"with a draw, {same_place} name the same line as the first draw")
    return 0 if right == len(rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
