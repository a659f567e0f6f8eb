"""KEY005, KEY006: two keys from one constant, and keys from entropy."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File, Site
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.rule import FileRule, Prediction, SiteRule
from .constants import Constants, constants_of
from .names import CONSTRUCTORS, INTENDED, SAMPLERS


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
        constants = constants_of(file)
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

    def _is_meant(self, constants: Constants, call: ast.Call) -> bool:
        at: ast.AST | None = call
        while at is not None and not isinstance(at, ast.stmt):
            at = constants.file.parents.get(at)
        if isinstance(at, (ast.Assert, ast.Expr)):
            # Nothing is kept of it.
            return True
        targets = at.targets if isinstance(at, ast.Assign) else [getattr(at, "target", None)]
        text = " ".join(ast.unparse(target) for target in targets if target is not None)
        return bool(INTENDED.search(text.lower()))

    def _same_purpose(self, constants: Constants, first: ast.Call, second: ast.Call) -> bool:
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
