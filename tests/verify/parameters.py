"""Programs of the table as parameters of a test, each left out where its framework is missing."""

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import pytest
from program_table import Program

_BUILT_IN = {"python"}


def parameters(programs: Iterable[Program]) -> list[object]:
    """One parameter a program, named after it."""
    return [
        pytest.param(
            program,
            id=program.name,
            marks=pytest.mark.skipif(
                program.needs not in _BUILT_IN and find_spec(program.needs) is None,
                reason=f"needs {program.needs}",
            ),
        )
        for program in programs
    ]


def assert_row_agrees(program: Program, scratch: Path) -> None:
    """A guilty program names a cause, its lines and their mending; an innocent one none."""
    guilty = program.verdict == "nondeterministic"
    assert guilty == bool(program.cause) == bool(program.guilty_lines) == bool(program.mend)
    program.prepare(scratch / "tree")
    if guilty:
        program.prepare(scratch / "mended", mended=True)
