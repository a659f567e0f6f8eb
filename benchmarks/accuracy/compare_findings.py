"""Compare a scan with what was listed by hand: recall, and findings that nobody listed.

    python benchmarks/accuracy/compare_findings.py CHECKOUTS

CHECKOUTS holds a folder for each repository of findings_truth.tsv, by its last name, at the commit
of the table. A finding that is neither in the truth nor among the innocent places is printed for
reading: precision cannot be computed without a person.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from pathlib import Path

from fwaudit.auditor.config import Config
from fwaudit.auditor.finding import Finding
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks import RULES

HERE = Path(__file__).resolve().parent
#: The rules of the first issue, which the table was written for.
CODES = (
    "SEED004 SEED007 SEED008 SEED013 DET003 DET004 DET006 ORDER001 ORDER002 ORDER004 "
    "PIN001 PIN002 PIN005 PIN008 PIN009 PIN010 SAFE001 SAFE002"
).split()
Row = dict[str, str]


def read(name: str) -> list[Row]:
    """Read a table."""
    with (HERE / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def matches(finding: Finding, row: Row) -> bool:
    """Whether a finding, or a place in its evidence, is the listed one; two lines of grace."""
    if finding.code != row["code"]:
        return False
    if row["path"] == ".":
        return True
    places = [finding.place, *(evidence.place for evidence in finding.evidence)]
    cell = int(row["cell"]) if row["cell"] else None
    return any(
        place.path == row["path"]
        and place.cell == cell
        and (abs(place.line - int(row["line"] or 1)) <= 2 or row["code"].startswith("PIN00"))
        for place in places
    )


def main() -> int:
    """Print the comparison; exit 1 when something listed was missed or wrongly reported."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkouts", type=Path)
    options = parser.parse_args()
    truth, innocent = read("findings_truth.tsv"), read("innocent.tsv")
    found, missed, wrong, unlisted = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for repository in sorted({row["repository"] for row in truth}):
        folder = options.checkouts / repository.split("/")[-1]
        given = ScanOptions((folder,), RULES, Config(select=tuple(CODES)), current=folder)
        findings = scan(given).findings
        listed = [row for row in truth if row["repository"] == repository]
        guilty = [row for row in innocent if row["repository"] == repository]
        for row in listed:
            hit = any(matches(finding, row) for finding in findings)
            (found if hit else missed)[row["code"]] += 1
            if not hit:
                place = f"{repository}/{row['path']}:{row['line']}"
                print(f"missed    {row['code']:<9}{place}  {row['what']}")
        for finding in findings:
            if any(matches(finding, row) for row in listed):
                continue
            bad = next((row for row in guilty if matches(finding, row)), None)
            (unlisted if bad is None else wrong)[finding.code] += 1
            label = "unlisted " if bad is None else "innocent "
            print(f"{label} {finding.code:<9}{repository}/{finding.place}  {finding.message[:120]}")
    print(f"\n{'code':<10}{'listed':>7}{'found':>7}{'missed':>7}{'innocent':>9}{'unlisted':>9}")
    for code in [*CODES, "all"]:
        row = [
            sum(table.values()) if code == "all" else table[code]
            for table in (found + missed, found, missed, wrong, unlisted)
        ]
        if any(row):
            print(f"{code:<10}{row[0]:>7}{row[1]:>7}{row[2]:>7}{row[3]:>9}{row[4]:>9}")
    return 1 if missed or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
