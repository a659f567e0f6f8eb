"""Compare the ethics rules with the places that were listed by hand: recall, and false alarms.

    python benchmarks/accuracy/compare_ethics.py FOLDER_OF_REPOSITORIES [LIST]

The folder holds each repository of the list (ethics_truth.tsv unless another one is given) at its
commit, under its last name.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

from fwaudit.auditor.config import Config
from fwaudit.auditor.finding import Finding
from fwaudit.auditor.place import Place
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks import RULES

FAMILIES = ("LIC", "DATA", "USE", "FAIR", "PII", "HUM", "DOC")
#: A finding this many lines from the listed one is at the same place.
NEAR = 3
TRUTH = Path(__file__).with_name("ethics_truth.tsv")
Row = dict[str, str]


def findings(folder: Path, profile: str) -> list[Finding]:
    """Scan a repository with the ethics rules only."""
    config = Config(select=FAMILIES, profile=profile)
    return scan(ScanOptions((folder,), RULES, config, current=folder, jobs=1)).findings


def places(finding: Finding) -> list[Place]:
    """Return the finding's place and those of its evidence."""
    return [finding.place, *[item.place for item in finding.evidence]]


def is_at(row: Row, place: Place) -> bool:
    """Whether a place is the one that a row lists; a finding at `.` stands for the repository."""
    if "." in (row["path"], place.path):
        return row["path"] == place.path or row["verdict"] == "report"
    if place.path != row["path"]:
        return False
    cell = int(row["cell"]) if row["cell"] else None
    return place.cell == cell and abs(place.line - int(row["line"])) <= NEAR


def codes(row: Row) -> set[str]:
    """Return the codes that answer a row."""
    return {row["code"], *row["also_acceptable"].split()}


def answers(row: Row, found: list[Finding]) -> str:
    """Return `place`, `repository` (another place of the same code) or nothing."""
    same = [finding for finding in found if finding.code in codes(row)]
    if any(is_at(row, place) for finding in same for place in places(finding)):
        return "place"
    return "repository" if any(finding.code == row["code"] for finding in same) else ""


def alarms(row: Row, found: list[Finding]) -> list[Finding]:
    """Return the findings that stand where a row says that nothing is to be reported."""
    return [
        finding
        for finding in found
        if finding.code == row["code"] and any(is_at(row, place) for place in places(finding))
    ]


def main(folder: Path, truth: Path = TRUTH) -> None:
    """Print what was found, what was missed, and what should have stayed quiet."""
    with truth.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    by_repository: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_repository[row["repository"].split("/")[-1]].append(row)
    groups: dict[str, str] = {}
    at_place = listed = quiet = false = 0
    for name, listing in sorted(by_repository.items()):
        found = findings(folder / name, "research")
        # Rules of release profiles are asked for under theirs.
        found += [f for f in findings(folder / name, "neurips") if f.code == "DOC004"]
        for row in listing:
            if row["verdict"] == "report":
                answer = answers(row, found)
                listed += 1
                at_place += answer == "place"
                before = groups.get(row["one_finding"], "")
                groups[row["one_finding"]] = (
                    "place" if "place" in (answer, before) else (answer or before)
                )
                if answer != "place":
                    print(
                        f"{answer or 'missed':<11}{row['code']}  {name}/{row['path']}:{row['line']}"
                    )
            else:
                quiet += 1
                for finding in alarms(row, found):
                    false += 1
                    print(f"{'not quiet':<11}{finding.code}  {name}/{finding.place}")
    hit = sum(answer == "place" for answer in groups.values())
    near = sum(answer == "repository" for answer in groups.values())
    print(f"places: {at_place} of {listed} listed are reported")
    print(f"findings: {hit} of {len(groups)} at a listed place, {near} more at another place")
    print(f"quiet places: {quiet - false} of {quiet} stay quiet")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
