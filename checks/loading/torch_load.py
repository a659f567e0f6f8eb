"""What `torch.load` and `load_state_dict_from_url` may execute, by arguments and version."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ...auditor.file import Site
from ...auditor.finding import Confidence

#: `torch.load` unpickles anything by default below this release; facts: load.weights_only.
SAFE_SINCE = "2.6"


@dataclass(frozen=True, slots=True)
class Unsafe:
    """Why a load executes what stands in the file, and what to write instead."""

    message: str
    help: str
    confidence: Confidence
    #: A keyword argument that mends the call, where one does.
    keyword: tuple[str, str] | None = None


_SAFE = ("weights_only", "True")


def unsafe_torch_load(site: Site) -> Unsafe | None:
    """Judge a call of `torch.load`."""
    module = site.argument(2, "pickle_module")
    node = site.argument(None, "weights_only")
    if node is None and any(keyword.arg is None for keyword in site.call.keywords):
        return None
    if node is not None:
        return _explicit(site, node)
    if module is not None and not (isinstance(module, ast.Constant) and module.value is None):
        return Unsafe(
            "torch.load with a pickle_module unpickles the file, which can run any code in it",
            "leave pickle_module out and pass weights_only=True",
            Confidence.HIGH,
        )
    if not site.versions.may_be_below("torch", SAFE_SINCE):
        return None
    declared = site.versions.get("torch")
    return Unsafe(
        "torch.load without weights_only=True runs any code in the file where torch is older than "
        f"{SAFE_SINCE} ({_version(site)})",
        f"pass weights_only=True, or require torch>={SAFE_SINCE}",
        Confidence.HIGH if declared is not None and declared.exact else Confidence.MEDIUM,
        _SAFE,
    )


def _version(site: Site) -> str:
    found = site.versions.get("torch")
    return "no torch version is declared" if found is None else site.versions.say("torch")


def _explicit(site: Site, node: ast.expr) -> Unsafe | None:
    known = site.constant(node)
    if known is None or known.via in {"parameter", "option"}:
        return None
    if known.value is False:
        return Unsafe(
            "torch.load(weights_only=False) runs any code that the file holds",
            "pass weights_only=True, with torch.serialization.add_safe_globals for own classes",
            Confidence.HIGH,
            _SAFE,
        )
    if known.value is True and _locked_below(site):
        return Unsafe(
            f"weights_only=True does not protect in {site.versions.say('torch')}: CVE-2025-32434",
            f"require torch>={SAFE_SINCE}",
            Confidence.MEDIUM,
        )
    return None


def _locked_below(site: Site) -> bool:
    exact = site.versions.exact("torch")
    return exact is not None and site.versions.may_be_below("torch", SAFE_SINCE)


def unsafe_state_dict_url(site: Site) -> Unsafe | None:
    """Judge a call of `torch.hub.load_state_dict_from_url` (`model_zoo.load_url` is the same)."""
    node = site.argument(6, "weights_only")
    known = site.constant(node)
    if node is not None and (known is None or known.value is not False):
        return None
    check = site.argument(4, "check_hash")
    checked = site.constant(check)
    if check is not None and (checked is None or checked.value is not False):
        return None
    if any(keyword.arg is None for keyword in site.call.keywords):
        return None
    return Unsafe(
        f"{site.last} unpickles what it downloads: weights_only is False by default here, also in "
        "torch 2.6 and later",
        "pass weights_only=True; check_hash=True as well where the file name holds a hash",
        Confidence.MEDIUM,
    )
