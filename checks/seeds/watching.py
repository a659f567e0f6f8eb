"""Programs that a person plays or watches: what they draw ends on a screen."""

from __future__ import annotations

import ast

from ...auditor.file import File
from ...auditor.nodes import last_name
from ...auditor.project import Project
from ...auditor.regex import regex
from .survey import Surveyed
from .vocabulary import learns

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
#: Calls by which results outlive the program.
_KEEPS = regex(
    r"^(save\w*|\w*_save|savez\w*|dump|to_(csv|json|pickle|parquet|excel|hdf)|write\w*|log|imsave|"
    r"imwrite|mimsave|add_scalar\w*|step_and_update|savefig)$"
)
#: Calls that mean over what was seen: a score of an evaluation.
_SUMS_UP = regex(r"^((nan)?mean|average|std|median|accuracy_score)$")


def only_shows(project: Project, item: Surveyed) -> bool:
    """Whether a program asks a person for steps or renders them, and learns and keeps nothing."""
    file = project.file(item.entry.path)
    if file is None or not _faces_a_person(file):
        return False
    if any(map(learns, item.walk.events)):
        return False
    names = [last_name(call.func) for call in file.nodes.of(ast.Call)]
    return not any(_KEEPS.match(name) or _SUMS_UP.match(name) for name in names)


def _faces_a_person(file: File) -> bool:
    """Whether a loop of the program asks for input, or renders."""
    for call in file.nodes.of(ast.Call):
        name = last_name(call.func)
        if name == "render" or (name == "input" and isinstance(call.func, ast.Name)):
            if any(isinstance(outer, _LOOPS) for outer in file.ancestors(call)):
                return True
    return False
