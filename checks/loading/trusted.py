"""SAFE002: code from a hub is trusted and run."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...auditor.documents.requirement import is_full_hash
from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.finding import Confidence, Finding
from ...auditor.rule import FileRule
from ...auditor.scopes import Scope
from ..pins.hub import is_run_code

_WORDS = ("trust_remote_code", "trust_repo")


class RemoteCodeTrusted(FileRule):
    """Code from a hub repository is trusted and run.

    ## What it does
    Reports `trust_remote_code=True` and `trust_repo=True`, written in a call or a dictionary of
    arguments, or as the default of an option. A call that also fixes `revision` to a full commit
    hash is not reported: that code can be read before it is run.

    ## Why is this bad?
    The repository's Python files are downloaded and imported with the user's rights. Without a
    fixed revision its owner, or whoever takes over the account, decides what they do.

    ## Use instead
    A model class that the library ships, or a full commit hash as `revision` and `code_revision`
    after reading the code at that commit.

    ## References
    https://huggingface.co/docs/transformers/models#custom-models
    """

    code = "SAFE002"
    name = "remote-code-trusted"
    words = frozenset(_WORDS)
    bad = (
        Example(
            "from transformers import AutoModel as Model\n"
            'model = Model.from_pretrained("lab/shape", trust_remote_code=True)  # <-\n'
        ),
        Example(
            'options = {"trust_remote_code": True, "device_map": "auto"}  # <-\n'
            "import transformers\n"
            'model = transformers.AutoModel.from_pretrained("lab/shape", **options)\n'
        ),
        Example(
            "from torch import hub\n"
            'net = hub.load("lab/shape:main", "net", trust_repo=True)  # <-\n'
        ),
    )
    good = (
        Example(
            "from transformers import AutoModel\n"
            'AutoModel.from_pretrained("lab/shape", trust_remote_code=False)\n'
            'AutoModel.from_pretrained("lab/shape", trust_remote_code=True,\n'
            '    revision="27dcfa74d334bc871f3234de431e71c6eeba5dd6")\n'
        ),
        Example(
            "from transformers import AutoModel\n\n\n"
            "def load(name, trust_remote_code=False):\n"
            "    return AutoModel.from_pretrained(name, trust_remote_code=trust_remote_code)\n",
            path="shapes/loading.py",
        ),
    )

    def check(self, file: File) -> Iterator[Finding]:
        if not is_run_code(file.path):
            return
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Call):
                for keyword in node.keywords:
                    if keyword.arg in _WORDS and not _is_fixed(file, node):
                        yield from self._judge(file, keyword.arg or "", keyword.value, keyword)
            elif isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value in _WORDS:
                        yield from self._judge(file, str(key.value), value, key)

    def _judge(self, file: File, name: str, value: ast.expr, at: ast.AST) -> Iterator[Finding]:
        scope: Scope = file.scope_of(at)
        known = file.values.constant(value, scope)
        if known is None or known.value is not True:
            return
        default = known.via in {"parameter", "option"}
        yield self.finding(
            file.place(at),
            f"{name} is True{' by default' if default else ''}: Python code from the repository on "
            "the hub is downloaded and run",
            help="use a class that the library ships, or fix revision to a full commit hash",
            confidence=Confidence.MEDIUM if default else Confidence.HIGH,
        )


def _is_fixed(file: File, call: ast.Call) -> bool:
    """Whether the call fixes a full commit hash, or names none because it loads no model."""
    for keyword in call.keywords:
        if keyword.arg in {"revision", "code_revision"}:
            known = file.values.constant(keyword.value, file.scope_of(call))
            if known is not None and isinstance(known.value, str) and is_full_hash(known.value):
                return True
    return False
