"""Compare what a scan says of environment files with what was listed by hand, file by file.

    python benchmarks/accuracy/compare_environments.py CHECKOUTS [--truth FILE] [--table FILE]

CHECKOUTS holds a folder for each repository of environments_truth.tsv, by its last name, at the
commit of the table. A row is right when every expected rule is reported there and nothing else;
rules in `also_acceptable` may be reported or not, and stand for the expected ones when both
describe the same fault.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from pathlib import Path

from fwaudit.auditor.config import Config
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks import RULES

HERE = Path(__file__).resolve().parent
#: Rules that judge environment files; models, data and downloads are counted elsewhere.
CODES = ("PIN001", "PIN002", "PIN003", "PIN004", "PIN005", "PIN006", "PIN007")
Row = dict[str, str]


def codes(text: str) -> set[str]:
    """Return the rules of a cell; `none` is an empty set."""
    return {word for word in text.split() if word != "none"}


def is_right(row: Row, reported: set[str]) -> bool:
    """Whether the reported rules answer a row."""
    expected, optional = codes(row["expected"]), codes(row["also_acceptable"])
    if reported == expected or (row["also_acceptable"] and reported == optional):
        return True
    if "none" in row["also_acceptable"].split() and not reported:
        return True
    return bool(reported) and reported <= expected | optional and expected <= reported | optional


def main() -> int:
    """Print the comparison; exit 1 when a row is wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("--table", type=Path, help="write the table as Markdown")
    parser.add_argument("--truth", default="environments_truth.tsv", help="the table by hand")
    options = parser.parse_args()
    with (HERE / options.truth).open(newline="", encoding="utf-8") as file:
        rows: list[Row] = list(csv.DictReader(file, delimiter="\t"))
    lines: list[str] = []
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for repository in dict.fromkeys(row["repository"] for row in rows):
        folder = options.checkouts / repository.split("/")[-1]
        result = scan(ScanOptions((folder,), RULES, Config(select=CODES), current=folder))
        for row in (row for row in rows if row["repository"] == repository):
            reported = {item.code for item in result.findings if item.place.path == row["path"]}
            verdict = "right" if is_right(row, reported) else "wrong"
            total[repository] += 1
            right[repository] += verdict == "right"
            optional = f"({row['also_acceptable']})" if row["also_acceptable"] else ""
            cells = [
                repository,
                f"`{row['path']}`",
                row["kind"],
                f"{row['expected']} {optional}".strip(),
                " ".join(sorted(reported)) or "none",
                verdict,
            ]
            lines.append("| " + " | ".join(cells) + " |")
            if verdict == "wrong":
                print(" ".join(cells), "--", row["why"])
    print(f"{sum(right.values())} of {sum(total.values())} right in {len(total)} repositories")
    if options.table is not None:
        head = "| repository | file | kind | by hand (also acceptable) | reported | |"
        head += "\n|" + "---|" * 6
        options.table.write_text("\n".join([head, *lines, ""]), "utf-8")
    return int(right.total() < total.total())


if __name__ == "__main__":
    sys.exit(main())
