"""ORDER006: tf.data shuffles and file listings without a seed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Confidence, Finding
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import Prediction, ProjectRule
from ..tensorflow_names import plain_name
from ..usage.branches import Choice, awaited, tests
from ..usage.choices import choices_of
from ..usage.reach import reach_of
from ..usage.uses import own_method_of, owner_of, uses_of

_CHAIN = frozenset(
    "batch prefetch map repeat shuffle cache take skip filter interleave padded_batch".split()
)
_SEEDS = regex(
    rb"random\.set_seed\(|set_random_seed\(|seed_everything\(|enable_op_determinism|\bset_seed\(|"
    # What an estimator is given for its graph.
    rb"\btf_random_seed\s*=\s*(?!None\b)"
)


class UnseededShuffle(ProjectRule):
    """A tf.data shuffle or file listing has no seed, and TensorFlow has none either.

    ## What it does
    Reports `Dataset.shuffle` without `seed`, and `Dataset.list_files` without `seed` and without
    `shuffle=False`, in projects in which nothing seeds TensorFlow.

    ## Why is this bad?
    `list_files` shuffles by default. Without a seed the order of the examples, and with `take` and
    `skip` the split itself, is another in each run.

    ## Use instead
    `ds.shuffle(1000, seed=args.seed)`, `list_files(pattern, shuffle=False)`, and
    `keras.utils.set_random_seed(seed)` at the start.
    """

    code = "ORDER006"
    name = "unseeded-shuffle"
    frameworks = ("tensorflow",)
    methods = frozenset({"shuffle", "list_files"})
    words = frozenset({"list_files", "tensorflow"})
    predicts = (Prediction("unseeded-rng", "tensorflow"), Prediction("file-order"))
    bad = (
        Example(
            "import tensorflow as tf\n"
            "files = tf.data.Dataset.list_files('train/*.tfrecord')  # <-\n"
            "ds = tf.data.TFRecordDataset(files).shuffle(1000).batch(32)  # <-\n",
        ),
        Example(
            "from tensorflow.data import Dataset as Data\n"
            "def pipeline(x, y):\n"
            "    return Data.from_tensor_slices((x, y)).shuffle(len(x)).batch(8)  # <-\n",
            title="an alias, as in notebooks",
        ),
        Example(
            "import tensorflow as tf\n"
            "def read(builder, options, training):\n"
            "    dataset = builder.as_dataset(split='train')\n"
            "    if training:\n"
            "        dataset = dataset.with_options(options)\n"
            "        dataset = dataset.shuffle(50 * 128)  # <-\n"
            "    return dataset\n",
            title="from a builder (contrastive learning)",
        ),
        Example(
            "import tensorflow.compat.v1 as tf\n"
            "def with_noise(ds, noise):\n"
            "    ds = ds.flat_map(lambda x: x)\n"
            "    ds = ds.map(noise, num_parallel_calls=8)\n"
            "    ds = ds.shuffle(10000)  # <-\n"
            "    return ds\n"
            "def frames(values):\n"
            "    dataset = tf.data.Dataset.from_tensor_slices(values)\n"
            "    return dataset.cache().shuffle(400, seed=None)  # <-\n",
            title="a parameter that is used as a dataset; the old names (simulations of particles)",
        ),
        Example(
            "import tensorflow as tf\n"
            "class Source:\n"
            "    def train(self, augment):\n"
            "        ds = self._train_ds.shuffle(50000)  # <-\n"
            "        ds = ds.map(augment, num_parallel_calls=4)\n"
            "        return ds.batch(32)\n"
            "def parts(test_ds):\n"
            "    return test_ds.shuffle(99).prefetch(1).take(5)  # <-\n",
            title="an attribute, by what is asked of it afterwards; a random part of a test set",
        ),
    )
    good = (
        Example(
            "import tensorflow as tf\n"
            "files = tf.data.Dataset.list_files('train/*.tfrecord', shuffle=False)\n"
            "ds = tf.data.TFRecordDataset(files).shuffle(1000, seed=7).batch(32)\n",
        ),
        Example(
            "import tensorflow as tf\n"
            "import random\n"
            "tf.random.set_seed(0)\n"
            "ds = tf.data.Dataset.range(5).shuffle(5)\n"
            "names = ['a', 'b']\n"
            "random.shuffle(names)\n",
            title="seeded as a whole",
        ),
        Example(
            "import tensorflow as tf\n"
            "def deal(cards, table):\n"
            "    cards = cards.map(table)\n"
            "    cards.shuffle(52)\n"
            "    return tf.constant(cards.top)\n",
            title="something else that can be shuffled",
        ),
        Example(
            "import tensorflow as tf\n"
            "ds_val = tf.data.Dataset.range(9)\n"
            "ds_val = ds_val.shuffle(9).batch(3)\n",
            title="a whole evaluation set",
        ),
        Example(
            "import tensorflow as tf\n"
            "class Frames:\n"
            "    def shuffle(self):\n"
            "        self.order = self.order[::-1]\n"
            "def read(root):\n"
            "    ds = Frames(root)\n"
            "    ds.shuffle()\n"
            "    ds = tf.data.Dataset.from_generator(ds, output_types=tf.uint8)\n"
            "    return ds.shuffle(1).prefetch(1)\n",
            title="a method of the project's own; a buffer of one, which keeps the order",
        ),
        Example(
            "import tensorflow as tf\n"
            "def read(x):\n"
            "    return tf.data.Dataset.from_tensor_slices(x).shuffle(99)\n"
            "config = tf.estimator.RunConfig('runs', tf_random_seed=4)\n",
            title="the graph is seeded by the estimator",
        ),
    )

    def collect(self, site: Site) -> Iterator[Any]:
        if is_test_path(site.file.path) or "tensorflow" not in site.file.imported:
            return
        if site.spreads or _is_given(site, site.argument(1 + (site.last != "shuffle"), "seed")):
            return
        if site.last == "list_files":
            shuffled = site.constant(site.argument(1, "shuffle"))
            if shuffled is None and site.argument(1, "shuffle") is not None:
                return
            if shuffled is not None and shuffled.value is False:
                return
            if (site.name or "tf.data.").endswith("data.Dataset.list_files"):
                yield self._fact(site, "list_files() shuffles")
        elif site.receiver is not None and _is_dataset(site, site.receiver):
            if _EVALUATES.search(site.file.text(site.receiver).lower()) and not _is_cut(site):
                return
            size = site.argument(0, "buffer_size")
            if size is None or (isinstance(size, ast.Constant) and size.value == 1):
                # tf.data asks for a size, which the project's own classes do not; one keeps order.
                return
            yield self._fact(site, "shuffle() has no seed")

    @staticmethod
    def _fact(site: Site, what: str) -> tuple[Any, ...]:
        file, node = site.file, site.node
        method = own_method_of(file, node)
        return (
            site.place,
            what,
            owner_of(file, node),
            method,
            awaited(file, node),
            _had_none(site),
        )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        if not facts:
            return
        reach, choices, uses = reach_of(project), choices_of(project), uses_of(project)
        for place, what, owner, method, waits, had_none in facts:
            asked = Choice.of(waits)
            if asked is not None and not (
                choices.is_asked_for(asked) if asked.has_default else choices.is_made(asked)
            ):
                continue
            entries = reach.entries(place.path)
            unseeded = [e for e in entries if not reach.holds(_SEEDS, reach.closure(e))]
            own = [entry for entry in unseeded if entry.path == place.path]
            if entries and not own and len(unseeded) < len(entries):
                # Whether the unseeded program comes here is not known.
                continue
            if not entries and reach.holds(_SEEDS):
                continue
            # The program that calls the function says more than one that merely imports the same
            # file, and so does the one that trains.
            callers = uses.readers(place.path, owner)
            unseeded.sort(
                key=lambda e: (
                    callers.isdisjoint(reach.closure(e)),
                    not reach.holds(_TRAINS, frozenset({e.path})),
                )
            )
            by = unseeded[0].path if unseeded else "this project"
            is_idle = uses.is_idle(place.path, owner, method)
            yield self.finding(
                place,
                f"{what}, and nothing in {by} seeds TensorFlow: the order is another in each run",
                help="pass seed=, or call keras.utils.set_random_seed(seed) at the start",
                stream="tensorflow",
                entry_point=unseeded[0].path if unseeded else None,
                confidence=Confidence.LOW if is_idle or had_none else None,
            )


_TRAINS = regex(rb"\.fit\(|GradientTape|\.minimize\(|(^|[^a-z_])train\w*\(", re.M)
#: Methods that tf.data's datasets and their builders have, and no other that is known.
_ONLY_DATASETS = frozenset({"as_dataset", "with_options", "interleave", "padded_batch", "prefetch"})
_MAKERS = ("tensorflow.data.", "tensorflow_datasets.load")


def _had_none(site: Site) -> bool:
    """`if seed: ds.shuffle(n, seed=seed)`, `else: ds.shuffle(n)`: whether a seed could be given."""
    return any(
        not holds and isinstance(test, ast.Name) and "seed" in test.id.lower()
        for test, holds in tests(site.file, site.node)
    )


def _is_given(site: Site, seed: ast.expr | None) -> bool:
    """Whether a seed is given; `seed=None` is none."""
    return seed is not None and not (isinstance(seed, ast.Constant) and seed.value is None)


def _is_only_of_datasets(node: ast.expr) -> bool:
    """`x.prefetch(1)`, `x.map(f, num_parallel_calls=4)`: a call that only a dataset understands."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (
            node.func.attr in _ONLY_DATASETS
            or (
                node.func.attr == "map"
                and any(keyword.arg == "num_parallel_calls" for keyword in node.keywords)
            )
        )
    )


#: A whole evaluation set gives the same measure in any order.
_EVALUATES = regex(r"(^|[._])(x?val|valid\w*|tests?|eval\w*)(_|$|\.)|_(val|test)_?(ds|db|set)?$")


def _is_cut(site: Site) -> bool:
    """Whether a part is taken of what is shuffled."""
    return any(
        isinstance(node, ast.Attribute) and node.attr in {"take", "skip"}
        for node in ast.walk(site.statement)
    )


def _is_used_as_dataset(site: Site, receiver: ast.expr) -> bool:
    """Whether the receiver, or what the result is called, is used as only a dataset can be."""
    parent = site.parent
    targets = parent.targets if isinstance(parent, ast.Assign) else []
    names = {node.id for node in (receiver, *targets) if isinstance(node, ast.Name)}
    return any(
        isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in names
        and _is_only_of_datasets(call)
        for call in site.file.nodes.of(ast.Call, under=site.scope.node)
    )


def _is_dataset(site: Site, node: ast.expr, depth: int = 0) -> bool:
    """Whether a receiver is visibly a tf.data dataset: made by tf.data, or used as one."""
    at = node
    while isinstance(at, ast.Call) and isinstance(at.func, ast.Attribute):
        if plain_name(site.dotted(at.func) or "").startswith(_MAKERS):
            return True
        at = at.func.value
    if isinstance(at, ast.Name) and depth < 3:
        found = site.scope.lookup(at.id)
        values = [b.value for b in found[1] if b.value is not None] if found is not None else []
        if any(_is_only_of_datasets(value) for value in values):
            return True
        if any(_is_dataset(site, v, depth + 1) for v in values if v is not node):
            return True
    if depth == 0 and "torch" not in site.file.imported and _is_used_as_dataset(site, at):
        return True
    parent = site.parent
    if depth == 0 and isinstance(parent, ast.Attribute) and parent.attr in _CHAIN:
        return "torch" not in site.file.imported and "datasets" not in site.file.imported
    return False
