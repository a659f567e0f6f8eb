"""KEY004: a key that is made anew from the same constant each time."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File, Site
from ...auditor.finding import Confidence, Finding
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import Prediction, ProjectRule
from .alike import says_intended
from .constants import Constants, constants_of, loop_around, stands_in
from .names import CONSTRUCTORS, INTENDED, SAMPLERS

#: Methods and functions that run once for each step, batch or action.
_STEPS = regex(
    r"^_*(__call__|forward|step|act|action|select_action|sample_actions?|train_step|update|"
    r"update_step|loss|loss_fn|get_batch|next_batch|augment|dropout|add_noise|noise|explore|perturb)$"
)
#: What the message says of a parameter whose default is a key.
_LEFT = " that leaves the default"
_START = regex(
    r"init|create|build|make|setup|test|demo|main|example|bench|reset|__post|render|plot|show|visual|"
    r"eval|valid"
)


class ConstantKeyRebuilt(ProjectRule):
    """A key is made anew from the same constant each time.

    ## What it does
    Reports `PRNGKey(0)` and `key(0)` that are drawn from inside a loop, inside a function that runs
    once a step, or inside a function that is called several times, and parameters whose default is
    such a key, where several calls leave it and the function draws from it.

    ## Why is this bad?
    Each time the same numbers come: every batch is augmented alike, every step explores alike.
    Nothing looks wrong, since the numbers are random within one call. The finding is of
    low confidence: such keys are mostly chosen, as the noise of an evaluation.

    ## Use instead
    Make the key once, outside, and pass a fresh part of it in: `f(jax.random.fold_in(key, step))`.
    """

    code = "KEY004"
    name = "constant-key-rebuilt"
    confidence = Confidence.LOW
    calls = CONSTRUCTORS
    frameworks = ("jax",)
    predicts = (Prediction("unseeded-rng", "jax"),)
    bad = (
        Example(
            "import jax\n"
            "def augment(images):\n"
            "    key = jax.random.PRNGKey(0)  # <-\n"
            "    return images + jax.random.normal(key, images.shape)\n"
            "def train(batches):\n"
            "    for batch in batches:\n"
            "        batch = augment(batch)\n",
        ),
        Example(
            "import jax\n"
            "import views\n"
            "def train(batches):\n"
            "    return [views.blur(batch) for batch in batches]\n",
            files=(
                (
                    "views.py",
                    (
                        "import jax\n"
                        "def blur(images):\n"
                        "    key = jax.random.key(5)  # <-\n"
                        "    return images + jax.random.normal(key, images.shape)\n"
                    ),
                ),
            ),
            title="called in a loop of another file",
        ),
        Example(
            "from jax import random as jr\n"
            "def noise(shape, rng=jr.key(1)):  # <-\n"
            "    return jr.normal(rng, shape)\n"
            "for step in range(10):\n"
            "    x = noise((4,)) + jr.uniform(jr.key(2), (4,))  # <-\n",
            title="a default; a loop; under another name",
        ),
    )
    good = (
        Example(
            "import jax\n"
            "def init_params(sizes):\n"
            "    key = jax.random.PRNGKey(0)\n"
            "    keys = jax.random.split(key)\n"
            "    return [jax.random.normal(k, (n,)) for k, n in zip(keys, sizes)]\n"
            "def main():\n"
            "    key = jax.random.key(42)\n"
            "    for step in range(10):\n"
            "        key, sub = jax.random.split(key)\n"
            "        x = jax.random.normal(sub)\n",
            title="parameters made once; a key made once and split",
        ),
        Example(
            "import jax\n"
            "for seed in range(5):\n"
            "    key = jax.random.key(seed)\n"
            "    x = jax.random.normal(key)\n"
            "shapes = [jax.eval_shape(f, jax.random.key(0)) for f in (len, sum)]\n",
            title="another seed each time; shapes only",
        ),
        Example(
            "import jax\n"
            "class Filter:\n"
            "    def initialize(self, size, key=jax.random.PRNGKey(0)):\n"
            "        return jax.random.normal(key, (size,))\n"
            "def render_rays(rays):\n"
            "    return rays[jax.random.permutation(jax.random.PRNGKey(0), rays.shape[0])]\n"
            "pictures = [render_rays(rays) for rays in range(9)]\n"
            "def labels(x, key=jax.random.PRNGKey(20)):\n"
            "    return x @ jax.random.normal(key, (x.shape[1], 1))\n"
            "def main(train, test, key):\n"
            "    return labels(train), [labels(part, key) for part in test]\n",
            title="a default key, as a default seed: nothing draws from it twice",
        ),
    )

    def collect(self, site: Site) -> Iterator[Any]:
        if is_test_path(site.file.path):
            return
        constants = constants_of(site.file)
        call = site.call
        if constants.seed(call) is None or constants.shapes_only(call):
            return
        if isinstance(site.statement, ast.Expr) or says_intended(site.file, call):
            # Nothing is kept of what is drawn: it only waits for the device.
            return
        where = self._where(constants, call)
        if where is not None:
            yield ("here", site.place, where + (_LEFT if stands_in(site.file, call) else ""))
        elif stands_in(site.file, call):
            return
        elif (name := self._may_repeat(constants, call)) is not None:
            yield ("elsewhere", site.place, name)

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        callers = _Callers(project)
        for kind, place, what in facts:
            where = what if kind == "here" else callers.repeats(place.path, what)
            if where is not None:
                yield self.finding(
                    place,
                    f"this key is made from the same constant {where}: the same numbers come again",
                    help="make the key once and pass a fresh part of it in",
                    stream="jax",
                )

    def _may_repeat(self, constants: Constants, call: ast.Call) -> str | None:
        """Return the function that would draw the same each time, if other files call it so."""
        function = constants.function(call)
        holder = constants.holder(call)
        if function is None or isinstance(constants.file.parents.get(call), ast.arguments):
            return None
        if holder is not None and INTENDED.search(holder.id.lower()):
            return None
        if _START.search(function.name) or not constants.draws(call, function, itself=True):
            return None
        is_top = isinstance(constants.file.parents.get(function), ast.Module)
        return function.name if is_top and function.args.args else None

    def _where(self, constants: Constants, call: ast.Call) -> str | None:
        file = constants.file
        holder = constants.holder(call)
        if holder is not None and INTENDED.search(holder.id.lower()):
            return None
        function = constants.function(call)
        loop = loop_around(file, call)
        if loop is not None:
            over = ast.unparse(loop.iter).lower() if isinstance(loop, ast.For) else ""
            is_meant = bool(INTENDED.search(over))
            return (
                "in every turn of a loop" if constants.draws(call, loop) and not is_meant else None
            )
        if function is None:
            return None
        parent = file.parents.get(call)
        if isinstance(parent, ast.arguments):
            return self._default(constants, call, function)
        if _START.search(function.name) or not constants.draws(call, function, itself=True):
            return None
        if _STEPS.match(function.name):
            return f"in each call of {function.name}()"
        return _repeated(file, _calls_of(file, function), function.name)

    def _default(self, constants: Constants, call: ast.Call, function: FunctionNode) -> str | None:
        """A default key is a choice, as a default seed is, until several calls draw from it."""
        given = _parameter(function, call)
        if given is None or _START.search(function.name):
            return None
        name, position = given
        if not any(
            constants.dotted(node.func) in SAMPLERS
            and node.args
            and isinstance(node.args[0], ast.Name)
            and node.args[0].id == name
            for node in constants.file.nodes.of(ast.Call, under=function)
        ):
            return None
        if _STEPS.match(function.name):
            return f"in each call of {function.name}(){_LEFT}"
        leaving = [
            node
            for node in _calls_of(constants.file, function)
            if len(node.args) <= position and all(k.arg not in {name, None} for k in node.keywords)
        ]
        where = _repeated(constants.file, leaving, function.name)
        return None if where is None else f"{where}{_LEFT}"


FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def _parameter(function: FunctionNode, default: ast.expr) -> tuple[str, int] | None:
    """Return the name and position of the parameter that has a default."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    first = len(positional) - len(arguments.defaults)
    for position, value in enumerate(arguments.defaults, first):
        if value is default:
            return positional[position].arg, position
    for parameter, only in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if only is default:
            return parameter.arg, len(positional)
    return None


def _calls_of(file: File, function: FunctionNode) -> list[ast.Call]:
    calls = file.nodes.of(ast.Call)
    return [node for node in calls if getattr(node.func, "id", "") == function.name]


def _repeated(file: File, calls: list[ast.Call], name: str) -> str | None:
    """Say how these calls of a function come more than once."""
    callers = [file.enclosing_function(call) for call in calls]
    most = max((callers.count(caller) for caller in callers), default=0)
    if most > 1:
        return f"in each of the {most} calls of {name}()"
    if calls and loop_around(file, calls[0]) is not None:
        return f"in each call of {name}(), which is called in a loop"
    return None


class _Callers:
    """Who calls a function from another file, and whether more than once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._importers: dict[str, list[str]] | None = None

    def repeats(self, path: str, name: str) -> str | None:
        """Say how a function of a file is called more than once from a file that imports it."""
        for importer in self._of(path):
            file = self.project.file(importer)
            if file is None or is_test_path(importer):
                continue
            calls = [node for node in file.nodes.of(ast.Call) if _means(file, node, path, name)]
            if any(loop_around(file, call) is not None for call in calls):
                return f"in each call of {name}(), which {importer} calls in a loop"
            around = [file.enclosing_function(call) for call in calls]
            if len(around) > len(set(around)):
                return f"in each call of {name}(), which {importer} calls several times"
        return None

    def _of(self, path: str) -> list[str]:
        if self._importers is None:
            self._importers = {}
            for importer, module in self.project.modules.items():
                for item in module.imports:
                    for dotted in {f"{item.module}.{item.name}", item.module}:
                        target = self.project.links.path_of(dotted, importer)
                        if target is not None:
                            self._importers.setdefault(target, []).append(importer)
        return list(dict.fromkeys(self._importers.get(path, [])))


def _means(file: File, call: ast.Call, path: str, name: str) -> bool:
    dotted = file.dotted(call.func, file.scope_of(call)) or ""
    module = path.rsplit("/", 1)[-1].removesuffix(".py")
    return dotted == f"{module}.{name}" or dotted.endswith(f".{module}.{name}")
