"""Notebooks: cells, magics, shell lines, and the way back to places."""

import json

import pytest

from fwaudit.auditor.notebook import read_notebook


def notebook(*cells: str, **metadata) -> bytes:
    listed = [
        {"cell_type": "markdown", "source": ["# title\n"]},
        *({"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells),
    ]
    return json.dumps({"cells": listed, "metadata": metadata, "nbformat": 4}).encode()


def test_lines_lead_back_to_cells():
    source = read_notebook("n.ipynb", notebook("a = 1\nb = 2", "c = 3"))
    place = source.place(3, 1, 3, 6)
    assert (place.cell, place.line) == (2, 1)
    place = source.place(2, 1, 2, 6)
    assert (place.cell, place.line) == (1, 2)


@pytest.mark.parametrize(
    ("cell", "text", "shell"),
    [
        ("!pip install torch", "pass", ["pip install torch"]),
        ("  %pip install -q x", "pass", ["pip install -q x"]),
        ("files = !ls", "files = None", ["ls"]),
        ("%matplotlib inline", "pass", []),
        ("%time model.fit()", "model.fit()", []),
        ("%%time\nfit()", "\nfit()", []),
        ("%%bash\npip install x\ncd y", "\n\n", ["pip install x", "cd y"]),
        ("%%html\n<b>", "\n", []),
        ("model?", "pass", []),
        ("!pip install \\\n  torch", "pass\n", ["pip install torch"]),
        ("x = 5 % 3", "x = 5 % 3", []),
        ("if a:\n    !ls", "if a:\n    pass", ["ls"]),
    ],
)
def test_magics(cell, text, shell):
    source = read_notebook("n.ipynb", notebook(cell))
    assert source.text == text + "\n"
    assert [line.text for line in source.shell] == shell
    assert not source.problems


def test_a_broken_cell_is_named_and_the_others_are_read():
    source = read_notebook("n.ipynb", notebook("a = 1", "def f(:", "b = 2"))
    assert source.text == "a = 1\nb = 2\n"
    (problem,) = source.problems
    assert problem.place.cell == 2


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"cells": 3}', b"\xff\xfe\x00", b"[" * 100_000]
)
def test_a_broken_notebook_is_one_problem(data):
    source = read_notebook("n.ipynb", data)
    assert len(source.problems) == 1
    assert "\n" not in source.problems[0].message


def test_another_language_is_left_alone():
    source = read_notebook("n.ipynb", notebook("x <- 1", language_info={"name": "R"}))
    assert not source.text and not source.problems


def test_format_three():
    document = {"worksheets": [{"cells": [{"cell_type": "code", "input": ["a = 1"]}]}]}
    assert read_notebook("n.ipynb", json.dumps(document).encode()).text == "a = 1\n"


def test_a_magic_goes_on_behind_a_backslash():
    cell = (
        "if a:\n    %shell wget \\\n      https://a.org/a.zip\n    %cd \\\n      out\n    x = 1\n"
    )
    source = read_notebook("n.ipynb", notebook(cell, "%time f(a, \\\n  b)"))
    assert not source.problems
    assert [item.text for item in source.shell] == ["wget https://a.org/a.zip"]
    assert "f(a, \\\n  b)" in source.text
