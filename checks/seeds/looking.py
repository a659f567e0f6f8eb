"""Programs that only look at something: they learn nothing, and keep nothing."""

from __future__ import annotations

from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.words import words_of
from ..usage.reach import reach_of
from .survey import Surveyed

#: First or last words of programs that show or try something.
_LOOKS = frozenset(
    "check compare debug demo demonstration example explore inspect look preview sanity show test "
    "try tutorial view vis visualise visualize viz".split()
)
#: What any file says that learns something or writes something down.
_MATTERS = regex(
    rb"\.(backward|fit|minimize|train_on_batch|apply_gradients|learn|train_step)\(|optim|"
    rb"\bgrad\(|GradientTape|\b(save\w*|dump|write\w*|to_(csv|json|parquet|pickle)|imwrite|export\w*|"
    rb"add_(scalar|image)|log(_metrics)?)\(|\bopen\([^)\n]*[\"'][wax]"
)


def only_looks(project: Project, item: Surveyed) -> bool:
    """Whether a program is named after a look, and no file that it imports learns or keeps."""
    path = item.entry.path
    words = words_of(path.rpartition("/")[2].partition(".")[0])
    if not _LOOKS & {words[0], words[-1]}:
        return False
    reach = reach_of(project)
    return not reach.holds(_MATTERS, reach.closure(item.entry))
