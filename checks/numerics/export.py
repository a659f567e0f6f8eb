"""NUM004, NUM005: what changes when a model is exported or quantized."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File, Site
from ...auditor.finding import Evidence, Finding
from ...auditor.nodes import last_name
from ...auditor.rule import FileRule, Prediction, SiteRule
from ..ordering.sinks import DRAWS, NOT_DRAWS

#: Exporters -> (position, keywords) of the version of operators.
_EXPORTERS: dict[str, tuple[int | None, tuple[str, ...]]] = {
    "torch.onnx.export": (None, ("opset_version",)),
    "torch.onnx.utils.export": (None, ("opset_version",)),
    "tf2onnx.convert.from_keras": (2, ("opset",)),
    "tf2onnx.convert.from_function": (2, ("opset",)),
    "tf2onnx.convert.from_graph_def": (None, ("opset",)),
    "skl2onnx.convert_sklearn": (4, ("target_opset",)),
    "skl2onnx.to_onnx": (4, ("target_opset",)),
    "keras2onnx.convert_keras": (3, ("target_opset",)),
}


class UnpinnedOpset(SiteRule):
    """A model is exported to ONNX without saying which version of the operators.

    ## What it does
    Reports `torch.onnx.export`, `tf2onnx`, `skl2onnx` and `keras2onnx` conversions without an
    opset.

    ## Why is this bad?
    The exporter then takes the default of the installed release: after an upgrade the same script
    writes another graph, which another runtime may round differently or not read at all.

    ## Use instead
    `torch.onnx.export(model, args, path, opset_version=17)`.
    """

    code = "NUM004"
    name = "unpinned-opset"
    calls = frozenset(_EXPORTERS)
    predicts = (Prediction("environment"),)
    bad = (
        Example(
            "import torch\n"
            "def export(model, x):\n"
            "    torch.onnx.export(model, x, 'model.onnx', input_names=['x'])  # <-\n",
        ),
        Example(
            "from skl2onnx import convert_sklearn as convert\n"
            "def export(model, types):\n"
            "    return convert(model, initial_types=types)  # <-\n",
        ),
    )
    good = (
        Example(
            "import torch\n"
            "def export(model, x, opset):\n"
            "    torch.onnx.export(model, x, 'model.onnx', opset_version=17)\n"
            "    torch.onnx.export(model, x, 'other.onnx', opset_version=opset)\n",
        ),
        Example(
            "import torch\n"
            "def export(model, x, **options):\n"
            "    torch.onnx.export(model, x, 'model.onnx', **options)\n",
            title="options from the caller",
        ),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        if is_test_path(site.file.path) or site.name is None:
            return
        position, keywords = _EXPORTERS[site.name]
        given = site.argument(position, *keywords)
        if given is None and site.spreads:
            return
        known = site.constant(given)
        if given is not None and not (known is not None and known.value is None):
            return
        if known is not None and known.via == "parameter":
            return
        yield self.finding(
            site.place,
            f"{site.name}() without {keywords[0]}: the installed release chooses the operators",
            help=f"pass {keywords[0]}=",
        )


class UnseededCalibration(FileRule):
    """A quantized model is calibrated with random data that nothing seeds.

    ## What it does
    Reports a `representative_dataset` of a TFLite converter, and a calibration reader of ONNX
    Runtime, whose code draws from `random`, `numpy.random` or `tf.random`, or shuffles, in a file
    that seeds none of them.

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
            draw = _draw(file, functions, body, 2)
            if draw is not None:
                yield self.finding(
                    file.place(why),
                    "the samples that calibrate the quantized model are drawn unseeded",
                    help="take a fixed list of samples, or a seeded generator",
                    evidence=(Evidence(file.place(draw), "drawn here"),),
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
