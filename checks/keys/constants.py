"""KEY004 to KEY006: keys made from constants, twice or too often, and from entropy."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.entrypoints import is_test_path
from ...auditor.file import File, Site
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.project import Project
from ...auditor.rule import Example, FileRule, Prediction, ProjectRule, SiteRule
from .names import CONSTRUCTORS, INTENDED, SAMPLERS, SPLIT

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.GeneratorExp, ast.SetComp)
#: Methods and functions that run once for each step, batch or action.
_STEPS = re.compile(
    r"^_*(__call__|forward|step|act|action|select_action|sample_actions?|train_step|update|"
    r"update_step|loss|loss_fn|get_batch|next_batch|augment|dropout|add_noise|noise|explore|perturb)$"
)
_START = re.compile(r"init|create|build|make|setup|test|demo|main|example|bench|reset|__post")
_SHAPES = frozenset({"jax.eval_shape", "jax.make_jaxpr", "flax.nnx.eval_shape"})


class _Constants:
    """The calls of one file that make a key from a constant."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.calls = [
            node
            for node in ast.walk(file.tree)
            if isinstance(node, ast.Call) and self.dotted(node.func) in CONSTRUCTORS
        ]

    def dotted(self, node: ast.expr) -> str:
        """Return the resolved name, or an empty one."""
        return self.file.dotted(node, self.file.scope_of(node)) or ""

    def seed(self, call: ast.Call) -> str | None:
        """Return the constant that a key is made from, as text."""
        given = call.args[0] if call.args else None
        for keyword in call.keywords:
            if keyword.arg == "seed":
                given = keyword.value
        if given is None:
            return None
        known = self.file.values.constant(given, self.file.scope_of(call))
        if known is None or known.via in {"parameter", "option"}:
            return None
        return str(known.value) if isinstance(known.value, int) else None

    def function(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """Return the function around a node."""
        at = self.file.parents.get(node)
        while at is not None and not isinstance(at, _FUNCTIONS):
            at = self.file.parents.get(at)
        return at

    def holder(self, call: ast.Call) -> ast.Name | None:
        """Return the variable to which the key is assigned."""
        parent = self.file.parents.get(call)
        if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
            return parent.targets[0]
        return None

    def draws(self, call: ast.Call, within: ast.AST) -> bool:
        """Whether JAX draws from, or splits, this key inside `within`."""
        name = self.holder(call)
        for node in ast.walk(within):
            if not isinstance(node, ast.Call):
                continue
            if self.dotted(node.func) not in SAMPLERS | {SPLIT}:
                continue
            first = node.args[0] if node.args else None
            if first is call:
                return True
            if name is not None and isinstance(first, ast.Name) and first.id == name.id:
                return True
        return False

    def shapes_only(self, call: ast.Call) -> bool:
        """Whether the key only serves to trace shapes."""
        at = self.file.parents.get(call)
        while isinstance(at, (ast.expr, ast.keyword)):
            if isinstance(at, ast.Call) and self.dotted(at.func) in _SHAPES:
                return True
            at = self.file.parents.get(at)
        return False


class ConstantKeyRebuilt(ProjectRule):
    """A key is made anew from the same constant each time.

    ## What it does
    Reports `PRNGKey(0)` and `key(0)` that are drawn from inside a loop, inside a function that runs
    once a step, or inside a function that is called several times, and parameters whose default is
    such a key and from which the function draws.

    ## Why is this bad?
    Each time the same numbers come: every batch is augmented alike, every step explores alike.
    Nothing looks wrong, since the numbers are random within one call.

    ## Use instead
    Make the key once, outside, and pass a fresh part of it in: `f(jax.random.fold_in(key, step))`.
    """

    code = "KEY004"
    name = "constant-key-rebuilt"
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
            "    x = jr.uniform(jr.key(2), (4,))  # <-\n",
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
    )

    def collect(self, site: Site) -> Iterator[Any]:
        if is_test_path(site.file.path):
            return
        constants = _constants(site.file)
        call = site.call
        if constants.seed(call) is None or constants.shapes_only(call):
            return
        where = self._where(constants, call)
        if where is not None:
            yield ("here", site.place, where)
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

    def _may_repeat(self, constants: _Constants, call: ast.Call) -> str | None:
        """Return the function that would draw the same each time, if other files call it so."""
        function = constants.function(call)
        holder = constants.holder(call)
        if function is None or isinstance(constants.file.parents.get(call), ast.arguments):
            return None
        if holder is not None and INTENDED.search(holder.id.lower()):
            return None
        if _START.search(function.name) or not constants.draws(call, function):
            return None
        is_top = isinstance(constants.file.parents.get(function), ast.Module)
        return function.name if is_top and function.args.args else None

    def _where(self, constants: _Constants, call: ast.Call) -> str | None:
        file = constants.file
        holder = constants.holder(call)
        if holder is not None and INTENDED.search(holder.id.lower()):
            return None
        function = constants.function(call)
        loop = _loop(file, call)
        if loop is not None:
            return "in every turn of a loop" if constants.draws(call, loop) else None
        if function is None:
            return None
        parent = file.parents.get(call)
        if isinstance(parent, ast.arguments):
            return self._default(constants, call, function)
        if _START.search(function.name) or not constants.draws(call, function):
            return None
        if _STEPS.match(function.name):
            return f"in each call of {function.name}()"
        return self._called(file, function)

    def _default(
        self,
        constants: _Constants,
        call: ast.Call,
        function: ast.FunctionDef | ast.AsyncFunctionDef,
    ) -> str | None:
        arguments = function.args
        positional = [*arguments.posonlyargs, *arguments.args]
        pairs = [
            *zip(reversed(positional), reversed(arguments.defaults), strict=False),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        ]
        name = next((parameter.arg for parameter, default in pairs if default is call), None)
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and constants.dotted(node.func) in SAMPLERS:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Name) and first.id == name:
                    return "for every call that leaves the default"
        return None

    def _called(self, file: File, function: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
        calls = [
            node
            for node in ast.walk(file.tree)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == function.name
        ]
        callers = [_around(file, call) for call in calls]
        most = max((callers.count(caller) for caller in callers), default=0)
        if most > 1:
            return f"in each of the {most} calls of {function.name}()"
        if calls and _loop(file, calls[0]) is not None:
            return f"in each call of {function.name}(), which is called in a loop"
        return None


class CollidingConstantKeys(FileRule):
    """Two keys are made from the same constant.

    ## What it does
    Reports a second `PRNGKey(0)` or `key(0)` in the same function or script that goes to another
    variable or call than the first.

    ## Why is this bad?
    They are one key under two names: the parameters and the noise, the data and the dropout masks
    are drawn from the same bits. Exclusive branches, keys for shapes only, target networks and a
    variable that is set back to its first key are not reported.

    ## Use instead
    Make one key and split it.
    """

    code = "KEY005"
    name = "colliding-constant-keys"
    words = frozenset({"jax"})
    frameworks = ("jax",)
    confidence = Confidence.MEDIUM
    predicts = (Prediction("unseeded-rng", "jax"),)
    bad = (
        Example(
            "import jax\n"
            "def main(model, x):\n"
            "    init_key = jax.random.PRNGKey(0)\n"
            "    noise_key = jax.random.PRNGKey(0)  # <-\n"
            "    params = model.init(init_key, x)\n"
            "    return params, jax.random.normal(noise_key, (3,))\n",
        ),
        Example(
            "import jax.random as rnd\n"
            "SEED = 7\n"
            "data = rnd.normal(rnd.key(SEED), (10, 2))\n"
            "labels = rnd.bernoulli(rnd.key(7), 0.5, (10,))  # <-\n",
            title="data and labels from one key; a named constant",
        ),
    )
    good = (
        Example(
            "import jax\n"
            "def main(model, critic, x):\n"
            "    params = critic.init(jax.random.PRNGKey(0), x)\n"
            "    target_params = critic.init(jax.random.PRNGKey(0), x)\n"
            "    key = jax.random.PRNGKey(1)\n"
            "    if x is None:\n"
            "        drop = jax.random.PRNGKey(2)\n"
            "    else:\n"
            "        noise = jax.random.PRNGKey(2)\n"
            "    return params, target_params, key\n",
            title="a target network; exclusive branches; different constants",
        ),
        Example(
            "import jax\n"
            "key = jax.random.key(0)\n"
            "first = jax.random.normal(key)\n"
            "key = jax.random.key(0)\n"
            "assert first == jax.random.normal(key)\n",
            title="set back on purpose",
        ),
    )

    def check(self, file: File) -> Iterator[Finding]:
        if is_test_path(file.path):
            return
        constants = _constants(file)
        first: dict[tuple[ast.AST | None, str], ast.Call] = {}
        for call in constants.calls:
            seed = constants.seed(call)
            if seed is None or constants.shapes_only(call) or self._is_meant(constants, call):
                continue
            owner = constants.function(call)
            if not isinstance(file.parents.get(call), (ast.Assign, ast.Call, ast.keyword)):
                continue
            earlier = first.setdefault((owner, seed), call)
            if earlier is call or self._same_purpose(constants, earlier, call):
                continue
            cell = file.place(call).cell
            if cell is not None and cell != file.place(earlier).cell:
                # Cells of a tutorial begin anew.
                continue
            yield self.finding(
                file.place(call),
                f"this key is made from {seed}, as is another one in the same code: "
                "what is drawn from both is the same",
                help="make one key and split it",
                confidence=None if cell is None else Confidence.LOW,
                evidence=(Evidence(file.place(earlier), f"the first key from {seed}"),),
                stream="jax",
            )

    def _is_meant(self, constants: _Constants, call: ast.Call) -> bool:
        at: ast.AST | None = call
        while at is not None and not isinstance(at, ast.stmt):
            at = constants.file.parents.get(at)
        if isinstance(at, (ast.Assert, ast.Expr)):
            # Nothing is kept of it.
            return True
        targets = at.targets if isinstance(at, ast.Assign) else [getattr(at, "target", None)]
        text = " ".join(ast.unparse(target) for target in targets if target is not None)
        return bool(INTENDED.search(text.lower()))

    def _same_purpose(self, constants: _Constants, first: ast.Call, second: ast.Call) -> bool:
        file = constants.file
        one, two = constants.holder(first), constants.holder(second)
        if one is not None and two is not None and one.id == two.id:
            return True
        outer, other = file.parents.get(first), file.parents.get(second)
        if (
            isinstance(outer, ast.Call)
            and isinstance(other, ast.Call)
            and ast.dump(outer.func) == ast.dump(other.func)
        ):
            # The same call again, as when the same parameters are made a second time.
            return constants.dotted(outer.func) not in SAMPLERS
        return _exclusive(file, first, second)


class EntropyKey(SiteRule):
    """A JAX key is made from the time, the process or the system's entropy.

    ## What it does
    Reports `PRNGKey` and `key` whose number comes from `time`, `datetime`, `os.urandom`,
    `os.getpid`, `uuid`, `secrets`, `id()` or the salted `hash()`.

    ## Why is this bad?
    Each run takes another key, and since nothing else seeds JAX, no run can be repeated unless the
    number is logged.

    ## Use instead
    A seed option with a fixed default: `jax.random.key(args.seed)`.
    """

    code = "KEY006"
    name = "entropy-key"
    calls = CONSTRUCTORS
    frameworks = ("jax",)
    predicts = (Prediction("time-dependence", "jax"),)
    bad = (
        Example("import jax, time\nkey = jax.random.PRNGKey(int(time.time()))  # <-\n"),
        Example(
            "from os import urandom as entropy\n"
            "from jax import random as jr\n"
            "seed = int.from_bytes(entropy(4), 'little')\n"
            "key = jr.key(seed)  # <-\n",
            title="through a variable; under another name",
        ),
    )
    good = (
        Example(
            "import jax, time\n"
            "def main(args):\n"
            "    start = time.time()\n"
            "    key = jax.random.PRNGKey(args.seed)\n"
            "    print(time.time() - start)\n",
        ),
        Example("import jax\nkey = jax.random.key(0)\n"),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        given = site.argument(0, "seed")
        if given is None or is_test_path(site.file.path):
            return
        source = _entropy(site, given)
        if source is not None:
            yield self.finding(
                site.place,
                f"this key comes from {source}(): every run draws other numbers",
                help="take the seed from an option with a fixed default",
                stream="jax",
            )


_ENTROPY = frozenset(
    """
    time.time time.time_ns time.perf_counter time.perf_counter_ns time.monotonic time.process_time
    datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today os.urandom os.getpid
    os.getrandom uuid.uuid1 uuid.uuid4 secrets.randbits secrets.randbelow secrets.token_bytes
    builtins.hash builtins.id random.SystemRandom
    """.split()
)


def _entropy(site: Site, node: ast.expr, depth: int = 0) -> str | None:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            name = site.dotted(inner.func)
            if name in _ENTROPY and not _hashes_numbers(name, inner):
                return name
        if isinstance(inner, ast.Name) and depth < 3:
            found = site.scope.lookup(inner.id)
            if found is not None and len(found[1]) == 1 and (value := found[1][0].value):
                source = _entropy(site, value, depth + 1)
                if source is not None:
                    return source
    return None


def _hashes_numbers(name: str, call: ast.Call) -> bool:
    """Whether `hash` is given numbers, whose hashes are not salted."""
    return name == "builtins.hash" and all(
        isinstance(argument, ast.Constant) and not isinstance(argument.value, (str, bytes))
        for argument in call.args
    )


def _exclusive(file: File, first: ast.AST, second: ast.AST) -> bool:
    ways = dict(_branches(file, first))
    return any(ways.get(branch, part) != part for branch, part in _branches(file, second))


def _branches(file: File, node: ast.AST) -> Iterator[tuple[int, str]]:
    child: ast.AST = node
    at = file.parents.get(node)
    while at is not None:
        if isinstance(at, (ast.If, ast.Try)):
            for part in ("body", "orelse", "handlers"):
                if child in getattr(at, part, ()):
                    yield id(at), part
        child, at = at, file.parents.get(at)


def _loop(file: File, call: ast.Call) -> ast.AST | None:
    child: ast.AST = call
    at = file.parents.get(call)
    while at is not None and not isinstance(at, (*_FUNCTIONS, ast.Lambda)):
        if isinstance(at, (ast.For, ast.AsyncFor)) and child is not at.iter:
            return at
        if isinstance(at, ast.While):
            return at
        if isinstance(at, _LOOPS) and child is getattr(at, "elt", None):
            return at
        child, at = at, file.parents.get(at)
    return None


def _around(file: File, node: ast.AST) -> ast.AST | None:
    at = file.parents.get(node)
    while at is not None and not isinstance(at, _FUNCTIONS):
        at = file.parents.get(at)
    return at


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
            calls = [
                node
                for node in ast.walk(file.tree)
                if isinstance(node, ast.Call) and _means(file, node, path, name)
            ]
            if any(_loop(file, call) is not None for call in calls):
                return f"in each call of {name}(), which {importer} calls in a loop"
            around = [_around(file, call) for call in calls]
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


_last: tuple[File, _Constants] | None = None


def _constants(file: File) -> _Constants:
    global _last
    if _last is None or _last[0] is not file:
        _last = (file, _Constants(file))
    return _last[1]
