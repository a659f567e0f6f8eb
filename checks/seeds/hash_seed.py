"""SEED013: PYTHONHASHSEED assigned in a process that has already started."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.finding import Finding, Severity
from ...auditor.project import Project
from ...auditor.rule import Prediction, ProjectRule
from ..usage.branches import Choice, awaited
from ..usage.choices import choices_of
from ..usage.reach import reach_of
from ..usage.uses import owner_of, uses_of
from .hash_order import hash_ordered
from .reading import in_tests

_VARIABLE = "PYTHONHASHSEED"
#: Starts another interpreter, which does read the variable.
_STARTERS = ("os.exec", "os.spawn", "os.posix_spawn", "subprocess.", "multiprocessing.")


class LateHashSeed(ProjectRule):
    """PYTHONHASHSEED is set by the running program.

    ## What it does
    Reports assignments of `os.environ["PYTHONHASHSEED"]` (also by `setdefault`, `update` and
    `putenv`) in files that start no other interpreter. An information where nothing in the programs
    visibly depends on hashes: no set is iterated over, no `hash()` is asked for. With `--pedantic`
    only: in a helper that nothing in the project uses or under an option that nobody takes.

    ## Why is this bad?
    The interpreter reads the variable once, before the first line of the program. Setting it later
    changes nothing here: hashes of texts, and with them the order of sets, stay different in every
    run, while the code looks as if that had been taken care of.

    ## Use instead
    Set it where the program is started: `PYTHONHASHSEED=0 python train.py`, or the Dockerfile; and
    sort what comes out of a set.

    ## References
    - https://docs.python.org/3/using/cmdline.html#envvar-PYTHONHASHSEED
    """

    code = "SEED013"
    name = "late-hash-seed"
    predicts = (Prediction("hash-order"),)
    words = frozenset({_VARIABLE})
    bad = (
        Example("import os\nos.environ['PYTHONHASHSEED'] = '0'  # <-\n"),
        Example(
            "from os import environ as env\n"
            "def seed_all(seed):\n"
            "    env['PYTHONHASHSEED'] = str(seed)  # <-\n"
        ),
        Example("import os\nos.environ.setdefault('PYTHONHASHSEED', '0')  # <-\n"),
        Example("import os\nos.environ.update({'PYTHONHASHSEED': '1', 'A': 'b'})  # <-\n"),
    )
    good = (
        Example(
            "import os, subprocess, sys\n"
            "os.environ['PYTHONHASHSEED'] = '0'\n"
            "subprocess.run([sys.executable, 'train.py'])\n"
        ),
        Example(
            "import os, sys\n"
            "if os.environ.get('PYTHONHASHSEED') != '0':\n"
            "    os.environ['PYTHONHASHSEED'] = '0'\n"
            "    os.execv(sys.executable, [sys.executable, *sys.argv])\n"
        ),
        Example("import os\nprint(os.environ['PYTHONHASHSEED'])\n"),
        Example("import os\nenv = dict(os.environ)\nenv['PYTHONHASHSEED'] = '0'\n"),
    )

    def collect_file(self, file: File) -> Iterator[Any]:
        if in_tests(file.path):
            return
        places = [node for node in file.nodes.row if self._sets(node, file)]
        if not places or self._starts_another(file):
            return
        for node in places:
            finding = self.finding(
                file.place(node),
                "PYTHONHASHSEED is set too late: this interpreter read it when it started",
                help="set it before Python starts: PYTHONHASHSEED=0 python …",
            )
            yield owner_of(file, node), awaited(file, node), finding

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        uses, choices = uses_of(project), choices_of(project)
        for owner, waits, finding in facts:
            path = finding.place.path
            # A helper that seeds is called by its name; none is found by a text.
            is_idle = owner and project.entry_points and not uses.is_used(path, owner)
            is_idle = is_idle or not choices.is_made(Choice.of(waits))
            if not _matters(project, path):
                finding = replace(
                    finding,
                    message=f"{finding.message}; no order of hashes is visibly used here",
                    severity=Severity.INFO,
                )
            yield finding.doubted(is_idle)

    def check_alone(self, facts: Sequence[Any]) -> Iterator[Finding]:
        yield from (finding for _, _, finding in facts)

    @staticmethod
    def _sets(node: ast.AST, file: File) -> bool:
        match node:
            case ast.Assign(targets=[ast.Subscript(value=holder, slice=ast.Constant(value=key))]):
                return key == _VARIABLE and _is_environment(holder, file)
            case ast.Call(func=ast.Attribute(value=holder, attr="setdefault")):
                return _is_variable(node.args[:1]) and _is_environment(holder, file)
            case ast.Call(func=ast.Attribute(value=holder, attr="update")):
                keys = [key for arg in node.args if isinstance(arg, ast.Dict) for key in arg.keys]
                named = any(keyword.arg == _VARIABLE for keyword in node.keywords)
                known = [key for key in keys if key is not None]
                return (named or any(_is_variable([key]) for key in known)) and _is_environment(
                    holder, file
                )
            case ast.Call():
                name = file.dotted(node.func, file.scope_of(node))
                return name == "os.putenv" and _is_variable(node.args[:1])
            case _:
                return False

    @staticmethod
    def _starts_another(file: File) -> bool:
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Call):
                name = file.dotted(node.func, file.scope_of(node)) or ""
                if name.startswith(_STARTERS):
                    return True
        return False


def _matters(project: Project, path: str) -> bool:
    """Whether a program that sets the variable in a file visibly depends on the order of hashes."""
    reach = reach_of(project)
    files = frozenset((path,)).union(*reach.programs(path))
    return not hash_ordered(project).isdisjoint(files)


def _is_environment(node: ast.expr, file: File) -> bool:
    return file.dotted(node, file.scope_of(node)) == "os.environ"


def _is_variable(nodes: list[ast.expr]) -> bool:
    return bool(nodes) and isinstance(nodes[0], ast.Constant) and nodes[0].value == _VARIABLE
