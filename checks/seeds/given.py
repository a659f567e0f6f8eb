"""Seeds that a run can be repeated with after all: printed when drawn, or always given."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from ...auditor.entrypoints import EntryPoint
from ...auditor.nodes import last_name
from ...auditor.project import Project
from ...auditor.regex import regex
from .acts import Seed

_TELLS = regex(r"^(print|cprint|info|warning|debug|log|write|add_text|append|log_params?)$")
_COMMANDS = regex(r"^readme\b.*\.(md|rst|txt)$|\.(sh|bash)$", re.I)
_OPTION = regex(r"^(--[\w-]+) defaults to ")
#: How a command is written, not one that somebody runs: `train.py <dataset> [--lr RATE]`.
_TEMPLATE = regex(r"<[\w -]+>|\s\[-|\s(-h|--help)\b")
_MAX_BYTES = 1_000_000


def is_told(seed: Seed) -> bool:
    """Whether a seed that was drawn at random is printed or logged by the function that seeds."""
    call, file = seed.event.node, seed.event.file
    if seed.value.drawn_from is None or not isinstance(call, ast.Call) or not call.args:
        return False
    given = call.args[0]
    if not isinstance(given, (ast.Name, ast.Attribute)):
        return False
    around = file.enclosing_function(call) or file.tree
    return any(
        isinstance(node, type(given)) and ast.unparse(node) == ast.unparse(given)
        for told in file.nodes.of(ast.Call, under=around)
        if _TELLS.match(last_name(told.func))
        for node in file.nodes.of(type(given), under=told)
    )


def is_always_given(project: Project, entry: EntryPoint, why: str) -> bool:
    """Whether each command by which the project says to run a program gives an option.

    `why` says with which default the option leaves the stream unseeded.
    """
    option = _OPTION.match(why)
    if option is None:
        return False
    gives = re.compile(re.escape(option[1]) + r"[\s=]")
    commands = list(_commands(project, entry.path.rpartition("/")[2]))
    return bool(commands) and all(gives.search(command) for command in commands)


def _commands(project: Project, name: str) -> Iterator[str]:
    """Yield the commands of README files and shell scripts that run a program, as they stand."""
    runs = re.compile(rf"\bpython\S*\s(.*[\s/])?{re.escape(name)}(\s|$)")
    for state in project.discovery.files:
        if not _COMMANDS.search(state.name) or state.size > _MAX_BYTES:
            continue
        try:
            text = Path(state.absolute).read_text("utf-8", "replace")
        except OSError:
            continue
        for line in re.sub(r"\\\r?\n", " ", text).splitlines():
            if runs.search(line) and not _TEMPLATE.search(line):
                yield line
