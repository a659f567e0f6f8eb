"""KEY003, KEY008: keys that every turn of a loop, every lane or every device uses again."""

from __future__ import annotations

import ast

from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.rule import Prediction
from .alike import called_name
from .ledger import Fault, Reuse
from .names import TREE_MAP
from .reported import DONE, ReuseRule, called
from .values import Kind


class KeyReuseInLoop(ReuseRule):
    """Every turn of a loop, or every lane of `vmap`, draws from the same key.

    ## What it does
    Reports a key that is made before a loop and consumed in its body without being replaced: `for`,
    `while`, comprehensions, the bodies of `scan`, `fori_loop` and `while_loop`, and keys that a
    function under `vmap` takes from around it.

    ## Why is this bad?
    All turns see the same random numbers: each epoch shuffles alike, each step drops the same
    units, each lane gets the same noise. An axis of `None` in `in_axes` is taken as meant.
    Most findings are of low confidence: turns mostly draw alike to be compared, or start anew. Sure
    are draws that the loop adds to what the turns before have left (`params = step(params, key)`,
    `noise.append(normal(key))`), outside of any test.

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
        Example(
            "import jax\n"
            "def dropout(blocks, rng, whole):\n"
            "    def mask(block, rng):\n"
            "        if whole:\n"
            "            return jax.random.bernoulli(rng, 0.9, (1, *block.shape))  # <-\n"
            "        else:\n"
            "            return jax.random.bernoulli(rng, 0.9, block.shape)\n"
            "    for name in blocks:\n"
            "        blocks[name] *= mask(blocks[name], rng)\n"
            "    return blocks\n",
            title="one fault, in whichever branch (hierarchical attention)",
        ),
        Example(
            "import jax\n"
            "def mutate(key, params, scale):\n"
            "    def move(leaf):\n"
            "        return leaf + scale * jax.random.normal(key, leaf.shape)  # <-\n"
            "    return jax.tree.map(move, params)\n",
            title="the same noise in every weight (evolution strategies)",
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
        Example(
            "import jax\n"
            "def mutate(key, params, data):\n"
            "    leaves, form = jax.tree.flatten(params)\n"
            "    keys = jax.tree.unflatten(form, list(jax.random.split(key, len(leaves))))\n"
            "    def move(leaf, own):\n"
            "        return leaf + jax.random.normal(own, leaf.shape)\n"
            "    return jax.tree.map(move, params, keys)\n",
            title="a tree of keys beside the tree of weights",
        ),
    )

    def says(self, file: File, reuse: Reuse) -> str:
        what = "lane" if isinstance(reuse.loop, ast.Call) else "turn of this loop"
        if reuse.loop is not None and called_name(file, reuse.loop) in TREE_MAP:
            what = "leaf"
        if reuse.kind is Kind.SPLIT and reuse.first_kind is not Kind.SPLIT:
            return (
                f"every {what} splits the key {called(reuse)}, which was already "
                f"{DONE[reuse.first_kind]}: both come from the same bits"
            )
        return f"every {what} uses the key {called(reuse)} again: the random numbers are the same"

    def helps(self, reuse: Reuse) -> str:
        return "split in the loop, fold the counter in, or go over an array of keys"


class UnfoldedDeviceKey(ReuseRule):
    """Every device of `pmap` draws from the same key.

    ## What it does
    Reports a key that a function under `pmap` takes from around it and draws from, without folding
    in the index of the device.

    ## Why is this bad?
    All devices see the same random numbers: the same dropout masks, the same noise, the same
    exploration. The larger batch is not as varied as it seems. Of low confidence for permutations:
    each device mostly permutes a part of the data of its own.

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
            "    return parallel(move, in_axes=(0, None))(rows, rng)  # <-\n"
            "def drop(rng, rows):\n"
            "    def scale(row, rng):\n"
            "        first, second = jr.split(rng)\n"
            "        return row * jr.bernoulli(second, 0.9, row.shape), first\n"
            "    return parallel(scale, in_axes=(0, None))(rows, rng)  # <-\n",
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
        Example(
            "import jax\n"
            "def step(key, images):\n"
            "    key, after = jax.random.split(key)\n"
            "    own = jax.random.fold_in(key, jax.lax.axis_index('i'))\n"
            "    return images * jax.random.bernoulli(own, 0.9, images.shape), after\n"
            "def train(keys, key, images):\n"
            "    update = jax.pmap(step, axis_name='i', in_axes=(None, 0))\n"
            "    images, key = update(key, images)\n"
            "    return jax.pmap(step, axis_name='i')(key=keys, images=images)\n",
            title="split alike on every device, then folded with its index; given by keyword",
        ),
    )

    def says(self, file: File, reuse: Reuse) -> str:
        return f"every device uses the key {called(reuse)}: the random numbers are the same on all"

    def helps(self, reuse: Reuse) -> str:
        return "split it over the devices, or fold in jax.lax.axis_index(...)"
