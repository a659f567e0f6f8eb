"""SAFE003: pickles that ship in the repository, looked at opcode by opcode and never loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ...auditor.document import Document
from ...auditor.example import Example
from ...auditor.finding import Confidence, Evidence, Finding, Severity
from ...auditor.pickles import PickleReport, inspect_pickle_file, is_pickle_like
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import DocumentRule
from ..pins.hub import is_run_code

_LFS = b"version https://git-lfs.github.com/spec/"
#: A protocol-0 pickle that a text example can hold: it would call `os.system`.
_SYSTEM = "cos  # <-\nsystem\n(S'echo run'\ntR."
_LIST = "(lp0  # <-\nI1\naI2\na."
#: Endings under which pickles ship; `.bin` and `.npy` are often something else.
_ALWAYS_PICKLES = regex(r"\.(pkl|pickle|joblib|pth|pt|ckpt|dill)$", re.I)


class PickledWeightsShipped(DocumentRule):
    """A pickle ships in the repository.

    ## What it does
    Reads the opcodes of `.pkl`, `.pt`, `.pth`, `.ckpt`, `.bin`, `.joblib`, `.npy` and `.npz` files
    (also inside their archives) without loading anything. An import with which the file could
    reach code, files, processes or the network is an error; any other pickle, and one that cannot
    be followed to its end, is a warning. Files that hold no pickle, and Git LFS pointers, are not
    reported.

    ## Why is this bad?
    Loading a pickle runs it as a program. Even a harmless one ties the weights to the versions of
    the libraries whose classes it names.

    ## Use instead
    safetensors for weights, NumPy arrays without pickles, Parquet or JSON for tables, skops for
    scikit-learn models.

    ## References
    https://docs.python.org/3/library/pickle.html
    https://huggingface.co/docs/hub/security-pickle
    """

    code = "SAFE003"
    name = "pickled-weights-shipped"
    patterns = (
        "*.pkl", "*.pickle", "*.pt", "*.pth", "*.ckpt", "*.bin", "*.joblib", "*.npy", "*.npz",
        "*.dill", "*.mar", "*.p",
    )  # fmt: skip
    bad = (
        Example("print(1)\n", files=(("weights.pkl", _SYSTEM),)),
        Example("print(1)\n", files=(("state.pickle", _LIST),)),
        Example(
            "print(1)\n",
            files=(("weights.pt", "PK\x03\x04 cut off  # <-\n"),),
            title="nobody can look into it",
        ),
    )
    good = (
        Example("print(1)\n", files=(("weights.bin", "plain text, no pickle at all\n"),)),
        Example(
            "print(1)\n",
            files=(
                (
                    "weights.pt",
                    "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
                ),
            ),
        ),
    )

    def check(self, document: Document, project: Project) -> Iterator[Finding]:
        path = Path(document.state.absolute)
        if document.state.size == 0 or _is_pointer(path):
            return
        report = inspect_pickle_file(path)
        if report.dangerous:
            yield self._dangerous(document, report)
        elif report.error is None and _is_pickle(document, report) and is_run_code(document.path):
            yield self._harmless(document, report)
        elif (
            report.error is not None and is_pickle_like(_head(path)) and is_run_code(document.path)
        ):
            yield self.finding(
                document.place(1, 1, 1),
                f"what loading this file runs cannot be told: {report.error}",
                help="do not load it before you know where it comes from; ship safetensors",
                confidence=Confidence.MEDIUM,
            )

    def _dangerous(self, document: Document, report: PickleReport) -> Finding:
        names = ", ".join(f"{module}.{name}" for module, name in report.dangerous[:6])
        return self.finding(
            document.place(1, 1, 1),
            f"loading this file reaches {names}",
            help="do not load it; find out where it comes from and replace it by safetensors",
            severity=Severity.ERROR,
            evidence=_evidence(document, report),
        )

    def _harmless(self, document: Document, report: PickleReport) -> Finding:
        named = sorted({module.split(".", 1)[0] for module, _ in report.globals})
        what = f"; it names objects of {', '.join(named[:5])}" if named else ""
        return self.finding(
            document.place(1, 1, 1),
            f"this is a pickle, which runs as a program when it is loaded{what}",
            help="ship safetensors, plain NumPy arrays or JSON instead",
            confidence=Confidence.MEDIUM,
            evidence=_evidence(document, report),
        )


def _is_pickle(document: Document, report: PickleReport) -> bool:
    return bool(report.globals) or bool(_ALWAYS_PICKLES.search(document.name))


def _evidence(document: Document, report: PickleReport) -> list[Evidence]:
    place = document.place(1, 1, 1)
    return [Evidence(place, f"imports {module}.{name}") for module, name in report.globals[:20]]


def _is_pointer(path: Path) -> bool:
    head = _head(path)
    return not head or head == _LFS


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(len(_LFS))
    except OSError:
        return b""
