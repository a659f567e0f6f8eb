"""KEY005: two keys from one constant."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.rule import FileRule, Prediction
from .constants import Constants, constants_of, loop_around
from .names import INTENDED, SAMPLERS


class CollidingConstantKeys(FileRule):
    """Two keys are made from the same constant.

    ## What it does
    Reports a second `PRNGKey(0)` or `key(0)` in the same function or script that goes to another
    variable or call than the first; a key from the counter of a loop that runs over such a number;
    and a second `nnx.Rngs(0)` that is kept beside the one of the parameters.

    ## Why is this bad?
    They are one key under two names: the parameters and the noise, the data and the dropout masks
    are drawn from the same bits. Exclusive branches, keys for shapes only, target networks and a
    variable that is set back to its first key are not reported. Of low confidence: most such keys
    stand for weights that are loaded afterwards, or never meet.

    ## Use instead
    Make one key and split it.
    """

    code = "KEY005"
    name = "colliding-constant-keys"
    words = frozenset({"jax", "nnx"})
    frameworks = ("jax",)
    confidence = Confidence.LOW
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
        Example(
            "from jax import random\n"
            "def main(step):\n"
            "    check = random.key(1)\n"
            "    rounds = 50\n"
            "    for epoch in range(rounds):\n"
            "        step(random.key(epoch), check)  # <-\n",
            title="the counter of a loop becomes the constant",
        ),
        Example(
            "from flax import nnx\n"
            "def main(Net, train):\n"
            "    net = Net(rngs=nnx.Rngs(0))\n"
            "    masks = nnx.Rngs(0)  # <-\n"
            "    train(net, masks)\n",
            title="dropout masks from the root of the parameters",
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
        Example(
            "import jax\n"
            "from flax import nnx\n"
            "def main(A, B, step):\n"
            "    first, second = A(rngs=nnx.Rngs(0)), B(rngs=nnx.Rngs(0))\n"
            "    check = jax.random.key(100)\n"
            "    for epoch in range(1, 100):\n"
            "        step(first, second, jax.random.key(epoch), check)\n",
            title="two networks to compare; a loop that ends before the constant",
        ),
    )

    def check(self, file: File) -> Iterator[Finding]:
        if is_test_path(file.path):
            return
        constants = constants_of(file)
        yield from self._counted(constants)
        yield from self._bundles(constants)
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
            yield self._collision(constants, call, earlier, seed)

    def _collision(
        self, constants: Constants, call: ast.Call, earlier: ast.Call, seed: str
    ) -> Finding:
        file = constants.file
        return self.finding(
            file.place(call),
            f"this key is made from {seed}, as is another one in the same code: "
            "what is drawn from both is the same",
            help="make one key and split it",
            evidence=(Evidence(file.place(earlier), f"the first key from {seed}"),),
            stream="jax",
        )

    def _counted(self, constants: Constants) -> Iterator[Finding]:
        """Keys from the counter of a loop that comes by a constant."""
        for call in constants.calls:
            counted = _range_of(constants, call)
            if counted is None:
                continue
            for other in constants.calls:
                seed = constants.seed(other)
                if seed is None or int(seed) not in counted or self._is_meant(constants, other):
                    continue
                here = constants.function(other) is constants.function(call)
                if here and not constants.shapes_only(other):
                    yield self._collision(constants, call, other, seed)
                    break

    def _bundles(self, constants: Constants) -> Iterator[Finding]:
        """A bundle of keys that is kept, from the number of one that made parameters."""
        parents = constants.file.parents
        makers = [call for call in constants.bundles if isinstance(parents.get(call), ast.keyword)]
        for call in constants.bundles:
            if constants.holder(call) is None or self._is_meant(constants, call):
                continue
            seed, owner = constants.seed(call), constants.function(call)
            for maker in makers:
                same = constants.seed(maker) == seed and constants.function(maker) is owner
                if seed is not None and same and not _exclusive(constants.file, maker, call):
                    yield self._collision(constants, call, maker, seed)
                    break

    def _is_meant(self, constants: Constants, call: ast.Call) -> bool:
        at = constants.file.enclosing_statement(call)
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


def _range_of(constants: Constants, call: ast.Call) -> range | None:
    """Return the numbers that a key is made from, when it is made from the counter of a loop."""
    loop = loop_around(constants.file, call)
    given = call.args[0] if call.args else None
    if not (isinstance(loop, ast.For) and isinstance(given, ast.Name)):
        return None
    over = loop.iter
    if not (isinstance(loop.target, ast.Name) and loop.target.id == given.id):
        return None
    if not (isinstance(over, ast.Call) and constants.dotted(over.func) == "builtins.range"):
        return None
    values: list[int] = []
    for bound in over.args:
        known = constants.file.values.constant(bound, constants.file.scope_of(over))
        if known is None or not isinstance(known.value, int):
            return None
        values.append(known.value)
    return range(*values) if 0 < len(values) < 3 else None


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
