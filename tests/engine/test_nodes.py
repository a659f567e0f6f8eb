"""Nodes in a row, parents found by place, and definitions that are passed over until asked for."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fwaudit.auditor.file import File, sites
from fwaudit.auditor.nodes import Nodes, Parents
from fwaudit.auditor.source import Source
from fwaudit.auditor.triggers import build_triggers, tokens
from fwaudit.auditor.versions import Versions
from fwaudit.checks import RULES

#: Real code of many shapes: the standard library's own.
FOLDER = Path(json.__file__).parents[1]
PATHS = [
    FOLDER / name
    for name in (
        "ast.py dataclasses.py random.py typing.py statistics.py json/decoder.py calendar.py "
        "codecs.py datetime.py gzip.py smtplib.py fractions.py"
    ).split()
]
SHARED = (ast.expr_context, ast.operator, ast.cmpop, ast.unaryop, ast.boolop, ast.alias)
TRIGGERS = build_triggers(RULES)


def walked(node: ast.AST) -> set[ast.AST]:
    return {at for at in ast.walk(node) if not isinstance(at, SHARED)}


@pytest.fixture(params=PATHS, ids=lambda path: path.name)
def text(request: pytest.FixtureRequest) -> str:
    return request.param.read_text()


def test_row_holds_every_node_outer_before_inner(text: str) -> None:
    tree = ast.parse(text)
    nodes = Nodes(tree)
    assert set(nodes.row) == walked(tree)
    at = {node: number for number, node in enumerate(nodes.row)}
    assert all(at[parent] < at[child] for child, parent in nodes.parents.items())


def test_slices_are_what_stands_below(text: str) -> None:
    tree = ast.parse(text)
    nodes = Nodes(tree)
    for function in nodes.of(ast.FunctionDef):
        assert set(nodes.under(function)) == walked(function)
        calls = [node for node in nodes.under(function) if isinstance(node, ast.Call)]
        assert nodes.of(ast.Call, under=function) == calls
        assert all(nodes.contains(function, call) for call in calls)
    assert not nodes.contains(nodes.row[-1], tree)


def test_parents_found_by_place_are_the_parents(text: str) -> None:
    tree = ast.parse(text)
    nodes = Nodes(tree)
    for node in nodes.row[:: max(len(nodes.row) // 40, 1)]:
        found = Parents(tree, lambda: Nodes(tree))
        at: ast.AST | None = node
        while at is not None:
            assert found.get(at) is nodes.parents.get(at)
            at = nodes.parents.get(at)


def parsed(text: str, passing: bool) -> File:
    words = tokens(text.encode())
    interest = TRIGGERS.interest(text, words) if passing else None
    return File(
        Source("a.py", text), ast.parse(text), "a", Versions({}), TRIGGERS.called, frozenset(),
        interest,
    )  # fmt: skip


def seen(file: File) -> list[tuple[int, int, str | None]]:
    found = sites(file, file.scouted.seen)
    return sorted((s.call.lineno, s.call.col_offset, s.name) for s in found)


def test_sites_do_not_depend_on_what_was_passed_over(text: str) -> None:
    whole, quick = parsed(text, passing=False), parsed(text, passing=True)
    assert seen(quick) == seen(whole)


def scopes(file: File) -> Iterator[tuple[str, str]]:
    for node in file.nodes.row[::7]:
        scope = file.scope_of(node)
        yield scope.qualname, scope.kind


def test_scopes_open_when_asked_for(text: str) -> None:
    whole, quick = parsed(text, passing=False), parsed(text, passing=True)
    assert list(scopes(quick)) == list(scopes(whole))
    names = {item.qualname for item in whole.scouted.definitions}
    assert {item.qualname for item in quick.scouted.definitions} == names
    assert set(quick.scouted.top.bindings) == set(whole.scouted.top.bindings)


def test_functions_without_a_wanted_word_are_passed_over() -> None:
    quiet = "".join(f"def quiet_{n}(x):\n    return x + {n}\n" for n in range(9))
    text = f"import torch\n{quiet}def loud(path):\n    return torch.load(path)\n"
    file = parsed(text, passing=True)
    assert [node.name for node in file.scouted.passed] == [f"quiet_{n}" for n in range(9)]  # type: ignore[attr-defined]


def test_attributes_count_wherever_a_class_assigns_them() -> None:
    text = (
        "import numpy as np\n"
        "class Loader:\n"
        "    def __init__(self):\n"
        "        self.rng = np.random.RandomState(0)\n"
        "    def draw(self):\n"
        "        return self.rng.permutation(3)\n"
    )
    file = parsed(text, passing=True)
    call = next(node for node in file.nodes.of(ast.Call) if node.lineno == 6)
    receiver = call.func.value  # type: ignore[attr-defined]
    assert file.names.origin(receiver, file.scope_of(call)) == "numpy.random.RandomState"


def test_an_alias_inside_a_file_keeps_its_calls() -> None:
    text = "from torch import load as read\ndef f(path):\n    return read(path)\n"
    file = parsed(text, passing=True)
    assert [site.name for site in sites(file, file.scouted.seen)] == ["torch.load"]
