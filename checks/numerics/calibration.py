"""NUM005: samples that calibrate a quantized model and that nothing seeds."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.finding import Evidence, Finding
from ...auditor.nodes import last_name
from ...auditor.rule import FileRule, Prediction
from ...auditor.scopes import Bound
from ..ordering.sinks import DRAWS, NOT_DRAWS


class UnseededCalibration(FileRule):
    """A quantized model is calibrated with random data that nothing seeds.

    ## What it does
    Reports a `representative_dataset` of a TFLite converter, and a calibration reader of ONNX
    Runtime, whose code draws from `random`, `numpy.random` or `tf.random`, shuffles, or goes over a
    `DataLoader` that does, in a file that seeds none of them.

    ## Why is this bad?
    The scales of the quantized weights and activations come from these samples: each conversion
    gives another model, and its accuracy was measured on a different one.

    ## Use instead
    A fixed list of samples, or a seeded generator: `np.random.default_rng(0)`.
    """

    code = "NUM005"
    name = "unseeded-calibration"
    words = frozenset({"representative_dataset", "CalibrationDataReader"})
    predicts = (Prediction("unseeded-rng", "numpy"),)
    bad = (
        Example(
            "import numpy as np\n"
            "import tensorflow as tf\n"
            "def samples():\n"
            "    for _ in range(100):\n"
            "        yield [np.random.rand(1, 224, 224, 3).astype('float32')]\n"
            "converter = tf.lite.TFLiteConverter.from_saved_model('model')\n"
            "converter.representative_dataset = samples  # <-\n",
        ),
        Example(
            "import random as chance\n"
            "from onnxruntime.quantization import CalibrationDataReader as Reader\n"
            "class Images(Reader):  # <-\n"
            "    def __init__(self, paths):\n"
            "        self.paths = iter(chance.sample(paths, 100))\n"
            "    def get_next(self):\n"
            "        return next(self.paths, None)\n",
            title="a reader of ONNX Runtime; an alias",
        ),
        Example(
            "import tensorflow as tf\n"
            "from torch.utils.data import DataLoader\n"
            "def convert(session, loader, count):\n"
            "    def samples():\n"
            "        for number, (image, _) in enumerate(loader):\n"
            "            if number == count:\n"
            "                break\n"
            "            yield [image.numpy()]\n"
            "    converter = tf.lite.TFLiteConverter.from_session(session, [], [])\n"
            "    converter.representative_dataset = samples  # <-\n"
            "def main(session, photos):\n"
            "    loader = DataLoader(photos, batch_size=1, shuffle=True)\n"
            "    convert(session, loader, count=500)\n",
            title="the first images of a shuffled loader (networks for microcontrollers)",
        ),
    )
    good = (
        Example(
            "import numpy as np\n"
            "import tensorflow as tf\n"
            "rng = np.random.default_rng(0)\n"
            "def samples():\n"
            "    for _ in range(100):\n"
            "        yield [rng.random((1, 224, 224, 3), dtype='float32')]\n"
            "converter = tf.lite.TFLiteConverter.from_saved_model('model')\n"
            "converter.representative_dataset = samples\n",
        ),
        Example(
            "import numpy as np\n"
            "import tensorflow as tf\n"
            "np.random.seed(0)\n"
            "def samples():\n"
            "    yield [np.random.rand(1, 8)]\n"
            "converter = tf.lite.TFLiteConverter.from_saved_model('model')\n"
            "converter.representative_dataset = samples\n",
        ),
    )

    def check(self, file: File) -> Iterator[Finding]:
        if is_test_path(file.path) or _seeds(file):
            return
        functions = {node.name: node for node in file.nodes.of(ast.FunctionDef)}
        for body, why in _calibrations(file, functions):
            draw = _draw(file, functions, body, 2) or _shuffled(file, body)
            if draw is not None:
                yield self.finding(
                    file.place(why),
                    "the samples that calibrate the quantized model are drawn unseeded",
                    help="take a fixed list of samples, or a seeded generator",
                    evidence=(Evidence(file.place(draw), "drawn here"),),
                    # Several conversions may take the samples of one draw.
                    subject=file.text(draw),
                )


def _draw(
    file: File, functions: Mapping[str, ast.FunctionDef], body: ast.AST, depth: int
) -> ast.Call | None:
    """Return the first draw, or shuffle without a seed, in this code or what it calls here."""
    for node in file.nodes.of(ast.Call, under=body):
        name = file.dotted(node.func, file.scope_of(node)) or ""
        if name.startswith(DRAWS) and name not in NOT_DRAWS:
            return node
        func = node.func
        if isinstance(func, ast.Attribute) and func.attr == "shuffle":
            seeded = any(keyword.arg == "seed" for keyword in node.keywords) or len(node.args) > 1
            if not seeded:
                return node
        inner = functions.get(func.id) if isinstance(func, ast.Name) else None
        if inner is not None and inner is not body and depth > 0:
            found = _draw(file, functions, inner, depth - 1)
            if found is not None:
                return found
    return None


#: Calls that hand on what they go over.
_GOES_OVER = frozenset({"enumerate", "iter", "tqdm", "islice", "zip"})


def _shuffled(file: File, body: ast.AST) -> ast.Call | None:
    """Return the shuffling loader that this code goes over."""
    loops: list[ast.For | ast.comprehension] = file.nodes.of(ast.For, ast.comprehension, under=body)
    for loop in loops:
        source = loop.iter
        while isinstance(source, ast.Call) and last_name(source.func) in _GOES_OVER and source.args:
            source = source.args[0]
        if (loader := _loader(file, source)) is not None:
            return loader
    return None


def _loader(file: File, node: ast.expr, depth: int = 0) -> ast.Call | None:
    """Follow a name to the `DataLoader(shuffle=True)` that it holds, through one parameter."""
    scope = file.scope_of(node)
    if isinstance(node, ast.Call):
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        shuffle = given.get("shuffle")
        is_loader = file.dotted(node.func, scope) == "torch.utils.data.DataLoader"
        is_on = isinstance(shuffle, ast.Constant) and shuffle.value is True
        return node if is_loader and is_on and "generator" not in given else None
    if not isinstance(node, ast.Name) or (found := scope.lookup(node.id)) is None or depth > 2:
        return None
    owner, bindings = found
    for binding in bindings:
        if binding.how is Bound.ASSIGNED and binding.value is not None:
            loader = _loader(file, binding.value, depth + 1)
        elif binding.how is Bound.PARAMETER:
            loader = _given(file, owner.node, node.id, depth)
        else:
            loader = None
        if loader is not None:
            return loader
    return None


def _given(file: File, function: ast.AST, name: str, depth: int) -> ast.Call | None:
    """Follow a parameter to what calls in this file give for it."""
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    names = [parameter.arg for parameter in function.args.args]
    for call in file.nodes.of(ast.Call):
        if last_name(call.func) != function.name:
            continue
        given = [keyword.value for keyword in call.keywords if keyword.arg == name]
        given += call.args[names.index(name) :][:1] if name in names else []
        for value in given[:1]:
            if (loader := _loader(file, value, depth + 1)) is not None:
                return loader
    return None


_SEEDERS = ("seed", "set_seed", "set_random_seed", "seed_everything", "manual_seed")


def _seeds(file: File) -> bool:
    return any(node.args and last_name(node.func) in _SEEDERS for node in file.nodes.of(ast.Call))


def _calibrations(
    file: File, functions: Mapping[str, ast.FunctionDef]
) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield the code that gives calibration samples, and what says so."""
    for node in file.nodes.of(ast.Assign, ast.ClassDef):
        match node:
            case ast.Assign(targets=[ast.Attribute(attr="representative_dataset")], value=value):
                inner = value.args[0] if isinstance(value, ast.Call) and value.args else value
                if isinstance(inner, ast.Call):
                    inner = inner.func
                name = inner.attr if isinstance(inner, ast.Attribute) else ""
                name = name or getattr(inner, "id", "")
                if isinstance(inner, ast.Lambda):
                    yield inner, node
                elif name in functions:
                    yield functions[name], node
            case ast.ClassDef(bases=bases):
                scope = file.scope_of(node)
                names = [file.dotted(base, scope) or "" for base in bases]
                if any(name.endswith("CalibrationDataReader") for name in names):
                    yield node, node
            case _:
                pass
