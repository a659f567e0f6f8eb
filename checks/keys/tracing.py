"""KEY007: numbers that Python draws while JAX traces."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.rule import FileRule, Prediction

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
#: Transformations that run Python code once and keep what it computed.
_TRACERS = frozenset(
    """
    jax.jit jax.pmap jax.vmap jax.experimental.pjit.pjit jax.shard_map
    jax.experimental.shard_map.shard_map jax.experimental.maps.xmap equinox.filter_jit
    equinox.filter_pmap flax.nnx.jit flax.linen.jit chex.chexify tensorflow.function
    jax.numpy.vectorize
    """.split()
)
#: Control flow whose bodies are traced; the positions of the bodies.
_BODIES = {
    "jax.lax.scan": (0,),
    "jax.lax.fori_loop": (2,),
    "jax.lax.while_loop": (0, 1),
    "jax.lax.map": (0,),
    "jax.lax.cond": (1, 2),
    "jax.lax.associative_scan": (0,),
}
_CALLBACKS = frozenset(
    """
    pure_callback io_callback debug_callback callback py_function numpy_function call id_tap
    """.split()
)
_HOST = ("random.", "numpy.random.", "secrets.")
_HOST_NAMES = frozenset(
    """
    time.time time.time_ns time.perf_counter time.perf_counter_ns time.monotonic
    datetime.datetime.now datetime.datetime.utcnow uuid.uuid4 uuid.uuid1 os.urandom
    """.split()
)
#: These make or set a generator; their numbers depend on their seed.
_QUIET = frozenset(
    """
    random.seed random.Random numpy.random.seed numpy.random.RandomState numpy.random.Generator
    numpy.random.PCG64 numpy.random.SeedSequence random.getstate random.setstate
    numpy.random.get_state numpy.random.set_state
    """.split()
)


class HostRandomnessInJit(FileRule):
    """NumPy, `random` or the clock is read while a function is traced.

    ## What it does
    Reports draws from `random` and `numpy.random`, and readings of clocks and of the system's
    entropy, inside functions under `jax.jit`, `pmap`, `shard_map`, `tf.function`, in the bodies of
    `scan`, `fori_loop`, `while_loop` and `cond`, and in functions of the same file that these call.

    ## Why is this bad?
    The function runs once, when it is traced: the number becomes a constant of the compiled
    program. Every later call uses the same one, until a new shape traces again and draws another.
    What looks random is not, and what looks fixed changes with the shapes.

    ## Use instead
    `jax.random` with a key as an argument, or `tf.random`; a callback where the host must be asked.

    ## References
    - https://docs.jax.dev/en/latest/notebooks/Common_Gotchas_in_JAX.html
    """

    code = "KEY007"
    name = "host-randomness-in-jit"
    words = frozenset({"jax", "tensorflow"})
    frameworks = ("jax", "tensorflow")
    predicts = (Prediction("unseeded-rng", "numpy"), Prediction("unseeded-rng", "python"))
    bad = (
        Example(
            "import jax\n"
            "import numpy as np\n"
            "@jax.jit\n"
            "def step(x):\n"
            "    return x + np.random.normal(size=x.shape)  # <-\n",
        ),
        Example(
            "from functools import partial\n"
            "from jax import jit as compiled, lax\n"
            "import random as rnd\n"
            "import time\n"
            "def flip():\n"
            "    return rnd.random() < 0.5  # <-\n"
            "@partial(compiled, static_argnums=0)\n"
            "def augment(n, x):\n"
            "    return -x if flip() else x\n"
            "def run(x):\n"
            "    return lax.scan(lambda c, i: (c + time.time(), i), x, x)  # <-\n",
            title="in a function that the jitted one calls; in the body of a scan",
        ),
    )
    good = (
        Example(
            "import jax\n"
            "import numpy as np\n"
            "import time\n"
            "@jax.jit\n"
            "def step(key, x):\n"
            "    return x + jax.random.normal(key, x.shape)\n"
            "def train(key, batches):\n"
            "    start = time.time()\n"
            "    order = np.random.permutation(len(batches))\n"
            "    return [step(key, batches[i]) for i in order], time.time() - start\n",
        ),
        Example(
            "import jax\n"
            "import numpy as np\n"
            "@jax.jit\n"
            "def step(x):\n"
            "    table = np.random.RandomState(0).normal(size=(8, 8))\n"
            "    return x @ table + jax.pure_callback(lambda: np.random.rand(), x)\n",
            title="a fixed table; a callback",
        ),
    )

    def check(self, file: File) -> Iterator[Finding]:
        if is_test_path(file.path) or file.imported.isdisjoint({"jax", "tensorflow", "flax"}):
            return
        traced = _Traced(file)
        seen: set[int] = set()
        for function, why in traced.functions.items():
            for call, name in traced.draws(function):
                if id(call) in seen:
                    continue
                seen.add(id(call))
                yield self.finding(
                    file.place(call),
                    f"{name}() runs once, when {_called(function)} is traced; every later call "
                    "uses that number",
                    help="draw with jax.random from a key argument (tf.random under tf.function)",
                    evidence=(Evidence(file.place(why), "traced here"),),
                    # A clock is mostly read to say how fast a program is.
                    confidence=Confidence.LOW if name.startswith(_CLOCKS) else None,
                )


_CLOCKS = ("time.", "datetime.")


class _Traced:
    """The functions of a file that are traced, and the node that says so."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.functions: dict[ast.AST, ast.AST] = {}
        self._by_name: dict[str, list[ast.AST]] = {}
        functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = file.nodes.of(*_FUNCTIONS)
        for node in functions:
            self._by_name.setdefault(node.name, []).append(node)
        for node in functions:
            for decorator in node.decorator_list:
                if self._traces(decorator):
                    self.functions[node] = decorator
        for call in file.nodes.of(ast.Call):
            self._passed(call)
        for function, why in list(self.functions.items()):
            self._called_by(function, why, 2)

    def _dotted(self, node: ast.expr) -> str:
        return self.file.dotted(node, self.file.scope_of(node)) or ""

    def _traces(self, decorator: ast.expr) -> bool:
        if isinstance(decorator, ast.Call):
            name = self._dotted(decorator.func)
            if name == "functools.partial" and decorator.args:
                return self._dotted(decorator.args[0]) in _TRACERS
            return name in _TRACERS
        return self._dotted(decorator) in _TRACERS

    def _passed(self, call: ast.Call) -> None:
        name = self._dotted(call.func)
        positions = (0,) if name in _TRACERS else _BODIES.get(name, ())
        for position in positions:
            if position < len(call.args):
                for function in self._meant(call.args[position]):
                    self.functions.setdefault(function, call)

    def _meant(self, node: ast.expr) -> list[ast.AST]:
        if isinstance(node, ast.Lambda):
            return [node]
        if isinstance(node, ast.Name):
            found = self._by_name.get(node.id, [])
            return found if len(found) == 1 else []
        return []

    def _called_by(self, function: ast.AST, why: ast.AST, depth: int) -> None:
        if depth == 0:
            return
        for call in self._calls(function):
            for inner in self._meant(call.func):
                if inner not in self.functions:
                    self.functions[inner] = why
                    self._called_by(inner, why, depth - 1)

    def _calls(self, function: ast.AST) -> Iterator[ast.Call]:
        """Yield the calls in a function's body, without those that run on the host."""
        body: list[ast.AST] | ast.AST = getattr(function, "body", [])
        asked = self._given_to_callbacks(function)
        stack: list[ast.AST] = list(body) if isinstance(body, list) else [body]
        while stack:
            node = stack.pop()
            if isinstance(node, _FUNCTIONS) and node.name in asked:
                continue
            if isinstance(node, ast.Call):
                if _is_callback(node):
                    continue
                yield node
            stack.extend(ast.iter_child_nodes(node))

    def _given_to_callbacks(self, function: ast.AST) -> set[str]:
        return {
            argument.id
            for node in self.file.nodes.of(ast.Call, under=function)
            if _is_callback(node)
            for argument in node.args
            if isinstance(argument, ast.Name)
        }

    def draws(self, function: ast.AST) -> Iterator[tuple[ast.Call, str]]:
        """Yield what a function draws from the host."""
        for call in self._calls(function):
            name = self._dotted(call.func)
            if name in _QUIET or (name == "numpy.random.default_rng" and call.args):
                continue
            if name in _HOST_NAMES or name.startswith(_HOST):
                yield call, name


def _is_callback(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in _CALLBACKS


def _called(function: ast.AST) -> str:
    return f"{function.name}()" if isinstance(function, _FUNCTIONS) else "the function"
