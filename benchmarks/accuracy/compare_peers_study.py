"""Compare a scan of the six scripts of the peers' study with what must and must not be reported.

    python benchmarks/accuracy/compare_peers_study.py CHECKOUTS

CHECKOUTS holds a folder for each repository of peers_study.tsv, by its last name. Each script is
scanned with its folder, as somebody would who runs it; rows `alone` are looked for in a scan of a
copy of the script without the files beside it. Exit 1 when a row is wrong or something else is
reported in one of the scripts.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from fwaudit.auditor.config import Config
from fwaudit.auditor.finding import Finding
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks import RULES

HERE = Path(__file__).resolve().parent
SELECT = ("SEED", "KEY", "ORDER005", "PIN008", "PIN009", "SAFE001")
Row = dict[str, str]


def script_path(script: str, checkouts: Path) -> Path:
    """Return where a script of the table lies: in this checkout, or in one of a repository."""
    if (ours := HERE.parents[1] / script).exists():
        return ours
    return checkouts / script.split("/", 1)[1]


def findings_of(path: Path) -> list[Finding]:
    """Scan the folder of a script; return what is reported in the script itself."""
    options = ScanOptions((path.parent,), RULES, Config(select=SELECT), current=path.parent, jobs=1)
    return [finding for finding in scan(options).findings if finding.place.path == path.name]


def alone(path: Path) -> list[Finding]:
    """Scan a copy of a script by itself."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        return findings_of(copy)


def stands(row: Row, findings: list[Finding]) -> bool:
    """Whether a row is among the findings; further places of one finding are its evidence."""
    return any(
        finding.code == row["code"] and int(row["line"]) in _lines(finding, row["expected"] != "no")
        for finding in findings
    )


def _lines(finding: Finding, with_evidence: bool) -> set[int]:
    inside = [each.place for each in finding.evidence if each.place.path == finding.place.path]
    return {place.line for place in (finding.place, *(inside if with_evidence else ()))}


def main() -> int:
    """Print every wrong row and the counts."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkouts", type=Path)
    checkouts: Path = parser.parse_args().checkouts
    with (HERE / "peers_study.tsv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    counts = Counter[str]()
    for script in dict.fromkeys(row["script"] for row in rows):
        mine = [row for row in rows if row["script"] == script]
        path = script_path(script, checkouts)
        findings = findings_of(path)
        apart = alone(path) if any(row["expected"] == "alone" for row in mine) else []
        for row in mine:
            expected = row["expected"]
            if expected == "none":
                continue
            said = stands(row, findings)
            right = said is (expected == "yes") and (expected != "alone" or stands(row, apart))
            counts[f"{expected}, {'right' if right else 'wrong'}"] += 1
            if not right:
                print(f"WRONG {script}:{row['line']} {row['code']} ({expected}): {row['what']}")
        for finding in findings:
            line = str(finding.place.line)
            if not any(
                (row["code"], row["line"], row["expected"]) == (finding.code, line, "yes")
                for row in mine
            ):
                counts["reported beside"] += 1
                print(f"BESIDE {script}:{line} {finding.code} {finding.message}")
    for name, count in sorted(counts.items()):
        print(f"{name:18}{count:4}")
    wrong = sum(count for name, count in counts.items() if name.endswith(("wrong", "beside")))
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
