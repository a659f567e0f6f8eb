"""USE107: faces that are swapped, and the weights that do it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File, Site
from ...auditor.place import Place
from ...auditor.project import Project
from .evidence import CapabilityRule, Use, imported_roots, own_left_out, row

_WEIGHTS = frozenset(row("face-swap-deepfake")["weights"])
SWAP_WORDS = frozenset(name.removesuffix(".onnx") for name in _WEIGHTS)


def named_swaps(file: File) -> Iterator[tuple[Place, str]]:
    """Yield where a program names the weights of a face swap."""
    for node in file.nodes.of(ast.Constant):
        name = str(node.value).rsplit("/", 1)[-1] if isinstance(node.value, str) else ""
        if name in _WEIGHTS:
            yield (file.place(node), f"{name} is loaded|")


class FaceSwap(CapabilityRule):
    """Faces are swapped or reenacted, and nothing says how the output is marked.

    ## What it does
    Reports calls into roop and facefusion, the weights `inswapper_128.onnx` where a program that
    uses InsightFace names them or where they are shipped. Detecting deep fakes is not reported.

    ## Why is this bad?
    The people in the pictures did not say those words and were not in that place.

    ## References
    - https://artificialintelligenceact.eu/article/50/
    """

    code = "USE107"
    name = "face-swap-deepfake"
    capability = "face-swap-deepfake"
    calls = frozenset({"insightface.model_zoo.inswapper.INSwapper"})
    prefixes = tuple(row("face-swap-deepfake")["prefixes"])
    words = SWAP_WORDS | {"INSwapper", *row("face-swap-deepfake")["imports"]}
    bad = (
        Example(
            "import insightface as face\n"
            "swapper = face.model_zoo.get_model('models/inswapper_128.onnx')  # <-\n"
        ),
        Example("from facefusion import core\ncore.cli()  # <-\n"),
        Example(
            "MODEL = 'models/inswapper_128.onnx'  # <-\n",
            path="settings.py",
            files=(
                (
                    "swap.py",
                    "import insightface as f\nfrom settings import *\nf.get_model(MODEL)\n",
                ),
            ),
        ),
    )
    good = (
        Example(
            "import insightface\nnet = insightface.model_zoo.get_model('models/det_10g.onnx')\n"
        ),
        Example(
            "from roop import core\ncore.run()\n",
            files=(
                ("core.py", ""),
                ("roop/__init__.py", ""),
                ("roop/core.py", "def run(): pass\n"),
            ),
            title="a package of the project's own",
        ),
    )

    def called(self, site: Site) -> str | None:
        root = (site.name or "").split(".", 1)[0]
        return f"{site.name}() is called|{root}"

    def collect_file(self, file: File) -> Iterator[Any]:
        if is_test_path(file.path):
            return
        yield from named_swaps(file)

    def uses(self, project: Project, facts: Sequence[Any]) -> list[Use]:
        kept = own_left_out(project, facts)
        if "insightface" not in imported_roots(project):
            kept = [(place, note) for place, note in kept if not note.endswith("is loaded")]
        return super().uses(project, kept)
