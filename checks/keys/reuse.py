"""KEY001, KEY002: keys that are used again after they were drawn from or split."""

from __future__ import annotations

from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.rule import Prediction
from .ledger import Fault, Reuse
from .reported import DONE, ReuseRule, called, line_of
from .values import Kind


class KeyReuse(ReuseRule):
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
    networks, integers that have one value to take and keys named for a fixed evaluation set are not
    reported. Of low confidence are keys that are split once they were drawn from (no number comes
    twice, though JAX forbids it), keys given to functions of other libraries, functions run anew
    with other settings or compared on the same keys, what is only printed, plotted, demonstrated,
    evaluated or never read, a model's `init` and `apply`, the streams (`rngs=`) of two models,
    notebooks, and draws of which nothing is used together.

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
        Example(
            "import jax\n"
            "def start(key, strategy, x):\n"
            "    x = jax.random.choice(key, x, (4,), replace=False)\n"
            "    y = jax.random.choice(key, x, (2,))  # <-\n"
            "    own, other = jax.random.split(jax.random.key(1))\n"
            "    state = strategy.init(own, jax.random.normal(other, (4,)))\n"
            "    return y, state, jax.random.uniform(other)  # <-\n",
            title="other sizes chosen by one key; a population that a strategy begins with",
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
        Example(
            "import jax\n"
            "def start(env, buffer, net):\n"
            "    rng = jax.random.PRNGKey(0)  # a dummy key: only shapes matter here\n"
            "    action = env.action_space().sample(rng)\n"
            "    buffer.init(action)\n"
            "    rng, own = jax.random.split(rng)\n"
            "    return net.init(own, action)\n",
            title="a comment says that the first draws do not matter",
        ),
        Example(
            "import jax\n"
            "def batch(key, x, y, n):\n"
            "    x = jax.random.choice(key, x, (n,), replace=False)\n"
            "    y = jax.random.choice(key=key, a=y, shape=(n,), replace=False, axis=0)\n"
            "    return x, y\n"
            "def start(key, model, embed_init_fn):\n"
            "    params = model.init(key, jax.random.normal(key, (1, 28)))\n"
            "    k1, k2 = jax.random.split(jax.random.key(1))\n"
            "    table = embed_init_fn(k1, jax.random.uniform(k2, (3,)))\n"
            "    return params, table, jax.random.normal(k2, (2,))\n",
            title="pictures and their labels chosen alike; inputs that only give a shape",
        ),
    )

    def says(self, file: File, reuse: Reuse) -> str:
        again = f"at line {line_of(file, reuse.first)}"
        here = (
            "is split here: both come from the same bits"
            if reuse.kind is Kind.SPLIT
            else "its draws here repeat"
        )
        return f"the key {called(reuse)} was already {DONE[reuse.first_kind]} {again}; {here}"

    def helps(self, reuse: Reuse) -> str:
        return "split before each use: key, subkey = jax.random.split(key)"


class ParentKeyAfterSplit(ReuseRule):
    """A key is used again after it was split.

    ## What it does
    Reports a draw from, or a second split of, a key that `jax.random.split` has consumed, and a
    key that is both split and folded. Of low confidence is all but one kind: on code that the rule
    had not seen half of it was without effect, as where the second use only evaluates. Sure is a
    function that splits a key, uses the children, and draws from the key itself as well, other than
    for a permutation.

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
        Example(
            "import jax\n"
            "def ask(key, size):\n"
            "    keys = jax.random.split(key, 8)\n"
            "    dither = jax.random.fold_in(key, 3)  # <-\n"
            "    return jax.vmap(jax.random.normal)(keys), jax.random.uniform(dither)\n",
            title="folded by a number of the split",
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
        Example(
            "import jax\n"
            "def ask(key, size):\n"
            "    keys = jax.random.split(key, size)\n"
            "    dither = jax.random.fold_in(key, size)\n"
            "    return jax.vmap(jax.random.normal)(keys), jax.random.uniform(dither)\n",
            title="folded by a number beyond those of the split (evolution strategies)",
        ),
        Example(
            "import jax\n"
            "def layers(key, depth):\n"
            "    keys = jax.random.split(key, depth)\n"
            "    skips = jax.random.split(jax.random.fold_in(key, 999), depth)\n"
            "    return keys, skips\n",
            title="folded by a number chosen to lie far from those of the split",
        ),
    )

    def says(self, file: File, reuse: Reuse) -> str:
        line = line_of(file, reuse.first)
        if Kind.FOLD in {reuse.first_kind, reuse.kind}:
            return (
                f"the key {called(reuse)} is both split and folded (line {line}): "
                "split(key, n)[i] and fold_in(key, i) are the same key"
            )
        return f"the key {called(reuse)} was split at line {line} and is used again here"

    def helps(self, reuse: Reuse) -> str:
        return "overwrite the parent: key, subkey = jax.random.split(key)"
