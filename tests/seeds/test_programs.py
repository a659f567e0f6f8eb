"""What counts as a program, and what belongs to a package and is only imported."""

from pathlib import Path

import pytest

from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.checks.meta import RULES

ONE = tuple(rule for rule in RULES if rule.code == "SEED013")


def programs(root: Path, files: dict[str, str]) -> list[str]:
    """Return the paths of the entry points of a small project."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    result = scan(ScanOptions((root,), ONE, current=root, jobs=1))
    return [entry.path for entry in result.project.entry_points]


CASES = {
    "a module that its package imports, dots first": (
        {"net/__init__.py": "from .part import *\n", "net/part.py": "build(1)\n"},
        [],
    ),
    "a module that a sibling imports by name": (
        {
            "net/__init__.py": "",
            "net/part.py": "build(1)\n",
            "net/all.py": "from . import (\n    other,\n    part,\n)\n",
        },
        [],
    ),
    "a module of a package that only binds names": (
        {"net/__init__.py": "", "net/part.py": "table = make(1)\n"},
        [],
    ),
    "a loop in a package": (
        {"net/__init__.py": "", "net/run.py": "for i in range(3):\n    print(i)\n"},
        ["net/run.py"],
    ),
    "a script beside no package": ({"run.py": "table = make(1)\n"}, ["run.py"]),
    "a deprecated alias": ({"old.py": "import warnings\nwarnings.warn('moved')\n"}, []),
    "a logger": ({"log.py": "import logging\nlogger = logging.getLogger(__name__)\n"}, []),
    "a test.py that scores a model": (
        {"test.py": "import torch\nif __name__ == '__main__':\n    print(torch.rand(2))\n"},
        ["test.py"],
    ),
    "a test.py that tests": (
        {"test.py": "import unittest\nif __name__ == '__main__':\n    unittest.main()\n"},
        [],
    ),
    "a comparison is no assignment": ({"run.py": "print(1 == len([2]))\n"}, ["run.py"]),
}


@pytest.mark.parametrize("case", CASES)
def test_programs(tmp_path: Path, case: str) -> None:
    files, expected = CASES[case]
    assert programs(tmp_path, files) == expected
