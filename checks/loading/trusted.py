"""SAFE002: code from a hub is trusted and run."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...auditor.documents.requirement import is_full_hash
from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.finding import Confidence, Finding
from ...auditor.rule import FileRule
from ...auditor.scopes import Bound, Scope
from ..pins.hub import is_run_code

_WORDS = ("trust_remote_code", "trust_repo")
#: Keywords under which calls take the name of a repository.
_NAMES = frozenset(
    "pretrained_model_name_or_path model_name_or_path model_name model model_id repo_id "
    "repo_or_dir path".split()
)


class RemoteCodeTrusted(FileRule):
    """Code from a hub repository is trusted and run.

    ## What it does
    Reports `trust_remote_code=True` and `trust_repo=True`, written in a call or a dictionary of
    arguments, or as the default of an option; one finding a file and repository. A call that also
    fixes `revision` to a full commit hash is not reported (that code can be read before it is
    run), nor one that names a local path.

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
        Example(
            "def options(trust_remote_code=False):\n"
            "    if not trust_remote_code:\n        return {}\n"
            "    return dict(trust_remote_code=True)\n",
            path="shapes/options.py",
            title="the caller asks for it",
        ),
    )

    def check(self, file: File) -> Iterator[Finding]:
        if not is_run_code(file.path):
            return
        for call in file.nodes.of(ast.Call):
            for keyword in call.keywords:
                if keyword.arg in _WORDS and not _is_fixed(file, call):
                    name = _named(file, call)
                    if not _is_path(name):
                        yield from self._judge(file, keyword.value, keyword, name)
        for table in file.nodes.of(ast.Dict):
            for key, value in zip(table.keys, table.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in _WORDS:
                    yield from self._judge(file, value, key)

    def _judge(
        self, file: File, value: ast.expr, at: ast.keyword | ast.Constant, name: str = ""
    ) -> Iterator[Finding]:
        scope: Scope = file.scope_of(at)
        known = file.values.constant(value, scope)
        if known is None or known.value is not True or _is_asked_for(file, at, scope):
            return
        default = known.via in {"parameter", "option"}
        word = at.arg if isinstance(at, ast.keyword) else str(at.value)
        yield self.finding(
            file.place(at),
            f"{word} is True{' by default' if default else ''}: Python code from "
            f"{name or 'the repository'} on the hub is downloaded and run",
            help="use a class that the library ships, or fix revision to a full commit hash",
            confidence=Confidence.MEDIUM if default else Confidence.HIGH,
            subject=name or "whatever the caller names",
        )


def _named(file: File, call: ast.Call) -> str:
    """Return the repository or path that a call names itself; empty when the file does not say."""
    node = next((item.value for item in call.keywords if item.arg in _NAMES), None)
    if node is None and call.args:
        node = call.args[0]
    known = None if node is None else file.values.constant(node, file.scope_of(call))
    is_name = known is not None and known.via in {"literal", "name"}
    return known.value if known is not None and is_name and isinstance(known.value, str) else ""


def _is_asked_for(file: File, at: ast.AST, scope: Scope) -> bool:
    """Whether a caller decides: a parameter of that name, or a condition on one, stands around."""
    for word in _WORDS:
        found = scope.lookup(word)
        if found is not None and any(item.how is Bound.PARAMETER for item in found[1]):
            return True
    around = file.parents.get(at)
    while around is not None:
        if isinstance(around, (ast.If, ast.IfExp)) and any(
            getattr(node, "attr", getattr(node, "id", "")) in _WORDS
            for node in ast.walk(around.test)
        ):
            return True
        around = file.parents.get(around)
    return False


def _is_path(name: str) -> bool:
    """Whether the code lies at hand."""
    return name.startswith((".", "/", "~"))


def _is_fixed(file: File, call: ast.Call) -> bool:
    """Whether the call fixes a full commit hash, or names none because it loads no model."""
    for keyword in call.keywords:
        if keyword.arg in {"revision", "code_revision"}:
            known = file.values.constant(keyword.value, file.scope_of(call))
            if known is not None and isinstance(known.value, str) and is_full_hash(known.value):
                return True
    return False
