"""Names on model hubs: which is a repository, which a local path, which revision is fixed."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from ...auditor.documents.requirement import is_full_hash
from ...auditor.documents.roles import is_development_folder
from ...auditor.file import Site
from ...auditor.regex import regex
from ...auditor.values import Constant
from .config_defaults import config_default
from .written import is_written_here

_REPOSITORY = regex(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_FILE_ENDING = regex(
    r"\.(pt|pth|bin|ckpt|safetensors|json|ya?ml|txt|csv|parquet|pkl|pickle|h5|keras|onnx|tflite"
    r"|model|gguf|zip|tar|gz|npz|npy|py|arrow|jsonl)$",
    re.I,
)
#: First parts of a path that a program wrote or unpacked, not owners on a hub.
_LOCAL_FOLDERS = frozenset(
    "models model output outputs checkpoint checkpoints ckpt ckpts result results data dataset "
    "datasets saved save saves saved_model saved_models run runs log logs tmp temp weights weight "
    "pretrained pretrain pretrained_models pretrained_model experiments experiment exp exps "
    "work_dirs work_dir lora loras adapters adapter local cache assets files content mnt home "
    "workspace path your username user trained trained_models finetuned fine_tuned artifacts "
    "artifact export exports exported build dist src resources static test tests hf_models my "
    "your-username your_username <your-username> org organization namespace example dir folder "
    "my_model path_to path-to hf_ckpt huggingface_models llm llms tokenizer "
    "tokenizers final_model".split()
)
#: Repositories of the hub without an owner, from the time before owners.
_BARE_MODELS = regex(
    r"(distil)?bert-(base|large)-[\w-]+|distilgpt2|gpt2(-medium|-large|-xl)?|openai-gpt|ctrl"
    r"|t5-(small|base|large|3b|11b)|(distil)?roberta-(base|large)([\w-]*)|albert-[\w-]+-v[12]"
    r"|xlnet-(base|large)-cased|xlm-[\w-]+|transfo-xl-wt103|camembert-base"
    r"|facebook-[\w-]+|bert-base-uncased"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A repository on a hub that a call loads."""

    name: str
    constant: Constant
    node: ast.expr

    @property
    def is_default(self) -> bool:
        """Whether it is a default that a caller may replace."""
        return self.constant.via in {"parameter", "option"}


def is_run_code(path: str) -> bool:
    """Whether a file is neither a test nor documentation."""
    name = path.rpartition("/")[2]
    if name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py":
        return False
    return not is_development_folder(path)


def repository(site: Site, node: ast.expr | None, *, bare: bool = True) -> Reference | None:
    """Return the repository that an expression names; None for local paths and unknown values.

    `bare` also takes names without an owner that are known to be repositories.
    """
    if node is None or (known := constant_or_default(site, node)) is None:
        return None
    value = known.value
    if not isinstance(value, str) or not is_repository(value, bare=bare):
        return None
    return None if is_written_here(site, value) else Reference(value, known, node)


def constant_or_default(site: Site, node: ast.expr | None) -> Constant | None:
    """Return what an expression is worth, through the defaults of configuration classes as well."""
    if node is None:
        return None
    return site.constant(node) or config_default(site, node)


def is_repository(name: str, *, bare: bool = True) -> bool:
    """Whether a text has the form of a repository and not that of a local path."""
    if _FILE_ENDING.search(name) or name.startswith((".", "/", "~")):
        return False
    if bare and _BARE_MODELS.fullmatch(name):
        return True
    owner = name.split("/", 1)[0]
    return bool(_REPOSITORY.fullmatch(name)) and owner.lower() not in _LOCAL_FOLDERS


@dataclass(frozen=True, slots=True)
class Revision:
    """What a call says of the revision. `state`: absent, moving, fixed or unknown."""

    state: str
    value: str = ""


def revision_of(site: Site, *keywords: str, position: int | None = None) -> Revision:
    """Return what a call says of the revision."""
    node = site.argument(position, *keywords)
    if node is None:
        spread = any(keyword.arg is None for keyword in site.call.keywords)
        return Revision("unknown" if spread else "absent")
    known = site.constant(node)
    if known is None or known.via in {"parameter", "option"}:
        return Revision("unknown")
    if known.value is None:
        return Revision("absent")
    if isinstance(known.value, str):
        fixed = is_full_hash(known.value)
        return Revision("fixed" if fixed else "moving", known.value)
    return Revision("unknown")


def is_true(site: Site, *keywords: str) -> bool:
    """Whether a keyword is plainly true."""
    known = site.constant(site.argument(None, *keywords))
    return known is not None and known.value is True and known.via in {"literal", "name"}


def why_not_fixed(revision: Revision) -> str:
    """Say what is missing."""
    if revision.state == "absent":
        return "without a revision, so it follows the main branch"
    value = revision.value
    if re.fullmatch(r"[0-9a-f]{5,39}", value):
        return f'at revision "{value}", a short hash, which is no pin'
    return f'at revision "{value}", a branch or tag that can move'
