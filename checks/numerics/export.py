"""NUM004: an export whose operators the installed release chooses."""

from __future__ import annotations

from collections.abc import Iterator

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Finding
from ...auditor.rule import Prediction, SiteRule

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
