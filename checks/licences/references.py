"""Models that code, configurations and scripts load, by exact id."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...auditor.document import Document
from ...auditor.entrypoints import is_test_path
from ...auditor.file import Site
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.regex import regex
from ..data.tables import base_model
from ..per_project import per_project

#: Call -> position and keywords of the model's id.
LOADERS: dict[str, tuple[int, tuple[str, ...]]] = {
    "transformers.pipeline": (1, ("model",)),
    "sentence_transformers.SentenceTransformer": (0, ("model_name_or_path",)),
    "sentence_transformers.CrossEncoder": (0, ("model_name", "model_name_or_path")),
    "vllm.LLM": (0, ("model",)),
    "huggingface_hub.snapshot_download": (0, ("repo_id",)),
    "huggingface_hub.hf_hub_download": (0, ("repo_id",)),
    "TTS.api.TTS": (0, ("model_name",)),
}
LOAD_METHODS = frozenset({"from_pretrained"})
_HUB_ID = regex(r"^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$")
_COQUI_ID = regex(r"^tts_models/[\w/-]+$")
_FILE_NAME = regex(r"\.(?:bin|pt|pth|json|ya?ml|txt|ckpt|onnx|py|csv|h5|safetensors)$", re.I)
_CONFIG_KEY = regex(
    r"(?:^|[\s,{(])[\"']?(model_name_or_path|base_model_name_or_path|base_model"
    r"|pretrained_model_name_or_path|pretrained_model_name|model_id)[\"']?\s*[:=]\s*"
    r"[\"']?([\w./-]+)[\"']?\s*,?\s*(?:#.*)?$"
)
_FLAG = regex(
    r"--(?:model[-_]name[-_]or[-_]path|base[-_]model|pretrained[-_]model[-_]name[-_]or[-_]path"
    r"|model[-_]name|model[-_]path|model[-_]id|model)[= ]+[\"']?([\w.-]+/[\w.-]+)[\"']?"
)
_CONFIGS = (".yaml", ".yml", ".json", ".toml", ".cfg", ".gin")
_SCRIPTS = (".sh", ".bash", ".slurm")
_GATE = regex(rb"model[-_]name|base[-_]model|model[-_]path|model[-_]id|--model")
_MAX_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class ModelReference:
    """A model that is loaded: its id, where, and how (`from_pretrained`, a key, a flag)."""

    id: str
    place: Place
    how: str


def is_model_id(text: str) -> bool:
    """Whether a text can only be the id of a model on a hub, not a path."""
    if _COQUI_ID.match(text):
        return True
    if _HUB_ID.match(text) and not _FILE_NAME.search(text):
        return True
    return "/" not in text and base_model(text) is not None


def collect_models(site: Site) -> Iterator[tuple[str, Place, str]]:
    """Yield (id, place, how) of the model that a call loads, when its id is known."""
    if is_test_path(site.file.path):
        return
    if site.last in LOAD_METHODS:
        if _loads_settings(site):
            return
        argument = site.argument(0, "pretrained_model_name_or_path", "model_id", "model_name")
        how = "from_pretrained"
    elif site.name in LOADERS:
        position, keywords = LOADERS[site.name]
        argument = site.argument(position, *keywords)
        how = site.last
        kind = site.constant(site.argument(None, "repo_type"))
        if kind is not None and kind.value == "dataset":
            return
    else:
        return
    constant = site.constant(argument)
    if constant is not None and isinstance(constant.value, str) and is_model_id(constant.value):
        yield constant.value, site.place, how


def _loads_settings(site: Site) -> bool:
    """Whether a call loads the settings of a model, as `AutoConfig` does, and no weights."""
    function = site.call.func
    owner = function.value if isinstance(function, ast.Attribute) else None
    written = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    resolved = (site.name or "").split(".")[-2:-1]
    return any(name.endswith(("Config", "Scheduler")) for name in (written, *resolved))


def references(facts: list[tuple[str, Place, str]], project: Project) -> list[ModelReference]:
    """Join what the workers collected with what configurations and scripts name."""
    in_code = [ModelReference(*fact) for fact in facts]
    return [*in_code, *_in_documents(project)]


@per_project
def _in_documents(project: Project) -> tuple[ModelReference, ...]:
    found: list[ModelReference] = []
    for path, document in project.documents.items():
        if not path.endswith((*_CONFIGS, *_SCRIPTS)) or is_test_path(path):
            continue
        if document.state.size > _MAX_BYTES or not _GATE.search(document.data):
            continue
        found += _in_document(document)
    return tuple(found)


def _in_document(document: Document) -> Iterator[ModelReference]:
    is_script = document.path.endswith(_SCRIPTS)
    for number, line in enumerate(document.lines, 1):
        if len(line) > 2000 or line.lstrip().startswith("#"):
            continue
        if is_script:
            for match in _FLAG.finditer(line):
                if is_model_id(match[1]):
                    yield ModelReference(match[1], document.place(number), "a flag")
        elif (key := _CONFIG_KEY.search(line)) and is_model_id(key[2]):
            yield ModelReference(key[2], document.place(number), f"`{key[1]}`")
