"""Looks the project's releases up once, for both rules."""

from __future__ import annotations

from dataclasses import dataclass

from ...auditor.project import Project
from ..per_project import per_project
from .advisories import Unusable, match_offline
from .answers import Answers
from .pins import Pins, read_pins
from .pip_audit import ask


@dataclass(frozen=True, slots=True)
class Lookup:
    """The releases of a project and what is known of them."""

    pins: Pins
    answers: Answers


@per_project
def look_up(project: Project) -> Lookup | None:
    """Return the answers for a project; None when nobody asked for an audit."""
    if project.audit is None:
        return None
    pins = read_pins(project)
    releases = list(pins.releases)
    if not releases:
        answers = Answers()
    elif project.audit.advisories is not None:
        try:
            answers = match_offline(project.audit.advisories, releases)
        except Unusable as error:
            answers = Answers(unanswered=dict.fromkeys(releases, str(error)))
    else:
        answers = ask(releases, project.audit.osv_url)
    return Lookup(pins, answers)
