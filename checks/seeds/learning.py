"""Whether a program learns: weights that are drawn matter only then."""

from __future__ import annotations

from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.walk import Guard, Kind
from ..usage.reach import reach_of
from .acts import Draw
from .survey import Surveyed
from .vocabulary import LEARNS

#: What a file says that learns. Gradients of JAX, and much of what libraries do, the walk misses.
_LEARNS = regex(
    rb"\.(backward|apply_gradients|minimize|fit|train_on_batch)\(|value_and_grad\(|\bgrad\(|"
    rb"apply_updates\(|GradientTape|optim\w*\.step\(|\btrain_(step|op)\b|Trainer\(|"
    rb"train_and_evaluate\(|"
    rb"\b(agent|algo\w*|model|learner|trainer|policy|estimator|classifier)\.(train|update|learn)\w*\("
)
_LOADS = frozenset(("load_state_dict", "load_weights", "restore"))
_HANDS_ON = regex(rb"\b(load\w*|restore\w*|from_pretrained|export\w*)\(")
_SHOWS = regex(rb"\b(show|imshow|display|plot|scatter|hist)\(")
_INITIALISERS = ("torch.nn.init", "tensorflow.get_variable")


def is_without_effect(project: Project, item: Surveyed, draw: Draw) -> bool:
    """Whether a draw is of a program that learns nothing, but for what it loads or shows.

    Weights that a program neither trains nor writes are those that it loads, exports or times; a
    notebook that learns nothing shows something.
    """
    calls = [e for e in item.walk.events if e.kind is Kind.CALL and e.guard is not Guard.NOT_MET]
    if any(event.method in LEARNS | {"minimize"} for event in calls):
        return False
    reach = reach_of(project)
    if item.entry.path.endswith(".ipynb"):
        own = frozenset((item.entry.path,))
        return reach.holds(_SHOWS, own) and not reach.holds(_LEARNS, own)
    if not _starts_weights(draw):
        return False
    if any(event.method in _LOADS for event in calls):
        return True
    near = reach.closure(item.entry)
    return reach.holds(_HANDS_ON, near) and not reach.holds(_LEARNS, near)


def _starts_weights(draw: Draw) -> bool:
    name = draw.event.name
    return (
        draw.what in {"weights", "dropout"}
        or name.startswith(_INITIALISERS)
        or name.endswith("_initializer")
    )
