"""SEED011: global streams that are set back in the middle of the work."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Confidence, Finding
from ...auditor.nodes import last_name
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import Prediction, ProjectRule
from ..usage.uses import Uses, owner_of, uses_of
from .reading import calls_of, in_tests

_GLOBAL = {
    "random.seed": "python",
    "numpy.random.seed": "numpy",
    "torch.manual_seed": "torch",
    "torch.random.manual_seed": "torch",
    "tensorflow.random.set_seed": "tensorflow",
}
#: Called once for each item: the same numbers for every one.
_EACH_ITEM = frozenset({"__getitem__", "__next__", "forward", "training_step", "collate_fn"})


class GlobalReseed(ProjectRule):
    """A global stream is set back to a fixed seed for each item or in each round.

    ## What it does
    Reports a global seeding call with a constant inside `__getitem__`, `forward` and their like,
    in a helper that goes on to draw, or inside a loop of the same function whose variable it
    does not use; and
    `old = np.random.seed()`, which returns None and destroys the state that it was to keep. With
    `--pedantic` only: a helper that is called outside all loops, a seeding under a condition, a
    loop that does not visibly draw itself, and what nothing in the project uses.

    ## Why is this bad?
    Every item gets the same "random" numbers, and so does everybody else in the process who draws
    after it: augmentation repeats itself, exploration stops, a caller's own seed is undone.

    ## Use instead
    A private generator made once; or seed once, at the start of the program. To keep and restore:
    `state = np.random.get_state()` … `np.random.set_state(state)`.

    ## References
    - https://github.com/anyoptimization/pymoo/issues/413
    """

    code = "SEED011"
    name = "global-reseed"
    predicts = (Prediction("state-leak"),)
    calls = frozenset(_GLOBAL)
    bad = (
        Example(
            "import numpy as np\n"
            "class Rows:\n"
            "    def __getitem__(self, index):\n"
            "        np.random.seed(0)  # <-\n"
            "        return np.random.rand()\n"
        ),
        Example(
            "import random as r\n"
            "def rounds(n):\n"
            "    for _ in range(n):\n"
            "        r.seed(7)  # <-\n"
            "        yield r.random()\n"
        ),
        Example("import numpy as np\nold = np.random.seed()  # <-\nprint(old)\n"),
    )
    good = (
        Example(
            "import numpy as np\n"
            "def subset(rows):\n"
            "    state = np.random.get_state()\n"
            "    np.random.seed(0)\n"
            "    picked = np.random.permutation(len(rows))[:9]\n"
            "    np.random.set_state(state)\n"
            "    return rows[picked]\n"
            "for epoch in range(3):\n"
            "    print(subset(np.arange(99)))\n",
            title="the state before is put back",
        ),
        Example(
            "import numpy as np\n"
            "for epoch in range(3):\n"
            "    np.random.seed(None)\n"
            "    print(np.random.rand())\n",
            title="None takes entropy",
        ),
        Example(
            "import random\n"
            "for seed in range(3):\n"
            "    random.seed(seed)\n"
            "    print(random.random())\n"
        ),
        Example(
            "import numpy as np\nnp.random.seed(0)\nfor i in range(3):\n    np.random.rand()\n"
        ),
        Example(
            "import numpy as np\n"
            "class Rows:\n"
            "    def __getitem__(self, index):\n"
            "        return np.random.default_rng(index).random()\n"
        ),
        Example(
            "import numpy as np\n"
            "def write_features(rows):\n"
            "    np.random.seed(1)\n"
            "    np.random.shuffle(rows)\n"
            "if __name__ == '__main__':\n"
            "    write_features([1, 2, 3])\n"
        ),
    )

    def collect(self, site: Site) -> Iterator[Any]:
        if in_tests(site.file.path):
            return
        stream = _GLOBAL[site.name or ""]
        seed = site.call.args[0] if site.call.args else None
        if seed is None:
            if isinstance(site.parent, ast.Assign) and not site.call.keywords:
                lost = self.finding(
                    site.place,
                    f"{site.name}() returns None and throws the state away that it was to keep",
                    help="get_state() and set_state(), or a private generator",
                    stream=stream,
                )
                yield ("", "", False, lost)
            return
        value = site.constant(seed)
        if value is None or value.value is None or value.via not in {"literal", "name"}:
            return
        where = _where(site) if not _is_put_back(site) else None
        if where is not None:
            by = where.removeprefix(_BY) if where.startswith(_BY) else ""
            finding = self.finding(
                site.place,
                f"the global stream is set back to seed {value.value} {where}: the same numbers "
                f"again each time",
                help="seed once at the start, or draw from a private generator",
                stream=stream,
                confidence=Confidence.HIGH
                if where.startswith("for each item")
                else (Confidence.MEDIUM),
            )
            yield (owner_of(site.file, site.node), by, _may_be_meant(site), finding)

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        uses = uses_of(project)
        for owner, by, is_meant, finding in facts:
            is_idle = owner and uses.is_unused(finding.place.path, owner)
            # Called once, it fixes a sample, which is mostly meant.
            is_meant = is_meant or (by and not _is_repeated(uses, by))
            yield finding.doubted(is_idle or is_meant)

    def check_alone(self, facts: Sequence[Any]) -> Iterator[Finding]:
        yield from (fact[-1] for fact in facts if not fact[1])


#: How a message begins to speak of a helper; its name follows.
_BY = "by each call of "
_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.comprehension)
_STARTS = regex(r"seed|main|setup|init|run|train|test|demo|example|fixture", re.I)


def _draws_too(site: Site, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function that is no beginning of a program seeds, and then draws itself."""
    if _STARTS.search(function.name) or _is_run_once(site, function):
        return False
    again = [call for call in calls_of(function) if site.dotted(call.func) == site.name]
    if len(again) > 1:
        # Seeded twice to draw the same twice: a comparison.
        return False
    return _draws_after(site, function)


def _is_put_back(site: Site) -> bool:
    """Whether the state before is put back: `get_state()`, `seed(0)`, `set_state(state)`."""
    function = site.file.enclosing_function(site.node)
    return function is not None and any(
        last_name(call.func) in {"set_state", "setstate", "set_rng_state"}
        for call in site.file.nodes.of(ast.Call, under=function)
    )


def _is_run_once(site: Site, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether the beginning of a program calls a function at one place, outside all loops."""
    calls = [
        call
        for call in site.file.nodes.of(ast.Call)
        if isinstance(call.func, ast.Name) and call.func.id == function.name
    ]
    if len(calls) != 1:
        return False
    for at in site.file.ancestors(calls[0]):
        if isinstance(at, _LOOPS):
            return False
        if isinstance(at, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return bool(_STARTS.search(at.name))
    return True


def _is_repeated(uses: Uses, name: str) -> bool:
    """Whether the project calls a function in a loop."""
    return any(
        isinstance(outer, _LOOPS)
        for file, names in uses.reads(name)
        for node in names
        if isinstance(call := file.parents.get(node), ast.Call) and last_name(call.func) == name
        for outer in file.ancestors(call)
    )


def _may_be_meant(site: Site) -> bool:
    """Whether a condition decides (a flag: only once), or a loop does not visibly draw.

    A loop that runs one experiment after the other starts each from the same numbers.
    """
    for outer in site.ancestors():
        match outer:
            case ast.If() | ast.IfExp():
                return True
            case ast.For() | ast.AsyncFor() | ast.While():
                return not _draws_after(site, outer)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return False
            case _:
                pass
    return False


def _draws_after(site: Site, around: ast.AST) -> bool:
    """Whether the stream that is seeded is drawn from further below."""
    root = (site.name or "").rsplit(".", 1)[0] + "."
    return any(
        (site.file.dotted(call.func, site.scope) or "").startswith(root)
        for call in site.file.nodes.of(ast.Call, under=around)
        if call.lineno > site.call.lineno
    )


def _where(site: Site) -> str | None:
    in_loop = False
    for outer in site.ancestors():
        if isinstance(outer, (ast.For, ast.AsyncFor, ast.While)):
            in_loop = True
        elif isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if outer.name in _EACH_ITEM:
                return f"for each item ({outer.name})"
            if in_loop:
                return "in every round of a loop"
            return f"{_BY}{outer.name}" if _draws_too(site, outer) else None
        elif isinstance(outer, (ast.Lambda, ast.ClassDef)):
            return None
    return None
