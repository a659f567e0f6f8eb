"""ORDER005: tf.data pipelines that hand out elements in no fixed order."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import Prediction, ProjectRule
from ..tensorflow_names import plain_name
from ..usage.branches import Choice, awaited, is_elsewhere
from ..usage.choices import choices_of
from ..usage.uses import own_method_of, owner_of, uses_of

_STAGES = frozenset({"map", "interleave", "batch"})
_STATEFUL = ("tensorflow.random.", "tensorflow.image.random_", "numpy.random.", "random.")
_STATELESS = (
    "tensorflow.random.set_seed",
    "tensorflow.random.split",
    "tensorflow.random.fold_in",
    "tensorflow.random.Generator",
    "numpy.random.seed",
    "random.seed",
    "random.Random",
    "numpy.random.default_rng",
    "numpy.random.RandomState",
)


#: A call that draws, and before it the calls through which the mapped function comes to it.
_Draw = tuple[ast.Call, ...]


class NondeterministicPipeline(ProjectRule):
    """A tf.data pipeline hands out elements in no fixed order, or with no fixed randomness.

    ## What it does
    Reports `deterministic=False` in `map`, `interleave` and `batch`,
    `options.deterministic = False`, and random operations inside a function that is mapped in
    parallel.

    ## Why is this bad?
    With `deterministic=False` the order depends on which thread is first. A stateful random
    operation in a parallel `map` draws in the order in which the threads come, so that which
    element gets which number differs from run to run, seeds or not.

    ## Use instead
    Leave `deterministic` alone; in a parallel map, stateless operations
    (`tf.image.stateless_random_flip_left_right`) with a seed for each element.

    ## References
    - https://www.tensorflow.org/api_docs/python/tf/config/experimental/enable_op_determinism
    """

    code = "ORDER005"
    name = "tfdata-nondeterministic"
    words = frozenset({"tensorflow"})
    frameworks = ("tensorflow",)
    predicts = (Prediction("worker-race"),)
    bad = (
        Example(
            "import tensorflow as tf\n"
            "def flip(image):\n"
            "    return tf.image.random_flip_left_right(image, seed=1)\n"
            "ds = tf.data.Dataset.range(10)\n"
            "ds = ds.map(flip, num_parallel_calls=tf.data.AUTOTUNE)  # <-\n"
            "ds = ds.map(abs, num_parallel_calls=4, deterministic=False)  # <-\n",
        ),
        Example(
            "import tensorflow.compat.v2 as tf2\n"
            "def fast(ds):\n"
            "    options = tf2.data.Options()\n"
            "    options.experimental_deterministic = False  # <-\n"
            "    return ds.with_options(options)\n",
            title="the old name of the option (image classification references)",
        ),
        Example(
            "import keras\n"
            "from tensorflow import data\n"
            "steps = [keras.layers.RandomFlip(), keras.layers.Rescaling(0.5)]\n"
            "def jitter(image):\n"
            "    for step in steps:\n"
            "        image = step(image)\n"
            "    return image\n"
            "ds = data.Dataset.range(9).map(jitter, num_parallel_calls=data.AUTOTUNE)  # <-\n",
            title="layers that draw, one after the other",
        ),
    )
    good = (
        Example(
            "import tensorflow as tf\n"
            "def flip(image, seed):\n"
            "    own = tf.random.experimental.stateless_fold_in(seed, 1)\n"
            "    return tf.image.stateless_random_flip_left_right(image, own)\n"
            "ds = tf.data.Dataset.range(10)\n"
            "ds = ds.map(flip, num_parallel_calls=tf.data.AUTOTUNE).batch(2)\n",
        ),
        Example(
            "import tensorflow as tf\n"
            "ds = tf.data.Dataset.range(10)\n"
            "ds = ds.map(lambda x: x + tf.random.uniform([], seed=1))\n"
            "options = tf.data.Options()\n"
            "options.deterministic = True\n"
            "def pack(ds, deterministic):\n"
            "    if not deterministic:\n"
            "        options = tf.data.Options()\n"
            "        options.experimental_deterministic = False\n"
            "        ds = ds.with_options(options)\n"
            "    return ds\n",
            title="random, but one after the other; an option",
        ),
        Example(
            "import tensorflow as tf\n"
            "def read(ds, kind):\n"
            "    if kind == 'photos':\n"
            "        def prepare(x):\n"
            "            return x + tf.random.uniform([])\n"
            "        return ds.map(prepare)\n"
            "    else:\n"
            "        def prepare(x):\n"
            "            return x / 255\n"
            "        return ds.map(prepare, num_parallel_calls=4)\n",
            title="another function of the same name, in the branch that does not run",
        ),
        Example(
            "import tensorflow as tf\n"
            "from acme import datasets\n"
            "def replayed(client, prepare):\n"
            "    ds = datasets.make_reverb_dataset(client)\n"
            "    return ds.map(prepare, num_parallel_calls=4, deterministic=False)\n",
            title="a replay buffer, which has no order that could be kept",
        ),
        Example(
            "import tensorflow as tf\n"
            "def read(name):\n"
            "    def cut(row):\n"
            "        return tf.data.Dataset.from_tensor_slices(tf.random.shuffle(row, seed=3))\n"
            "    return tf.data.TFRecordDataset(name).interleave(cut, cycle_length=1)\n"
            "ds = tf.data.Dataset.list_files('*.rec', seed=1)\n"
            "ds = ds.interleave(read, num_parallel_calls=8)\n",
            title="drawn within each file, one row after the other",
        ),
    )

    def collect_file(self, file: File) -> Iterator[Any]:
        loose: set[ast.AST | None] = set()
        for node, draws, finding in self._found(file):
            if not draws:
                # Stages in one statement that all let the order go are one decision.
                statement = file.enclosing_statement(node)
                if statement in loose:
                    continue
                loose.add(statement)
            owner, method = owner_of(file, node), own_method_of(file, node)
            drawn = [[awaited(file, at) for at in draw] for draw in draws]
            yield owner, method, awaited(file, node), drawn, finding

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        uses, choices = uses_of(project), choices_of(project)

        def are_made(waits: Sequence[Any]) -> bool:
            return all(choices.is_made(Choice.of(each)) for each in waits)

        for owner, method, waits, drawn, finding in facts:
            is_idle = (
                uses.is_idle(finding.place.path, owner, method)
                or not choices.is_made(Choice.of(waits))
                or (drawn and not any(are_made(draw) for draw in drawn))
            )
            yield finding.doubted(is_idle)

    def _found(self, file: File) -> Iterator[tuple[ast.AST, list[_Draw], Finding]]:
        """Yield what is wrong, with the draws that make it so, if draws do."""
        if is_test_path(file.path) or "tensorflow" not in file.imported:
            return
        for node in file.nodes.of(ast.Call, ast.Assign):
            match node:
                case ast.Call(func=ast.Attribute(attr=attr)) if attr in _STAGES:
                    for draws, finding in self._stage(file, node):
                        yield node, draws, finding
                case ast.Assign(
                    targets=[ast.Attribute(attr=attr)], value=ast.Constant(value=False)
                ):
                    if (
                        "deterministic" in attr
                        and _is_options(file, node.targets[0])
                        and not _is_asked_for(file, node)
                    ):
                        yield (
                            node,
                            [],
                            self.finding(
                                file.place(node),
                                f"options.{attr} = False: elements come in no fixed order",
                                help="leave the option alone, or make it depend on an argument",
                            ),
                        )
                case _:
                    pass

    def _stage(self, file: File, call: ast.Call) -> Iterator[tuple[list[_Draw], Finding]]:
        if _is_fed_live(file, call):
            return
        keywords = {keyword.arg: keyword.value for keyword in call.keywords}
        loose = keywords.get("deterministic")
        if isinstance(loose, ast.Constant) and loose.value is False:
            yield (
                [],
                self.finding(
                    file.place(call),
                    "deterministic=False: elements come in no fixed order",
                    help="leave it out: the order of the input is kept then",
                ),
            )
            return
        parallel = keywords.get("num_parallel_calls")
        if parallel is None or (isinstance(parallel, ast.Constant) and parallel.value in {None, 1}):
            return
        function = call.args[0] if call.args else keywords.get("map_func")
        if function is None:
            return
        draws = list(_random_in(file, function))
        if isinstance(call.func, ast.Attribute) and call.func.attr == "interleave":
            # A dataset that is made for each element draws when it is read, one after the other.
            draws = [draw for draw in draws if not _is_in_serial_stage(file, draw[-1])]
        if draws:
            yield (
                draws,
                self.finding(
                    file.place(call),
                    "this map runs in parallel and its function draws random numbers: which "
                    "element gets which number differs from run to run",
                    help="use stateless operations with a seed for each element",
                    evidence=(Evidence(file.place(draws[0][0]), "drawn here"),),
                    confidence=Confidence.HIGH,
                ),
            )


def _is_asked_for(file: File, node: ast.AST) -> bool:
    """`if not deterministic: options.deterministic = False`."""
    for at in file.ancestors(node):
        if isinstance(at, ast.FunctionDef):
            return False
        if isinstance(at, ast.If) and "determinis" in ast.unparse(at.test).lower():
            return True
    return False


def _is_fed_live(file: File, stage: ast.Call) -> bool:
    """Whether a stage reads a replay buffer that actors fill meanwhile: no order is fixed there."""
    around = [at for at in file.ancestors(stage) if isinstance(at, ast.FunctionDef)]
    if around and "reverb." in file.text(around[-1]):
        return True
    scope = file.scope_of(stage)
    for name in file.nodes.of(ast.Name, under=stage.func):
        found = scope.lookup(name.id)
        for binding in found[1] if found is not None else []:
            made = binding.value
            if isinstance(made, ast.Call) and "reverb" in (file.dotted(made.func, scope) or ""):
                return True
    return False


def _is_options(file: File, target: ast.expr) -> bool:
    assert isinstance(target, ast.Attribute)
    origin = file.names.origin(target.value, file.scope_of(target)) or ""
    holder = target.value.id if isinstance(target.value, ast.Name) else ""
    return origin.endswith("data.Options") or "option" in holder.lower()


def _is_random_layer(file: File, called: ast.Name, body: ast.AST) -> bool:
    """Whether a name is a random Keras layer, or runs over a list that holds one."""
    for loop in file.nodes.of(ast.For, under=body):
        if isinstance(loop.target, ast.Name) and loop.target.id == called.id:
            lists = [loop.iter]
            if isinstance(loop.iter, ast.Name):
                lists = [
                    each.value
                    for each in file.nodes.of(ast.Assign)
                    if isinstance(each.targets[0], ast.Name) and each.targets[0].id == loop.iter.id
                ]
            return any(
                _makes_random_layer(file, element)
                for each in lists
                if isinstance(each, (ast.List, ast.Tuple))
                for element in each.elts
            )
    origin = file.names.origin(called, file.scope_of(called)) or ""
    return bool(_RANDOM_LAYER.search(origin))


def _makes_random_layer(file: File, node: ast.expr) -> bool:
    name = file.dotted(node.func, file.scope_of(node)) if isinstance(node, ast.Call) else None
    return name is not None and bool(_RANDOM_LAYER.search(name))


_RANDOM_LAYER = regex(r"^(tensorflow\.|tf_)?keras\.(\w+\.)*layers\.(\w+\.)*Random[A-Z]")


def _definition(file: File, used: ast.Name) -> ast.FunctionDef | None:
    """Return the function that a name stands for: the last one before it on the way to it."""
    named = [node for node in file.nodes.of(ast.FunctionDef) if node.name == used.id]
    before = [
        node
        for node in named
        if node.lineno < used.lineno
        and not is_elsewhere(file, node, used)
        and file.enclosing_function(node) in {None, *file.ancestors(used)}
    ]
    return before[-1] if before else next(iter(named), None)


def _random_in(file: File, function: ast.expr, depth: int = 0) -> Iterator[_Draw]:
    """Yield what draws from a stateful stream in a mapped function, two calls deep."""
    body: ast.AST | None = function if isinstance(function, ast.Lambda) else None
    if isinstance(function, ast.Name):
        body = _definition(file, function)
    if body is None or depth > 2:
        return
    for node in file.nodes.of(ast.Call, under=body):
        name = plain_name(file.dotted(node.func, file.scope_of(node)) or "")
        is_stateful = name.startswith(_STATEFUL) and ".stateless_" not in name
        is_stateful = is_stateful and not name.startswith(_STATELESS)
        if is_stateful or (
            isinstance(node.func, ast.Name) and _is_random_layer(file, node.func, body)
        ):
            yield (node,)
        elif isinstance(node.func, ast.Name):
            yield from ((node, *inner) for inner in _random_in(file, node.func, depth + 1))


def _is_in_serial_stage(file: File, draw: ast.AST) -> bool:
    """Whether a draw stands in a function that a dataset maps one element after the other."""
    for at in file.ancestors(draw):
        used: list[ast.expr]
        match at:
            case ast.FunctionDef(name=name):
                used = [node for node in file.nodes.of(ast.Name) if node.id == name]
            case ast.Lambda():
                used = [at]
            case _:
                continue
        if any(_is_given_to_serial_stage(file, node) for node in used):
            return True
    return False


def _is_given_to_serial_stage(file: File, function: ast.expr) -> bool:
    match file.parents.get(function):
        case ast.Call(func=ast.Attribute(attr=attr), args=[first, *_], keywords=keywords):
            is_parallel = any(keyword.arg == "num_parallel_calls" for keyword in keywords)
            return attr in _STAGES and first is function and not is_parallel
        case _:
            return False
