"""Addresses and handles that name a model on a hub: which of them can move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...auditor.documents.requirement import is_full_hash
from ...auditor.file import Site
from ...auditor.regex import regex
from ...auditor.values import Constant
from .hub import Revision, constant_or_default, revision_of, why_not_fixed

_HUB_FILE = regex(
    r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/([\w.-]+/[\w.-]+)/(?:blob|resolve|raw)/([^/]+)/"
)
_HUB_NAME = regex(r"(?:hf[-_]hub:|hf://)([\w.-]+/[\w.-]+?)(?:@([\w.-]+))?")
_KAGGLE_MODEL = regex(r"(?:kaggle://)?([\w-]+/[\w.-]+/\w+/[\w.-]+)")
_COMMIT = 'add revision="<full commit hash>" from the model\'s page'


@dataclass(frozen=True, slots=True)
class Moving:
    """A model whose content can change under the handle: its name, why, what to do."""

    name: str
    why: str
    help: str
    constant: Constant


def moving_handle(site: Site) -> Moving | None:
    """Return the model that a call names by a handle that can move."""
    read = _BY_NAME.get(site.name or "") or _BY_METHOD.get(site.last)
    if read is None:
        return None
    node = site.argument(0, *_KEYWORDS)
    known = constant_or_default(site, node)
    if known is None or not isinstance(known.value, str):
        return None
    return read(site, known, known.value)


def _single_file(site: Site, known: Constant, value: str) -> Moving | None:
    found = _HUB_FILE.match(value)
    if found is None or revision_of(site, "revision").state in {"fixed", "unknown"}:
        return None
    if is_full_hash(found[2]):
        return None
    why = why_not_fixed(Revision("moving", found[2]))
    return Moving(found[1], why, "put the full commit hash in the address for main", known)


def _hub_name(site: Site, known: Constant, value: str) -> Moving | None:
    found = _HUB_NAME.fullmatch(value)
    if found is None or is_full_hash(found[2] or ""):
        return None
    state = Revision("moving", found[2]) if found[2] else Revision("absent")
    return Moving(found[1], why_not_fixed(state), _help(site), known)


def _help(site: Site) -> str:
    if site.name == "timm.create_model":
        return "end the name with @<full commit hash>"
    return "download it with snapshot_download(…, revision=<full commit hash>) and name the folder"


def _timm(site: Site, known: Constant, value: str) -> Moving | None:
    pretrained = site.constant(site.argument(1, "pretrained"))
    if pretrained is None or pretrained.value is not True:
        return None
    if value.startswith(("hf_hub:", "hf-hub:")):
        return _hub_name(site, known, value)
    if "." in value or "/" in value or site.versions.exact("timm") is not None:
        return None
    return Moving(
        value,
        f"with the default weights of whatever timm is installed ({site.versions.say('timm')})",
        "name the weights after a dot, as timm.list_pretrained() shows them, or pin timm",
        known,
    )


def _preset(site: Site, known: Constant, value: str) -> Moving | None:
    if value.startswith("kaggle://"):
        return _kaggle(site, known, value)
    return _hub_name(site, known, value)


def _kaggle(site: Site, known: Constant, value: str) -> Moving | None:
    found = _KAGGLE_MODEL.fullmatch(value)
    if found is None:
        return None
    return Moving(found[1], "at its newest version", f'name the version: "{value}/N"', known)


_KEYWORDS = (
    "pretrained_model_link_or_path", "model_name", "handle", "preset", "model",
)  # fmt: skip
_Reader = Callable[[Site, Constant, str], Moving | None]
_BY_METHOD: dict[str, _Reader] = {"from_single_file": _single_file, "from_preset": _preset}
_BY_NAME: dict[str, _Reader] = {
    "timm.create_model": _timm,
    "kagglehub.model_download": _kaggle,
    **{
        f"open_clip.{name}": _hub_name
        for name in (
            *("create_model", "create_model_and_transforms", "create_model_from_pretrained"),
            "get_tokenizer",
        )
    },
}
HANDLE_CALLS = frozenset(_BY_NAME)
HANDLE_METHODS = frozenset(_BY_METHOD)
