"""KEY001 to KEY003 and KEY008: keys that are used more than once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.rule import FileRule, Prediction
from .ledger import Fault, Reuse
from .roots import analysis
from .values import Kind

WORDS = frozenset({"jax"})
_CONFIDENCE = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)
_DONE = {
    Kind.SAMPLE: "drawn from",
    Kind.SPLIT: "split",
    Kind.FOLD: "folded",
    Kind.CONSUMER: "given away",
    Kind.UNKNOWN: "given to a function that is not seen",
}


class _ReuseRule(FileRule):
    """What the rules about reused keys share."""

    words = WORDS
    frameworks = ("jax",)
    fault: ClassVar[Fault]

    def check(self, file: File) -> Iterator[Finding]:
        if is_test_path(file.path):
            return
        for reuse in analysis(file).reuses:
            if reuse.fault is self.fault:
                yield self.finding(
                    file.place(reuse.node),
                    self.says(file, reuse),
                    help=self.helps(reuse),
                    confidence=_CONFIDENCE[reuse.certainty],
                    evidence=(
                        ()
                        if reuse.first is reuse.node
                        else (Evidence(file.place(reuse.first), f"{_DONE[reuse.first_kind]} here"),)
                    ),
                    stream="jax",
                )

    def says(self, file: File, reuse: Reuse) -> str:
        """Return the message of a reuse."""
        raise NotImplementedError

    def helps(self, reuse: Reuse) -> str:
        """Return what to do about it."""
        raise NotImplementedError


class KeyReuse(_ReuseRule):
    """A JAX key is consumed twice.

    ## What it does
    Follows every key through the functions of a file: branches, loops, closures, tuples, lists and
    dicts of keys, attributes, `scan`, `cond`, `vmap`, and functions of the same file that take a
    key. Reports the second use of a key that was already drawn from or given to something that
    draws. Both kinds of keys count: `PRNGKey` arrays, which JAX's own checker does not see, and
    typed keys.

    ## Why is this bad?
    The same key gives the same bits: two draws from one key are equal or correlated, noise that
    should be independent is not, and no error says so. Exclusive branches, `clone`, target
    networks and keys named for a fixed evaluation set are not reported.

    ## Use instead
    `key, subkey = jax.random.split(key)` before each use.

    ## References
    - https://docs.jax.dev/en/latest/random-numbers.html
    - https://docs.jax.dev/en/latest/jax.experimental.key_reuse.html
    """

    code = "KEY001"
    name = "key-reuse"
    fault = Fault.REUSE
    predicts = (Prediction("unseeded-rng", "jax"),)
    bad = (
        Example(
            "import jax\n"
            "key = jax.random.key(0)\n"
            "x = jax.random.normal(key, (3,))\n"
            "y = jax.random.uniform(key, (3,))  # <-\n",
        ),
        Example(
            "from jax import random as jr\n"
            "def sample(rng, logits):\n"
            "    rngs = {'dropout': rng, 'noise': rng}\n"
            "    keys = jr.split(rng, 2)\n"
            "    first = jr.categorical(keys[0], logits)\n"
            "    noise = jr.gumbel(keys[0], logits.shape)  # <-\n"
            "    return first, noise\n",
            title="an element of an array of keys, twice; under another name",
        ),
        Example(
            "import jax\n"
            "class Agent:\n"
            "    def reset(self, model, obs):\n"
            "        self.key, self.noise = jax.random.split(self.key)\n"
            "        self.start = jax.random.normal(self.noise, (2,))\n"
            "        return self.explore(obs)\n"
            "    def explore(self, obs):\n"
            "        a = jax.random.normal(self.key, obs.shape)\n"
            "        return a + draw(self.key)  # <-\n"
            "def draw(key):\n"
            "    return jax.random.uniform(key)\n",
            title="a key in an attribute, and a function that draws from it",
        ),
    )
    good = (
        Example(
            "import jax\n"
            "def act(key, greedy, logits):\n"
            "    if greedy:\n"
            "        return jax.random.categorical(key, logits * 10)\n"
            "    key, sub = jax.random.split(key)\n"
            "    a = jax.random.categorical(sub, logits)\n"
            "    return a + jax.random.normal(key, a.shape)\n",
            title="early return; the parent is replaced",
        ),
        Example(
            "import jax\n"
            "import haiku as hk\n"
            "def make(seed, net, obs):\n"
            "    stream = hk.PRNGSequence(seed)\n"
            "    params = net.init(next(stream), obs)\n"
            "    other = net.init(next(stream), obs)\n"
            "    key = jax.random.key(seed)\n"
            "    again = jax.random.normal(jax.random.clone(key), (2,))\n"
            "    return params, other, again, jax.random.normal(key, (2,))\n",
            title="a stream of fresh keys; a clone",
        ),
        Example(
            "import jax\n"
            "def start(rng, critic, obs, noisy):\n"
            "    rng, critic_key = jax.random.split(rng)\n"
            "    params = critic.init(critic_key, obs)\n"
            "    target_params = critic.init(critic_key, obs)\n"
            "    if noisy:\n"
            "        obs = obs + jax.random.normal(rng, obs.shape)\n"
            "    if not noisy:\n"
            "        obs = obs + jax.random.uniform(rng, obs.shape)\n"
            "    return params, target_params, obs\n",
            title="a target network; exclusive conditions",
        ),
    )

    def says(self, file: File, reuse: Reuse) -> str:
        again = f"at line {_line(file, reuse.first)}"
        return (
            f"the key {_called(reuse)} was already {_DONE[reuse.first_kind]} {again}; "
            "its draws here repeat"
        )

    def helps(self, reuse: Reuse) -> str:
        return "split before each use: key, subkey = jax.random.split(key)"


class ParentKeyAfterSplit(_ReuseRule):
    """A key is used again after it was split.

    ## What it does
    Reports a draw from, or a second split of, a key that `jax.random.split` has consumed, and a
    key that is both split and folded.

    ## Why is this bad?
    The parent's bits and those of its children are not independent; a second split returns the same
    children again. With partitionable keys, the default since jax 0.5, `split(key, n)[i]` and
    `fold_in(key, i)` are the same key.

    ## Use instead
    Overwrite the parent: `key, subkey = jax.random.split(key)`.
    """

    code = "KEY002"
    name = "parent-key-after-split"
    fault = Fault.PARENT
    predicts = (Prediction("unseeded-rng", "jax"),)
    bad = (
        Example(
            "import jax\n"
            "def init(key):\n"
            "    first, second = jax.random.split(key)\n"
            "    w = jax.random.normal(first, (3, 3))\n"
            "    b = jax.random.normal(key, (3,))  # <-\n"
            "    return w, b, second\n",
        ),
        Example(
            "from jax.random import split as divide, PRNGKey, bernoulli\n"
            "rng = PRNGKey(42)\n"
            "_, init_rng = divide(rng)\n"
            "_, dropout_rng = divide(rng)  # <-\n"
            "mask = bernoulli(init_rng)\n",
            title="split twice (example scripts of model libraries); imported functions",
        ),
    )
    good = (
        Example(
            "import jax\n"
            "key = jax.random.PRNGKey(0)\n"
            "key, sub = jax.random.split(key)\n"
            "x = jax.random.normal(sub)\n"
            "key, *subs = jax.random.split(key, 4)\n"
            "y = [jax.random.normal(k) for k in subs]\n",
        ),
        Example(
            "import jax\n"
            "def forward(key, step, training):\n"
            "    step_key = jax.random.fold_in(key, step)\n"
            "    noise_key = jax.random.fold_in(step_key, 1)\n"
            "    drop_key = jax.random.fold_in(step_key, 2)\n"
            "    return jax.random.normal(noise_key), jax.random.bernoulli(drop_key)\n",
            title="keys folded from one parent by different numbers",
        ),
    )

    def says(self, file: File, reuse: Reuse) -> str:
        line = _line(file, reuse.first)
        if Kind.FOLD in {reuse.first_kind, reuse.kind}:
            return (
                f"the key {_called(reuse)} is both split and folded (line {line}): "
                "split(key, n)[i] and fold_in(key, i) are the same key"
            )
        return f"the key {_called(reuse)} was split at line {line} and is used again here"

    def helps(self, reuse: Reuse) -> str:
        return "overwrite the parent: key, subkey = jax.random.split(key)"


class KeyReuseInLoop(_ReuseRule):
    """Every turn of a loop, or every lane of `vmap`, draws from the same key.

    ## What it does
    Reports a key that is made before a loop and consumed in its body without being replaced: `for`,
    `while`, comprehensions, the bodies of `scan`, `fori_loop` and `while_loop`, and keys that a
    function under `vmap` takes from around it.

    ## Why is this bad?
    All turns see the same random numbers: each epoch shuffles alike, each step drops the same
    units, each lane gets the same noise. An axis of `None` in `in_axes` is taken as meant.

    ## Use instead
    Split inside the loop (`key, sub = jax.random.split(key)`), fold the counter in
    (`jax.random.fold_in(key, step)`), or loop over `jax.random.split(key, n)`.
    """

    code = "KEY003"
    name = "key-reuse-in-loop"
    fault = Fault.LOOP
    predicts = (Prediction("unseeded-rng", "jax"),)
    bad = (
        Example(
            "import jax\n"
            "key = jax.random.key(0)\n"
            "for step in range(100):\n"
            "    noise = jax.random.normal(key, (8,))  # <-\n",
        ),
        Example(
            "from jax import lax\n"
            "import jax.random as jrandom\n"
            "def rollout(rng, state):\n"
            "    def step(carry, _):\n"
            "        action = jrandom.uniform(rng, carry.shape)  # <-\n"
            "        return carry + action, action\n"
            "    return lax.scan(step, state, None, length=10)\n",
            title="a key from around the body of a scan",
        ),
        Example(
            "import jax\n"
            "def train(state, batches, rng):\n"
            "    for batch in batches:\n"
            "        logits = state.apply_fn(state.params, batch)\n"
            "        out = state.model.apply(state.params, batch, rngs={'dropout': rng})  # <-\n"
            "        order = [jax.random.permutation(k, 4) for k in jax.random.split(rng)]  # <-\n"
            "    return out, order, logits\n",
            title="the same dropout mask in every step",
        ),
    )
    good = (
        Example(
            "import jax\n"
            "key = jax.random.key(0)\n"
            "for step in range(100):\n"
            "    key, sub = jax.random.split(key)\n"
            "    noise = jax.random.normal(sub, (8,))\n"
            "for step in range(100):\n"
            "    noise = jax.random.normal(jax.random.fold_in(key, step), (8,))\n",
        ),
        Example(
            "import jax\n"
            "def rollout(rng, state):\n"
            "    def step(carry, _):\n"
            "        rng, state = carry\n"
            "        rng, sub = jax.random.split(rng)\n"
            "        state = state + jax.random.normal(sub, state.shape)\n"
            "        return (rng, state), state\n"
            "    (rng, state), path = jax.lax.scan(step, (rng, state), None, length=10)\n"
            "    first = jax.vmap(jax.random.normal)(jax.random.split(rng, 4))\n"
            "    return state, path, first\n",
            title="a key in the carry; an array of keys under vmap",
        ),
        Example(
            "import jax\n"
            "def find(key, tries):\n"
            "    for limit in tries:\n"
            "        x = jax.random.uniform(key, (limit,))\n"
            "        return x\n"
            "def scores(eval_key, model, steps):\n"
            "    return [model.sample(eval_key) for _ in range(steps)]\n",
            title="a loop that ends in its first turn; a fixed evaluation key",
        ),
    )

    def says(self, file: File, reuse: Reuse) -> str:
        what = "lane" if isinstance(reuse.loop, ast.Call) else "turn of this loop"
        return f"every {what} uses the key {_called(reuse)} again: the random numbers are the same"

    def helps(self, reuse: Reuse) -> str:
        return "split in the loop, fold the counter in, or go over an array of keys"


class UnfoldedDeviceKey(_ReuseRule):
    """Every device of `pmap` draws from the same key.

    ## What it does
    Reports a key that a function under `pmap` takes from around it and draws from, without folding
    in the index of the device.

    ## Why is this bad?
    All devices see the same random numbers: the same dropout masks, the same noise, the same
    exploration. The larger batch is not as varied as it seems.

    ## Use instead
    Pass `jax.random.split(key, jax.device_count())` as a mapped argument, or
    `jax.random.fold_in(key, jax.lax.axis_index("batch"))` inside.
    """

    code = "KEY008"
    name = "unfolded-device-key"
    fault = Fault.DEVICE
    predicts = (Prediction("unseeded-rng", "jax"),)
    bad = (
        Example(
            "import jax\n"
            "def noisy(key, images):\n"
            "    @jax.pmap\n"
            "    def add(image):\n"
            "        return image + jax.random.normal(key, image.shape)  # <-\n"
            "    return add(images)\n",
        ),
        Example(
            "from jax import pmap as parallel, random as jr\n"
            "key = jr.PRNGKey(1)\n"
            "def run(xs):\n"
            "    step = parallel(lambda x: jr.bernoulli(key, 0.5, x.shape) * x)  # <-\n"
            "    return step(xs)\n"
            "def spread(rng, rows):\n"
            "    def move(row, rng):\n"
            "        return row + jr.normal(rng, row.shape)\n"
            "    return parallel(move, in_axes=(0, None))(rows, rng)  # <-\n",
            title="a lambda; a key that is handed to all devices; under another name",
        ),
    )
    good = (
        Example(
            "import jax\n"
            "def noisy(key, images):\n"
            "    def add(key, image):\n"
            "        return image + jax.random.normal(key, image.shape)\n"
            "    keys = jax.random.split(key, jax.device_count())\n"
            "    return jax.pmap(add)(keys, images)\n",
        ),
        Example(
            "import jax\n"
            "def noisy(key, images):\n"
            "    def add(image):\n"
            "        own = jax.random.fold_in(key, jax.lax.axis_index('i'))\n"
            "        return image + jax.random.normal(own, image.shape)\n"
            "    return jax.pmap(add, axis_name='i')(images)\n",
        ),
    )

    def says(self, file: File, reuse: Reuse) -> str:
        return f"every device uses the key {_called(reuse)}: the random numbers are the same on all"

    def helps(self, reuse: Reuse) -> str:
        return "split it over the devices, or fold in jax.lax.axis_index(...)"


def _called(reuse: Reuse) -> str:
    return f"`{reuse.name}`" if reuse.name else "made here"


def _line(file: File, node: ast.AST) -> str:
    place = file.place(node)
    return str(place.line) if place.cell is None else f"{place.line} of cell {place.cell}"
