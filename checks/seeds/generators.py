"""SEED007: private generators that nobody seeds."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Finding
from ...auditor.rule import Prediction, SiteRule
from .reading import in_tests, is_fallback

#: Constructor -> keyword of its seed.
_GENERATORS = {
    "numpy.random.default_rng": "seed",
    "numpy.random.RandomState": "seed",
    "numpy.random.PCG64": "seed",
    "numpy.random.PCG64DXSM": "seed",
    "numpy.random.MT19937": "seed",
    "numpy.random.Philox": "seed",
    "numpy.random.SFC64": "seed",
    "numpy.random.SeedSequence": "entropy",
    "random.Random": "x",
    "cupy.random.default_rng": "seed",
    "cupy.random.RandomState": "seed",
}
_NEVER_SEEDED = frozenset(
    (
        "tensorflow.random.Generator.from_non_deterministic_state",
        "tensorflow.random.experimental.Generator.from_non_deterministic_state",
    )
)


class UnseededGenerator(SiteRule):
    """A private random generator is made without a seed.

    ## What it does
    Reports `default_rng()`, `RandomState()`, `random.Random()`, NumPy bit generators and
    `SeedSequence` without a seed or with None, and TensorFlow's `from_non_deterministic_state`.
    A fallback for a generator that the caller may hand in (`rng or default_rng()`) is silent, and
    so is `torch.Generator()`, which starts from a fixed default seed.

    ## Why is this bad?
    Such a generator takes its seed from the operating system. No global seed reaches it:
    `np.random.seed` has no effect on `default_rng()`.

    ## Use instead
    ```python
    rng = np.random.default_rng(args.seed)
    ```

    ## References
    - https://numpy.org/doc/stable/reference/random/generator.html
    """

    code = "SEED007"
    name = "unseeded-generator"
    predicts = (Prediction("unseeded-rng", stream="other"),)
    calls = frozenset(_GENERATORS) | _NEVER_SEEDED
    bad = (
        Example("import numpy as np\nrng = np.random.default_rng()  # <-\n"),
        Example("from numpy.random import default_rng as make\nrng = make(None)  # <-\n"),
        Example("import random\nshuffler = random.Random()  # <-\n"),
        Example("import numpy as np\nSEED = None\nrng = np.random.RandomState(SEED)  # <-\n"),
        Example(
            "import tensorflow as tf\n"
            "g = tf.random.Generator.from_non_deterministic_state()  # <-\n"
        ),
    )
    good = (
        Example("import numpy as np\nrng = np.random.default_rng(7)\n"),
        Example(
            "import numpy as np\n"
            "def sample(n, rng=None):\n"
            "    rng = rng or np.random.default_rng()\n"
            "    return rng.random(n)\n"
        ),
        Example(
            "import numpy as np\n"
            "class Noise:\n"
            "    def __init__(self, seed=None):\n"
            "        self.rng = np.random.default_rng(seed)\n"
        ),
        Example("import torch\ng = torch.Generator()\n"),
        Example(
            "import numpy as np\n"
            "state = np.random.RandomState(None)\n"
            "def set_state(other):\n"
            "    global state\n"
            "    state = other\n"
        ),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        if in_tests(site.file.path) or site.spreads:
            return
        name = site.name or ""
        if name in _NEVER_SEEDED:
            yield self.finding(
                site.place,
                "this generator starts from the clock and the system's entropy",
                help="tf.random.Generator.from_seed(n)",
                stream="other",
            )
            return
        seed = site.argument(0, _GENERATORS[name])
        if seed is not None:
            value = site.constant(seed)
            if value is None or value.value is not None or value.via in {"parameter", "option"}:
                return
        if is_fallback(site) or _is_seeded_later(site):
            return
        yield self.finding(
            site.place,
            f"{name.rsplit('.', 1)[-1]} is made without a seed and takes one from the system",
            help="pass a seed; a global seed does not reach this generator",
            stream="other",
        )


def _is_seeded_later(site: Site) -> bool:
    """Whether the generator is given a seed, or the state of another, by a later call."""
    parent = site.parent
    if not (isinstance(parent, ast.Assign) and len(parent.targets) == 1):
        return False
    target = parent.targets[0]
    last = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", None)
    if last is None:
        return False
    if any(last in node.names for node in site.file.nodes.of(ast.Global)):
        # `def set_random_state(state): global random_state` puts another in its place.
        return True
    for node in ast.walk(site.file.tree):
        func = node.func if isinstance(node, ast.Call) else None
        if isinstance(func, ast.Attribute) and func.attr in {"seed", "setstate", "set_state"}:
            holder = func.value
            named = holder.attr if isinstance(holder, ast.Attribute) else getattr(holder, "id", "")
            if named == last:
                return True
    return False
