"""The linearity analysis of keys: what it reports, and what it lets pass."""

import textwrap
from pathlib import Path

import pytest

from fwaudit.auditor.config import Config
from fwaudit.auditor.example import Example
from fwaudit.auditor.file import File
from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.auditor.source import Source, parse
from fwaudit.auditor.versions import Versions
from fwaudit.checks import RULES
from fwaudit.checks.keys import RULES as KEYS
from fwaudit.checks.keys.linearity import Walker
from fwaudit.checks.keys.names import SAMPLERS
from fwaudit.checks.keys.roots import roots

PUBLIC = sorted(
    name.removeprefix("jax.random.")
    for name in SAMPLERS
    if name.startswith("jax.random.") and name != "jax.random.shuffle"
)


def reuses(code: str) -> list[tuple[str, int]]:
    """Return (code, line) of every reuse that is not a guess."""
    text = textwrap.dedent(code)
    file = File(Source("train.py", text), parse(text), "train", Versions())
    found = Walker(file).run(roots(file))
    return [(reuse.fault.value, reuse.node.lineno) for reuse in found if reuse.certainty > 0]


def test_all_samplers_are_known() -> None:
    assert len(PUBLIC) == 38


@pytest.mark.parametrize("maker", ["key", "PRNGKey"])
@pytest.mark.parametrize("sampler", PUBLIC)
def test_each_sampler_consumes_its_key(sampler: str, maker: str) -> None:
    code = f"import jax\nk = jax.random.{maker}(0)\na = jax.random.{sampler}(k)\n"
    assert reuses(code) == []
    assert reuses(code + f"b = jax.random.{sampler}(key=k)\n") == [("KEY001", 4)]


@pytest.mark.slow
@pytest.mark.frameworks
def test_samplers_are_those_of_the_newest_jax() -> None:
    jax = pytest.importorskip("jax")
    assert all(hasattr(jax.random, name) for name in PUBLIC)


REPORTED = {
    "star": ("from jax.random import *\nk = key(0)\na = normal(k)\nb = normal(k)\n", "KEY001", 4),
    "alias of a key": (
        "import jax\nk = jax.random.key(0)\nj = k\na = jax.random.normal(j)\n"
        "b = jax.random.normal(k)\n",
        "KEY001",
        5,
    ),
    "both branches, then again": (
        """\
        import jax
        def f(k, c):
            if c:
                x = jax.random.normal(k)
            else:
                x = jax.random.uniform(k)
            return x + jax.random.normal(k)
        """,
        "KEY001",
        7,
    ),
    "one branch, then again": (
        """\
        import jax
        def f(k, c):
            if c:
                x = jax.random.normal(k)
            return jax.random.normal(k)
        """,
        "KEY001",
        5,
    ),
    "unpacked child": (
        """\
        import jax
        def f(k):
            k, sub = jax.random.split(k)
            a = jax.random.normal(sub)
            return a + jax.random.normal(sub)
        """,
        "KEY001",
        5,
    ),
    "whole array, then an element": (
        """\
        import jax
        def f(k):
            keys = jax.random.split(k, 3)
            a = jax.vmap(jax.random.normal)(keys)
            return a, jax.random.normal(keys[0])
        """,
        "KEY001",
        5,
    ),
    "looped over twice": (
        """\
        import jax
        def f(k):
            keys = jax.random.split(k, 3)
            a = [jax.random.normal(one) for one in keys]
            b = [jax.random.normal(one) for one in keys]
            return a, b
        """,
        "KEY001",
        5,
    ),
    "same number folded twice": (
        """\
        import jax
        def f(k):
            a = jax.random.normal(jax.random.fold_in(k, 1))
            return a + jax.random.normal(jax.random.fold_in(k, 1))
        """,
        "KEY001",
        4,
    ),
    "number of the loop not folded": (
        """\
        import jax
        def f(k, n):
            for i in range(n):
                x = jax.random.normal(jax.random.fold_in(k, 0))
        """,
        "KEY003",
        4,
    ),
    "split and folded": (
        """\
        import jax
        def f(k):
            a, b = jax.random.split(k)
            c = jax.random.fold_in(k, 0)
            return a, b, c
        """,
        "KEY002",
        4,
    ),
    "fori_loop": (
        """\
        import jax
        def f(k, x):
            def body(i, x):
                return x + jax.random.normal(k)
            return jax.lax.fori_loop(0, 3, body, x)
        """,
        "KEY003",
        4,
    ),
    "carried key not replaced": (
        """\
        import jax
        def f(k, x):
            def body(carry, _):
                k, x = carry
                return (k, x + jax.random.normal(k)), None
            return jax.lax.scan(body, (k, x), None, length=3)
        """,
        "KEY003",
        5,
    ),
    "closure under vmap": (
        """\
        import jax
        def f(k, xs):
            return jax.vmap(lambda x: x + jax.random.normal(k))(xs)
        """,
        "KEY003",
        3,
    ),
    "while": (
        """\
        import jax
        def f(k, x):
            while x < 3:
                x = x + jax.random.uniform(k)
            return x
        """,
        "KEY003",
        4,
    ),
    "function of the file": (
        """\
        import jax
        def draw(k):
            return jax.random.normal(k)
        def f(k):
            return draw(k) + draw(k)
        """,
        "KEY001",
        5,
    ),
    "jitted function": (
        """\
        import jax
        from functools import partial
        @partial(jax.jit, static_argnums=1)
        def draw(k, n):
            return jax.random.normal(k, (n,))
        def f(k):
            a = draw(k, 2)
            return a + jax.random.normal(k)
        """,
        "KEY001",
        8,
    ),
    "dict of keys": (
        """\
        import jax
        def f(k):
            a, b = jax.random.split(k)
            keys = {'params': a, 'noise': b}
            x = jax.random.normal(keys['noise'])
            return x + jax.random.normal(b)
        """,
        "KEY001",
        6,
    ),
    "list of keys": (
        """\
        import jax
        def f(k):
            a, b = jax.random.split(k)
            keys = [a, b]
            x = jax.random.normal(keys[1])
            return x + jax.random.normal(keys[-1])
        """,
        "KEY001",
        6,
    ),
    "dropout and again": (
        """\
        import jax
        def f(model, params, x, k):
            y = model.apply(params, x, rngs={'dropout': k})
            return y + jax.random.normal(k)
        """,
        "KEY001",
        4,
    ),
    "attribute of a state": (
        """\
        import jax
        def f(state):
            a = jax.random.normal(state.rng)
            return a + jax.random.uniform(state.rng)
        """,
        "KEY001",
        4,
    ),
    "cond": (
        """\
        import jax
        def f(k, c):
            x = jax.lax.cond(c, lambda: jax.random.normal(k), lambda: 0.0)
            return x + jax.random.normal(k)
        """,
        "KEY001",
        4,
    ),
}


@pytest.mark.parametrize("name", REPORTED)
def test_reported(name: str) -> None:
    code, fault, line = REPORTED[name]
    assert (fault, line) in reuses(code)


SILENT = {
    "replaced in the loop": """\
        import jax
        def f(k, n):
            for i in range(n):
                k, sub = jax.random.split(k)
                x = jax.random.normal(sub)
        """,
    "indexed by the loop": """\
        import jax
        def f(k, n):
            keys = jax.random.split(k, n)
            return [jax.random.normal(keys[i]) for i in range(n)]
        """,
    "elements once each": """\
        import jax
        def f(k):
            keys = jax.random.split(k, 2)
            return jax.random.normal(keys[0]) + jax.random.normal(keys[1])
        """,
    "slices": """\
        import jax
        def f(k):
            keys = jax.random.split(k, 4)
            a = jax.vmap(jax.random.normal)(keys[:2])
            return a, jax.vmap(jax.random.normal)(keys[2:])
        """,
    "early return": """\
        import jax
        def f(k, c):
            if c:
                return jax.random.normal(k)
            return jax.random.uniform(k)
        """,
    "raise": """\
        import jax
        def f(k, c):
            if c:
                jax.random.normal(k)
                raise ValueError
            return jax.random.uniform(k)
        """,
    "exclusive equalities": """\
        import jax
        def f(k, mode):
            if mode == 'a':
                x = jax.random.normal(k)
            if mode == 'b':
                x = jax.random.uniform(k)
            return x
        """,
    "constant argument": """\
        import jax
        def draw(k, noisy=False):
            if noisy:
                return jax.random.normal(k)
            return 0.0
        def f(k):
            return draw(k) + jax.random.normal(k)
        """,
    "match": """\
        import jax
        def f(k, kind):
            match kind:
                case 'a':
                    return jax.random.normal(k)
                case 'b':
                    x = jax.random.uniform(k)
                case _:
                    x = jax.random.gumbel(k)
            return x
        """,
    "try and except": """\
        import jax
        def f(k):
            try:
                return jax.random.normal(k)
            except ValueError:
                return jax.random.uniform(k)
        """,
    "scan over keys": """\
        import jax
        def f(k, x):
            def body(x, k):
                return x + jax.random.normal(k), None
            return jax.lax.scan(body, x, jax.random.split(k, 5))
        """,
    "vmap over keys": """\
        import jax
        def f(k, xs):
            return jax.vmap(lambda k, x: x + jax.random.normal(k))(jax.random.split(k, 3), xs)
        """,
    "switch": """\
        import jax
        def f(k, i):
            return jax.lax.switch(i, [jax.random.normal, jax.random.uniform], k)
        """,
    "exclusive lambdas": """\
        import jax
        def f(k, c):
            return jax.lax.cond(c, lambda: jax.random.normal(k), lambda: jax.random.uniform(k))
        """,
    "haiku stream": """\
        import haiku as hk
        import jax
        def f(seed, net, x):
            rng = hk.PRNGSequence(seed)
            return [jax.random.normal(next(rng)) for _ in range(3)], net.init(next(rng), x)
        """,
    "flax streams": """\
        import jax
        from flax import nnx
        def f(x):
            rngs = nnx.Rngs(0)
            return jax.random.normal(rngs.noise()) + jax.random.normal(rngs.noise())
        """,
    "make_rng": """\
        import jax
        import flax.linen as nn
        class Noise(nn.Module):
            def __call__(self, x):
                a = jax.random.normal(self.make_rng('noise'), x.shape)
                return a + jax.random.normal(self.make_rng('noise'), x.shape)
        """,
    "clone": """\
        import jax
        def f(k):
            return jax.random.normal(jax.random.clone(k)) + jax.random.normal(k)
        """,
    "looked at": """\
        import jax
        def f(k):
            print(k, k.shape, jax.random.key_data(k), jax.random.key_impl(k))
            return jax.random.normal(k)
        """,
    "attribute replaced": """\
        import jax
        class Agent:
            def act(self):
                self.rng, key = jax.random.split(self.rng)
                return jax.random.normal(key)
            def twice(self):
                return self.act() + self.act()
        """,
    "state replaced": """\
        import jax
        def f(state):
            rng, sub = jax.random.split(state.rng)
            state = state.replace(rng=rng)
            return state, jax.random.normal(sub) + jax.random.normal(state.rng)
        """,
    "shuffled deliberately alike": """\
        import jax
        def f(k, x, y):
            x = jax.random.permutation(k, x)
            y = jax.random.permutation(k, y)  # the same key keeps the pairs together
            return x, y
        """,
    "checker switched off": """\
        import jax
        def f(k):
            with jax.debug_key_reuse(False):
                return jax.random.normal(k) + jax.random.normal(k)
        """,
    "numpy generator": """\
        import jax
        import numpy as np
        def f(rng, n):
            for _ in range(n):
                jax.random.key(rng.integers(9))
                x = rng.normal()
        """,
}


SILENT |= {
    "a loop that replaces the key, if it turns at all": """\
        import jax
        def f(key, other, codes):
            z = jax.random.normal(key, (3,))
            for own in jax.random.split(other, codes):
                key = own
            return z, jax.random.categorical(key, z)
        """,
    "arrays that are shuffled alike": (
        """\
        import jax
        def f(key, arrays):
            return [jax.random.permutation(key, array) for array in arrays]
        def g(key, arrays):
            kept = []
            for array in arrays:
                kept.append(jax.random.permutation(key, array))
            return kept
        """
    ),
    "the comment says so": (
        """\
        import jax
        def f(key, steps, draw):
            for step in steps:
                own, other = jax.random.split(key)  # fixed key
                draw(own, jax.random.normal(other))
        """
    ),
    "a target network by keyword": (
        """\
        import jax
        def f(key, make, state):
            q = make.init(key, jax.random.normal(jax.random.key(0)))
            return state(q=q, q_target=make.init(key, q))
        """
    ),
    "one of two, by an element": (
        """\
        import jax
        def f(key, params, model, p):
            return jax.numpy.where(
                p < 0.1, jax.random.randint(key, (), 0, 4), model.apply(params, rngs=key)
            )
        """
    ),
}


@pytest.mark.parametrize("name", SILENT)
def test_silent(name: str) -> None:
    assert reuses(SILENT[name]) == []


DRAWS = {
    "the first is read afterwards": ("print(a + b)", ["KEY001"]),
    "it is replaced before": ("a = 2\nprint(a + b)", []),
    "nobody reads it": ("print(b)", []),
}


@pytest.mark.parametrize("case", DRAWS)
def test_cells_of_a_notebook(case: str, tmp_path) -> None:
    """Draws in two cells repeat where both are used; else a cell begins anew."""
    after, expected = DRAWS[case]
    cells = "# %%\nimport jax\nk = jax.random.key(0)\n# %%\na = jax.random.normal(k)\n"
    Example(cells + f"# %%\nb = jax.random.normal(k)\n{after}\n", path="a.ipynb").write(tmp_path)
    assert shown(tmp_path) == []  # Notebooks need --pedantic.
    again = tmp_path / "script"
    again.mkdir()
    (again / "a.py").write_text(cells + f"# %%\nb = jax.random.normal(k)\n{after}\n", "utf-8")
    assert [code for code, _, _ in shown(again)] == expected


def shown(folder: Path) -> list[tuple[str, int | None, int]]:
    """Return (code, cell, line) of what is shown without `--pedantic`."""
    options = ScanOptions((folder,), KEYS, Config(), current=folder, jobs=1)
    return [(f.code, f.place.cell, f.place.line) for f in scan(options).findings]


MOSTLY_MEANT = {
    "split once it was drawn from": """\
        import jax
        def f(key):
            x = jax.random.normal(key)
            key, sub = jax.random.split(key)
            return x + jax.random.normal(sub)
        """,
    "drawn from, and split in the next turn": """\
        import jax
        def f(key, model, steps):
            for step in steps:
                rest, key = jax.random.split(key)
                model.sample(key)
        """,
    "a key for a function of another library": """\
        import jax
        import gp
        def f(key, data):
            x = jax.random.normal(key)
            return gp.fit(data, x, key=key)
        """,
    "run again with another setting": """\
        import jax
        def simulate(size, key):
            return jax.random.normal(key, (size,))
        def f(key, draw):
            result = simulate(1, key)
            draw(result)
            result = simulate(2, key)
            draw(result)
        """,
    "once to compile": """\
        import jax
        def simulate(size, key):
            return jax.random.normal(key, (size,))
        def f(key):
            simulate(4, key)
            return simulate(4, key)
        """,
    "panels of a figure": """\
        import jax
        def f(kernels, axes):
            key = jax.random.key(0)
            for kernel, ax in zip(kernels, axes):
                ax.plot(kernel.sample(key))
        """,
    "data for a model that starts from the same number": """\
        import jax
        def f(svi):
            data = jax.random.normal(jax.random.key(0), (4,))
            return svi.init(jax.random.key(0), data)
        """,
    "a key where none is given": """\
        import jax
        def norm(matrix, key=None):
            if key is None:
                key = jax.random.PRNGKey(123)
            return matrix @ jax.random.normal(key, (matrix.shape[0], 1))
        norms = [norm(matrix) for matrix in range(9)]
        """,
    "two arrays in one random basis": """\
        import jax
        def features(key, x, rank):
            return x @ jax.random.normal(key, (x.shape[1], rank))
        def f(key, x, y):
            left = features(key, x, 8)
            right = features(key, y, 8)
            return left @ right.T
        """,
    "a function that every turn calls": """\
        import jax
        def simulate(size, key):
            return jax.random.normal(key, (size,))
        def f(sizes):
            key = jax.random.key(0)
            return [simulate(size, key) for size in sizes]
        """,
    "a test beside what it tests": """\
        import jax
        def test_forms_agree(model):
            key = jax.random.key(0)
            x = jax.random.normal(key)
            assert model(x, jax.random.normal(key))
        """,
    "in the first turn alone": """\
        import jax
        def f(keys, x, steps):
            start = jax.random.normal(jax.random.key(0))
            for step in range(steps):
                if step == 0:
                    x = start + jax.random.normal(keys[0], x.shape)
                else:
                    x = x + jax.random.normal(keys[step], x.shape)
            return x
        """,
    "a key that goes on, and its children": """\
        import jax
        def f(key, update, steps):
            for step in steps:
                key, _ = jax.random.split(key)
                update(jax.random.split(key, 8))
        """,
    "two models that fold their names in": """\
        import jax
        def f(key, actor, critic, size):
            own, other = jax.random.split(key)
            x = jax.random.normal(other, (size,))
            return actor.init(own, x), critic.init(own, x)
        """,
    "a figure a turn": """\
        import jax
        import matplotlib.pyplot as plt
        def f(key, steps):
            for step in steps:
                fig, panel = plt.subplots()
                panel.plot(jax.random.normal(key, (step,)))
        """,
    "two estimates from the same samples": """\
        import jax
        def f(over_p, over_q, mean, key):
            p = jax.vmap(over_p, in_axes=(None, 0))(mean, jax.random.split(key, 9))
            q = jax.vmap(over_q, in_axes=(None, 0))(mean, jax.random.split(key, 9))
            return p.std() / q.std()
        """,
    "a function that is run with a switch on and off": """\
        import jax
        def forward(key, x, train):
            own, other = jax.random.split(key)
            return x + jax.random.normal(own) * jax.random.normal(other) * train
        def f(key, x):
            a = forward(key, x, train=False)
            b = forward(key, x, train=True)
            return a, b
        """,
    "a model that is made and run": """\
        import jax
        import haiku as hk
        def f(net, x):
            key = jax.random.key(0)
            init, apply = hk.transform(net)
            params = init(key, x)
            return apply(params, key, x)
        """,
    "two models": """\
        import jax
        def f(linear, fast, x):
            key = jax.random.key(0)
            LA, MT = linear(3), fast(3)
            return LA.init(key, x), MT.init(key, x)
        """,
    "draws that are printed": """\
        import jax
        key = jax.random.key(0)
        print(jax.random.normal(key))
        print(jax.random.normal(key))
        """,
    "a picture of other samples": """\
        import jax
        def test(env, decode, key):
            own, other = jax.random.split(key)
            env.measure(decode(own), decode(other))
            rolled = jax.random.normal(key, (9,))
            env.plot_sample(rolled.reshape(3, 3))
        """,
    "a function that plots": """\
        import jax
        import matplotlib.pyplot as plt
        def look(key):
            plt.plot(jax.random.normal(key, (9,)))
        def train(fit, key):
            own, other = jax.random.split(key)
            fit(own, other)
            look(key)
        """,
    "every turn": """\
        import jax
        def f(key, n):
            for _ in range(n):
                x = jax.random.normal(key, (8,))
        """,
    "a constant key in every turn": """\
        import jax
        def f(n, noise):
            for t in range(n):
                key = jax.random.PRNGKey(42)
                noise.append(jax.random.normal(key, (8,)))
        """,
    "a split that nobody reads": """\
        import jax
        def f(key, evaluate):
            keys = jax.random.split(key, 8)
            key, *keys = jax.random.split(key, 9)
            return evaluate(keys)
        """,
    "a function that two others call": """\
        import jax
        def token(size):
            return jax.random.normal(jax.random.key(0), (size,))
        def f():
            return token(1), token(2)
        """,
    "a module that shows what it does when it is run": """\
        import jax
        from layers import Mixer
        if __name__ == "__main__":
            key = jax.random.key(7)
            left = jax.random.normal(key, (3, 5))
            right = jax.random.normal(key, (3, 2))
            layer = Mixer(4)
            print(layer.apply(layer.init(key, left, right), left, right))
        """,
    "a demonstration": """\
        import jax
        def demo_mixer(mix):
            key = jax.random.key(7)
            return mix(jax.random.normal(key, (3, 5)), jax.random.normal(key, (3, 2)))
        """,
    "a draw that nobody reads": """\
        import jax
        def start(key, policy, stack):
            keys = jax.random.split(key, 8)
            example = policy.init_params(key)
            return stack(policy, keys)
        """,
    "a demonstration of time": """\
        import jax
        if __name__ == "__main__":
            key = jax.random.key(7)
            noise = jax.random.normal(key, (3, 5))
            score = model(noise, jax.random.uniform(key, (3, 5)))
            print(score.log_prob(noise))
        """,
    "an evaluation": """\
        import jax
        def evaluate_levels(key, levels):
            start = jax.random.randint(key, (2,), 0, 9)
            return levels, start, jax.random.uniform(key, (2,))
        """,
    "a key for evaluations": """\
        import jax
        def step(runner, key, score):
            key, eval_rng = jax.random.split(key)
            first = score(runner, jax.random.split(eval_rng, 8))
            return first, score(runner.best, jax.random.split(eval_rng, 4))
        """,
    "a way out that takes no noise": """\
        import jax
        def relax(key, logits, how):
            noise = jax.random.gumbel(key, logits.shape)
            if how == "soft":
                return logits + noise
            elif how == "hard":
                return logits * jax.random.bernoulli(key, 0.5, logits.shape)
            return noise
        """,
    "one dropout for two inputs": """\
        import jax
        def loss(model, params, first, second, key):
            key, dropout_rng = jax.random.split(key)
            one = model.apply(params, x=first, rngs={"dropout": dropout_rng})
            two = model.apply(params, x=second, rngs={"dropout": dropout_rng})
            return one - two
        """,
    "inputs that only give a shape, kept in variables": """\
        import jax
        def make(key, net):
            x = jax.random.normal(key, (6, 2))
            t = jax.random.uniform(key)
            return net.init(key, x, t), net.apply
        """,
    "an anchor": """\
        import jax
        ANCHOR_KEY = jax.random.key(3)
        def run(fit, n):
            anchor = jax.random.normal(ANCHOR_KEY, (n,))
            fit(anchor)
            return anchor, jax.random.normal(ANCHOR_KEY, (n,))
        """,
    "one or the other, element by element": """\
        import jax
        import jax.numpy as jnp
        def sample(key, low, high, shape):
            x = jax.random.uniform(key, shape, minval=low, maxval=high)
            tail = jax.random.exponential(key, shape)
            return jnp.where(jnp.isinf(high), low + tail, x)
        """,
    "an animation": """\
        import jax
        def animate(key, env):
            state = jax.random.normal(key, (2,))
            return env.show(state, jax.random.uniform(key))
        """,
    "pictures now and then": """\
        import jax
        def train(key, step, draw, n):
            keys = jax.random.split(key, 8)
            for i in range(n):
                keys = step(keys)
                if i % 100 == 0:
                    key, own = jax.random.split(key)
                    draw(own)
        """,
    "only a shape": """\
        import jax
        def start(key, make):
            w = jax.random.normal(key, (3, 3))
            b = jax.random.normal(key, (3,)) * 0
            return make(w, b)
        """,
    "a split that nobody reads, of a key that others got": """\
        import jax
        def run(key, train):
            out = train(jax.random.split(key, 8))
            key, other = jax.random.split(key)
            return out
        """,
    "draws that do not meet": """\
        import jax
        def check(key, f, g):
            q = jax.random.normal(key, (8,))
            assert f(q).shape == (8,)
            again = jax.random.normal(key, (8,))
            g(again)
        """,
    "streams of two models": """\
        import jax
        def loss(params, batch, key, labeller, policy):
            sample_key, key = jax.random.split(key)
            actions = labeller(batch, rngs={"sample": sample_key})
            return policy(params, batch, rngs={"sample": sample_key}) - actions
        """,
}


@pytest.mark.parametrize("case", MOSTLY_MEANT)
def test_only_pedantic(case: str, tmp_path) -> None:
    (tmp_path / "train.py").write_text(textwrap.dedent(MOSTLY_MEANT[case]), "utf-8")
    assert shown(tmp_path) == []
    options = ScanOptions((tmp_path,), KEYS, Config(pedantic=True), current=tmp_path, jobs=1)
    assert scan(options).findings


@pytest.mark.parametrize(
    ("body", "sure"),
    [
        ("x = x + jax.random.normal(key)", True),
        ("x += jax.random.normal(key)", True),
        ("x = step(x, key)", True),
        ("rows.append(jax.random.normal(key))", True),
        ("if i == 0:\n        x = x + jax.random.normal(key)", False),
        ("rows.append(run(key))", False),
        ("x = jax.random.normal(key)", False),
        ("x = x + jax.random.normal(key, (i,))", False),
        ("print(jax.random.normal(key))", False),
    ],
)
def test_loops_that_add_the_same_draw_each_turn_are_sure(body: str, sure: bool, tmp_path) -> None:
    text = "import jax\ndef step(x, key):\n    return x + jax.random.normal(key)\n"
    text += "def run(key):\n    return jax.random.normal(key)\n"
    text += "key, x, rows = jax.random.key(0), 0.0, []\nfor i in range(9):\n    " + body + "\n"
    (tmp_path / "train.py").write_text(text, "utf-8")
    options = ScanOptions((tmp_path,), KEYS, Config(), current=tmp_path, jobs=1)
    found = [each.code for each in scan(options).findings]
    assert found == (["KEY003"] if sure else [])


def test_many_branches_end(tmp_path) -> None:
    """Ways are bounded: forty independent branches that touch a key do not hang."""
    lines = ["import jax", "def f(k, c):"]
    for number in range(40):
        lines += [f"    if c[{number}]:", "        k, s = jax.random.split(k)"]
    lines += ["    return jax.random.normal(k)"]
    assert reuses("\n".join(lines) + "\n") == []


@pytest.mark.parametrize(
    ("path", "shown"), [("train.py", True), ("benchmarks/tree.py", False), ("tree_times.py", False)]
)
def test_benchmarks_of_speed_need_pedantic(path: str, shown: bool, tmp_path: Path) -> None:
    file = tmp_path / path
    file.parent.mkdir(exist_ok=True)
    file.write_text(
        "import jax\n"
        "key = jax.random.key(0)\n"
        "x = jax.random.normal(key) + jax.random.uniform(key)\n"
        "y = jax.random.key(1)\n"
        "own, _ = jax.random.split(y)\n"
        "z = jax.random.normal(own) + jax.random.normal(y)\n"
    )
    rules = tuple(rule for rule in RULES if rule.code in {"KEY001", "KEY002"})

    def found(config: Config) -> list[str]:
        options = ScanOptions((tmp_path,), rules, config, current=tmp_path, jobs=1)
        return sorted(finding.code for finding in scan(options).findings)

    assert found(Config(pedantic=True)) == ["KEY001", "KEY002"]
    assert found(Config()) == (["KEY001", "KEY002"] if shown else [])


def shown_of(text: str, folder: Path) -> list[str]:
    """Return the codes that are shown by default of a program with this text."""
    (folder / "train.py").write_text(text, "utf-8")
    options = ScanOptions((folder,), KEYS, Config(), current=folder, jobs=1)
    return [each.code for each in scan(options).findings]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("return jax.random.normal(key) * jax.random.uniform(key)", ["KEY001"]),
        ("return model.init(key, jax.random.normal(key, (3,)), jax.random.normal(key, (3,)))", []),
        (
            "return jax.vmap(model.init, (0, None, None))(\n"
            "        jax.random.split(key, 4), jax.random.normal(key), jax.random.uniform(key))",
            [],
        ),
        ("a, b = jax.random.split(key)[0], jax.random.split(key)[1]\n    return a, b", []),
        (
            "a = jax.random.normal(key)\n    a = noise(key)\n    return a * jax.random.uniform(key)",
            [],
        ),
        ("_ = noise(key)\n    key, own = jax.random.split(key)\n    return noise(own)", []),
        ("noise(key).block_until_ready()\n    return jax.random.uniform(key)", []),
        (
            "model.start(key)\n    a = noise(key)\n    return a * jax.random.uniform(key)",
            ["KEY001"],
        ),
        ("return jax.random.normal(key) * jax.random.randint(key, (), 0, 1)", []),
        ("return jax.random.normal(key) * jax.random.randint(key, (), 0, 2)", ["KEY001"]),
        ("return jax.random.normal(key) * jax.random.choice(key, jnp.array([1, 2]))", ["KEY001"]),
        ("return jax.random.normal(key) * jax.random.choice(key, 1)", []),
        (
            "def pick(count=1):\n"
            "        return jax.random.normal(key) * jax.random.randint(key, (), 0, count)\n"
            "    return pick()",
            [],
        ),
        (
            "def bench(n):\n"
            "        return jax.random.normal(key, n) * jax.random.uniform(key, n)\n"
            "    return bench(3)",
            [],
        ),
        (
            "class Evaluator:\n"
            "        def run(self, key):\n"
            "            return jax.random.normal(key) * jax.random.uniform(key)\n"
            "    return Evaluator().run(key)",
            [],
        ),
        (
            "one, two = jax.random.split(key)\n"
            "    return noise(one) * noise(two) * jax.random.uniform(key)",
            ["KEY002"],
        ),
        ("own, _ = jax.random.split(key)\n    return noise(own), noise(key)", ["KEY002"]),
        ("own, _ = jax.random.split(key)\n    return jax.random.uniform(key)", []),
        (
            "own, _ = jax.random.split(key)\n    return jax.random.permutation(key, noise(own))",
            [],
        ),
        (
            "own, _ = jax.random.split(key)\n"
            "    a = noise(own)\n"
            "    own, _ = jax.random.split(key)\n"
            "    return a * noise(own)",
            [],
        ),
        ("a = noise(key)\n    draw = evaluate(key)\n    return a + draw", []),
        (
            "own, _ = jax.random.split(key)\n    a = noise(own)\n"
            "    _, key_eval = jax.random.split(key)\n    return a + noise(key_eval)",
            [],
        ),
    ],
)
def test_draws_without_effect_or_of_other_children_need_pedantic(
    body: str, shown: list[str], tmp_path: Path
) -> None:
    text = "import jax\nimport jax.numpy as jnp\nfrom net import model\n"
    text += "def noise(key):\n    return jax.random.normal(key)\n"
    text += "def evaluate(key):\n    return jax.random.uniform(key)\n"
    text += f"def start(key):\n    {body}\n"
    assert shown_of(text, tmp_path) == shown


@pytest.mark.parametrize(("caller", "shown"), [("train", ["KEY001"]), ("benchmark_net", [])])
def test_what_only_benchmarks_run_on_needs_pedantic(
    caller: str, shown: list[str], tmp_path: Path
) -> None:
    text = "import jax\ndef data(key):\n"
    text += "    return jax.random.normal(key) * jax.random.uniform(key)\n"
    text += f"def {caller}(net, key):\n    return net(data(key))\n"
    assert shown_of(text, tmp_path) == shown


@pytest.mark.parametrize(
    ("draw", "shown"), [("normal(key, x.shape)", ["KEY008"]), ("permutation(key, x)", [])]
)
def test_devices_that_permute_their_own_data_alike_need_pedantic(
    draw: str, shown: list[str], tmp_path: Path
) -> None:
    text = (
        "import jax\ndef train(key, batches):\n    def update(x, key):\n"
        f"        return x + jax.random.{draw}\n"
        "    return jax.pmap(update, in_axes=(0, None))(batches, key)\n"
    )
    assert shown_of(text, tmp_path) == shown


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("jax.random.key(time.time_ns())", ["KEY006"]),
        ("jax.random.key(time.time_ns()) if key is None else key", []),
    ],
)
def test_a_clock_that_stands_in_for_a_key_needs_pedantic(
    key: str, shown: list[str], tmp_path: Path
) -> None:
    text = f"import jax, time\ndef write(key=None):\n    own = {key}\n"
    text += "    return jax.random.normal(own)\n"
    assert shown_of(text, tmp_path) == shown


@pytest.mark.parametrize(
    ("name", "end", "shown"),
    [
        ("start", "return x * y", ["KEY001"]),
        ("flow_test", "return x * y", []),
        ("start", "assert jnp.allclose(x, invert(flow(x, y), y))", []),
        ("start", "chex.assert_trees_all_close(x, invert(flow(x, y), y))", []),
        ("start", "close = jnp.allclose(x, y)\n    return x * y, close", ["KEY001"]),
    ],
)
def test_what_a_function_only_asserts_on_needs_pedantic(
    name: str, end: str, shown: list[str], tmp_path: Path
) -> None:
    text = "import chex\nimport jax\nimport jax.numpy as jnp\nfrom net import flow, invert\n"
    text += f"def {name}(key):\n    x = jax.random.normal(key)\n    y = jax.random.uniform(key)\n"
    text += f"    {end}\n"
    assert shown_of(text, tmp_path) == shown


@pytest.mark.parametrize(
    ("rest", "shown"), [("[n:]", []), ("[:n]", ["KEY001"]), ("[n + 1:]", ["KEY001"])]
)
def test_the_two_parts_of_one_draw_need_pedantic(
    rest: str, shown: list[str], tmp_path: Path
) -> None:
    text = "import jax\nimport jax.numpy as jnp\ndef halves(key, n):\n"
    text += "    one = jax.random.normal(key, (9,))[:n]\n"
    text += f"    other = jax.random.normal(key, (9,)){rest}\n"
    text += "    return jnp.stack([one, other])\n"
    assert shown_of(text, tmp_path) == shown


@pytest.mark.parametrize(
    ("draw", "shown"), [("choice(key, y, (3,))", []), ("normal(key, (3,)) * y", ["KEY001"])]
)
def test_the_same_places_of_two_arrays_need_pedantic(
    draw: str, shown: list[str], tmp_path: Path
) -> None:
    text = "import jax\nimport jax.numpy as jnp\ndef rows(key, x, y):\n"
    text += "    one = jax.random.choice(key, x, (3,))\n"
    text += f"    other = jax.random.{draw}\n    return jnp.stack([one, other])\n"
    assert shown_of(text, tmp_path) == shown
