"""The walk: what a program does, in the order in which it does it, across files.

    walk(project, entry_point, vocabulary) -> Walk

An abstract interpreter over the standard syntax trees. It starts at an entry point and goes where
Python would go: module bodies when they are imported, functions when they are called, methods of
classes whose construction is visible, decorators, partials, callbacks, loops (once), `with`, `try`,
and branches, whose tests are evaluated with the defaults of the program's options.

The auditor knows no facts. What is worth an event is said by a `Vocabulary`, handed in by the
checks: full names (`torch.manual_seed`), prefixes (`numpy.random.`), and names of methods whose
receiver is not resolved (`normal_`). Everything else is walked silently.

An `Event` says: which call (or assignment, import, iteration), with which abstract arguments, at
which place, reached by which way (the places of the calls that lead there), under which guard
(always; under a condition that the defaults meet; undecided; under one that they do not meet), in
which process (main, forked child, spawned child, loader worker), and whether while importing.

Walks are bounded: each function is entered once for each kind of arguments, guard and process, and
every walk has a number of steps; `Walk.complete` is false when they ran out
(or cells of the notebook could not be parsed). Nothing is executed.
"""

from .abstract import Computed, External, Instance, Known, Made, Origin, Unknown, Value
from .events import (
    Arguments,
    Callback,
    Condition,
    Event,
    Guard,
    Kind,
    Process,
    Vocabulary,
    Walk,
)
from .importing import Imports
from .start import walk

__all__ = [
    "Arguments",
    "Callback",
    "Computed",
    "Condition",
    "Event",
    "External",
    "Guard",
    "Imports",
    "Instance",
    "Kind",
    "Known",
    "Made",
    "Origin",
    "Process",
    "Unknown",
    "Value",
    "Vocabulary",
    "Walk",
    "walk",
]
