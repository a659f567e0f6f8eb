"""SEED007: private generators that nobody seeds."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.project import Project
from ...auditor.rule import Prediction, ProjectRule
from ..usage.branches import parameter_of
from ..usage.choices import choices_of
from ..usage.copied import is_copied
from ..usage.uses import owner_of, uses_of
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


class UnseededGenerator(ProjectRule):
    """A private random generator is made without a seed.

    ## What it does
    Reports `default_rng()`, `RandomState()`, `random.Random()`, NumPy bit generators and
    `SeedSequence` without a seed or with None, and TensorFlow's `from_non_deterministic_state`.
    A fallback for a generator that the caller may hand in (`rng or default_rng()`) is silent, and
    so is `torch.Generator()`, which starts from a fixed default seed. The default of a parameter
    (`rng=default_rng()`) is told with `--pedantic`, where a call in the project leaves it out; so
    are generators in attributes that nothing reads, and in modules, classes and functions that
    no program uses.

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
            "import numpy as np\n"
            "def draw(n, rng=np.random.default_rng()):  # <-\n"
            "    return rng.random(n)\n"
            "print(draw(3))\n"
        ),
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
        Example(
            "import numpy as np\n"
            "class Buffer:\n"
            "    def __init__(self, size, rng=np.random.default_rng()):\n"
            "        self.rng = rng\n"
            "print(Buffer(3, np.random.RandomState(0)))\n"
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

    def collect(self, site: Site) -> Iterator[Any]:
        """Yield what is found, and the parameter whose default it is."""
        for finding in self._found(site):
            yield (_parameter(site), owner_of(site.file, site.node), _held_by(site), finding)

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        choices, uses = choices_of(project), uses_of(project)
        for parameter, owner, holder, finding in facts:
            if parameter is None:
                path = finding.place.path
                is_idle = project.entry_points and not uses.reach.entries(path)
                is_idle = is_idle or (owner and uses.is_unused(path, owner))
                is_idle = is_idle or (holder and not uses.is_named(holder))
                is_idle = is_idle or is_copied(project, path)
                yield finding.doubted(is_idle)
            elif (call := choices.left_out(*parameter)) is not None:
                # What the call makes may be loaded over, or draw nothing at all.
                told = Evidence(call, "this call leaves it out")
                yield replace(finding, confidence=Confidence.LOW, evidence=(told,))

    def check_alone(self, facts: Sequence[Any]) -> Iterator[Finding]:
        yield from (fact[-1] for fact in facts if fact[0] is None)

    def _found(self, site: Site) -> Iterator[Finding]:
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


def _parameter(site: Site) -> tuple[str, str, int] | None:
    """Return what is called, the parameter and its position, where the node is a default."""
    function = site.file.enclosing_function(site.node)
    if not isinstance(site.parent, ast.arguments) or function is None:
        return None
    given = function.args
    named = [*given.posonlyargs, *given.args]
    pairs = [
        *zip(reversed(named), reversed(given.defaults), strict=False),
        *zip(given.kwonlyargs, given.kw_defaults, strict=True),
    ]
    name = next((parameter.arg for parameter, default in pairs if default is site.node), None)
    found = parameter_of(site.file, function, name) if name is not None else None
    return (found.called, name, found.position) if name is not None and found is not None else None


def _held_by(site: Site) -> str:
    """Return the attribute that keeps the generator, or an empty text."""
    match site.parent:
        case ast.Assign(targets=[ast.Attribute(attr=kept)]):
            return kept
        case _:
            return ""


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
