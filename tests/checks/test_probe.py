"""The probe: every planted fault is found, no trap is hit."""

import re
from pathlib import Path

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.finding import Confidence
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks import RULES

PROBE = Path(__file__).parent.parent / "probe"
PROJECTS = ("torch_probe", "tensorflow_probe", "jax_probe")
FAMILIES = ("KEY", "DET", "ORDER", "NUM")
#: Rules that are shown under `--pedantic` only: on code they had not seen, most was meant. So are
#: the operations of DET001 that the table doubts.
PEDANTIC = ("KEY003", "KEY004", "KEY005", "NUM003")
_FAULT = re.compile(r"# fault: ([A-Z]+\d+)")
_TRAP = re.compile(r"# trap\b")


def marks(project: str, pattern: re.Pattern) -> list[tuple[str, str, int]]:
    """Return (code or "", path, line) of every mark."""
    found = []
    for path in sorted((PROBE / project).rglob("*.py")):
        name = path.relative_to(PROBE / project).as_posix()
        for number, line in enumerate(path.read_text("utf-8").split("\n"), 1):
            for match in pattern.finditer(line):
                found.append((match[1] if match.groups() else "", name, number))
    return found


def findings(project: str, *, pedantic: bool = False):
    folder = PROBE / project
    rules = tuple(rule for rule in RULES if rule.code.startswith(FAMILIES))
    options = ScanOptions((folder,), rules, Config(pedantic=pedantic), current=folder, jobs=1)
    return scan(options).findings


@pytest.fixture(scope="module", params=PROJECTS)
def scanned(request):
    return request.param, findings(request.param)


def test_every_fault_is_found(scanned) -> None:
    project, found = scanned
    low = [
        f
        for f in findings(project, pedantic=True)
        if f.code in PEDANTIC or (f.code == "DET001" and f.confidence is Confidence.LOW)
    ]
    assert not [f for f in found if f.code in PEDANTIC]
    places = {(f.code, f.place.path, f.place.line) for f in [*found, *low]}
    named = {(f.code, e.place.path, e.place.line) for f in found for e in f.evidence}
    planted = [mark for mark in marks(project, _FAULT) if mark[0].startswith(FAMILIES)]
    assert planted
    missed = [mark for mark in planted if mark not in places | named]
    assert not missed


def test_no_trap_is_hit(scanned) -> None:
    project, found = scanned
    places = {(f.place.path, f.place.line): f.code for f in found}
    traps = [(path, line) for _, path, line in marks(project, _TRAP)]
    assert traps
    assert not [(places[trap], *trap) for trap in traps if trap in places]


def test_nothing_else_is_reported(scanned) -> None:
    """A second code on a marked line and DET002, a note to the entry point, are not counted."""
    project, found = scanned
    marked = {(path, line) for _, path, line in marks(project, _FAULT)}
    other = [
        (f.code, f.place.path, f.place.line)
        for f in found
        if f.code != "DET002" and (f.place.path, f.place.line) not in marked
    ]
    assert not other
