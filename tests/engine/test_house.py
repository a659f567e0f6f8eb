"""The shape of the house: imports run one way, and every package ships."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("auditor", "checks", "reports", "cli")
#: Room -> rooms that it may import.
MAY = {
    "auditor": {"auditor"},
    "checks": {"auditor", "checks"},
    "reports": {"auditor", "reports"},
    "cli": {"auditor", "checks", "reports", "cli"},
    "auditor/tracer": set(),
}


def python_files(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imported_rooms(path: Path) -> set[str]:
    """Return the rooms that a file imports, by relative import."""
    rooms: set[str] = set()
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.ImportFrom) or node.level == 0:
            continue
        base = package[: len(package) - node.level + 1]
        full = [*base, *(node.module or "").split(".")]
        target = next((part for part in full if part), "")
        names = [alias.name for alias in node.names] if not base and not node.module else []
        rooms |= {target, *names} & set(ROOMS)
    return rooms


@pytest.mark.parametrize("room", ROOMS)
def test_imports_run_one_way(room):
    wrong = {
        str(path.relative_to(ROOT)): sorted(imported_rooms(path) - MAY[room])
        for path in python_files(room)
        if imported_rooms(path) - MAY[room]
    }
    assert not wrong


def test_the_tracer_imports_nothing_of_ours():
    for path in python_files("auditor/tracer"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level <= 1, f"{path} imports from above"
                assert not (node.module or "").startswith("fwaudit"), path


def test_every_package_ships():
    declared = set(
        tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    )
    found = {
        ".".join(["fwaudit", *path.relative_to(ROOT).parent.parts])
        for room in (*ROOMS, "templates")
        for path in (ROOT / room).rglob("__init__.py")
    }
    assert declared - {"fwaudit"} == found


def test_no_room_without_a_name():
    for path in (path for room in ROOMS for path in python_files(room)):
        assert path.stem not in {"utils", "util", "common", "helpers", "misc", "manager"}, path


def test_modules_say_what_they_are():
    for path in (path for room in ROOMS for path in python_files(room)):
        docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))
        assert docstring, f"{path} has no docstring"
