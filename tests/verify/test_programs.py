"""`fwaudit verify` on every program of the table: verdict, cause, place; and on its mended twin."""

import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from judge_programs import complaints, verify
from parameters import assert_row_agrees, parameters
from program_table import Program, load_programs

PROGRAMS = load_programs()
HELD_OUT = load_programs("held_out.yaml")
THIRD = load_programs("three.yaml")
CAUSES = (
    "unseeded-rng", "time-dependence", "hash-order", "file-order", "worker-race",
    "nondeterministic-op", "uninitialized-memory", "state-leak", "environment", "external-input",
)  # fmt: skip


def test_the_table_covers_every_cause_three_times() -> None:
    counts = Counter(program.cause for program in PROGRAMS)
    assert {cause: counts[cause] >= 3 for cause in CAUSES} == dict.fromkeys(CAUSES, True)
    assert counts.keys() - {None} == set(CAUSES)


def test_the_table_holds_innocents_that_look_guilty() -> None:
    assert sum(program.verdict == "deterministic" for program in PROGRAMS) >= 15


@pytest.mark.parametrize("program", [*PROGRAMS, *THIRD], ids=lambda program: program.name)
def test_rows_agree_with_the_programs(program: Program, tmp_path: Path) -> None:
    assert_row_agrees(program, tmp_path)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_measured_truth_agrees_with_the_verdict(program: Program) -> None:
    measured = program.measured
    same = measured["distinct"] == 1
    special = {measured["second_run"], measured["permuted_listing"]}
    match program.cause:
        case None:
            assert same
            assert special == {"same"}
        case "state-leak":
            assert same
            assert measured["second_run"] == "different"
        case "file-order":
            assert same
            assert measured["permuted_listing"] == "different"
        case _:
            assert measured["distinct"] > 1


@pytest.mark.slow
@pytest.mark.frameworks
@pytest.mark.programs
@pytest.mark.parametrize("program", parameters([*PROGRAMS, *HELD_OUT, *THIRD]))
def test_verify_tells_the_truth(program: Program, tmp_path: Path) -> None:
    report = verify(program, tmp_path)
    assert complaints(program, report) == []


@pytest.mark.slow
@pytest.mark.frameworks
@pytest.mark.programs
@pytest.mark.parametrize("program", parameters([p for p in PROGRAMS if p.cause]))
def test_the_mended_twin_is_deterministic(program: Program, tmp_path: Path) -> None:
    report = verify(program, tmp_path, mended=True)
    assert complaints(program, report, mended=True) == []
