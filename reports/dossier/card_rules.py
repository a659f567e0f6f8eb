"""What the Hub asks of a model card's front matter, checked offline.

After modelcard.md and docs/hub of huggingface/hub-docs. Whether a name exists is not looked up.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, cast

from ...auditor.dossier.card import Card
from ...auditor.regex import regex

#: Key -> whether a text, a list of texts, or either is expected.
_KINDS: dict[str, str] = {
    "license": "either",
    "license_name": "text",
    "license_link": "text",
    "library_name": "text",
    "pipeline_tag": "text",
    "model_name": "text",
    "thumbnail": "text",
    "new_version": "text",
    "base_model_relation": "text",
    "language": "either",
    "base_model": "either",
    "tags": "list",
    "buckets": "list",
    "datasets": "either",
    "metrics": "either",
}
_RELATIONS = frozenset(("adapter", "merge", "quantized", "finetune"))
#: ISO 639-1 to 639-3, with a script or region, or one of two words.
_LANGUAGE = regex(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*|code|multilingual")
#: Names on the Hub: `owner/name`, or `name` of the old ones.
_NAME = regex(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?")
_KEY = regex(r"(?m)^([A-Za-z_][\w-]*):")


@cache
def hub_licences() -> frozenset[str]:
    """Return the licence identifiers that the Hub knows."""
    text = files(__name__.rpartition(".")[0]).joinpath("hub.json").read_text("utf-8")
    return frozenset(json.loads(text)["licenses"])


def card_problems(text: str) -> list[str]:
    """Return what the Hub would refuse in a card's front matter, one line each."""
    card = Card("README.md", text)
    if not card.front_end:
        return ["no front matter" if not text.startswith("---\n") else "front matter has no end"]
    if not card.metadata and card.front_end > 2:
        return ["the front matter is not a YAML mapping"]
    head = "\n".join(card.lines[1 : card.front_end - 1])
    twice = [key for key, count in Counter(_KEY.findall(head)).items() if count > 1]
    return [*(f"`{key}` is given twice" for key in twice), *_problems(card.metadata)]


def _problems(metadata: Mapping[str, Any]) -> Iterator[str]:
    for key, kind in _KINDS.items():
        value = metadata.get(key)
        if value is None:
            continue
        is_text = isinstance(value, str)
        is_list = isinstance(value, list) and all(
            isinstance(item, str) for item in cast(list[Any], value)
        )
        if not (is_text if kind == "text" else is_list if kind == "list" else is_text or is_list):
            wanted = {"text": "text", "list": "a list of texts", "either": "text or a list"}[kind]
            yield f"`{key}` must be {wanted}"
    yield from _licence_problems(metadata)
    for language in _texts(metadata.get("language")):
        if not _LANGUAGE.fullmatch(language):
            yield f"`language` is an ISO 639 code, not {language!r}"
    for key in ("base_model", "datasets", "new_version"):
        for name in _texts(metadata.get(key)):
            if not _NAME.fullmatch(name):
                yield f"`{key}` holds a name on the Hub, not {name!r}"
    yield from _emission_problems(metadata.get("co2_eq_emissions"))
    relation = metadata.get("base_model_relation")
    if relation is not None and relation not in _RELATIONS:
        yield f"`base_model_relation` is one of {', '.join(sorted(_RELATIONS))}"
    if (index := metadata.get("model-index")) is not None:
        yield from _index_problems(index)


def _texts(value: Any) -> list[str]:
    values = cast(list[Any], value) if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, str)]


def _licence_problems(metadata: Mapping[str, Any]) -> Iterator[str]:
    licences = _texts(metadata.get("license"))
    for licence in licences:
        if licence not in hub_licences():
            yield f"`license` is an identifier that the Hub knows, or `other`; not {licence!r}"
    if "other" in licences and not metadata.get("license_name"):
        yield "`license: other` needs `license_name`"
    link = metadata.get("license_link")
    if isinstance(link, str) and link not in {"LICENSE", "LICENSE.md"}:
        if not link.startswith(("http://", "https://")):
            yield "`license_link` is LICENSE, LICENSE.md or an address"


def _emission_problems(value: Any) -> Iterator[str]:
    emissions = cast("dict[str, Any]", value).get("emissions") if isinstance(value, dict) else value
    if value is not None and (
        isinstance(emissions, bool) or not isinstance(emissions, int | float)
    ):
        yield "`co2_eq_emissions` needs a number of grams, or `emissions` with one"


def _index_problems(index: Any) -> Iterator[str]:
    if not isinstance(index, list):
        yield "`model-index` must be a list"
        return
    for number, model in enumerate(cast(list[Any], index)):
        if not isinstance(model, dict) or not model.get("name"):  # pyright: ignore[reportUnknownMemberType]
            yield f"model-index[{number}] needs a name"
            continue
        for result in cast("dict[str, Any]", model).get("results") or ():
            yield from _result_problems(f"model-index[{number}]", result)


def _result_problems(where: str, result: Any) -> Iterator[str]:
    if not isinstance(result, dict):
        yield f"{where}: a result must be a mapping"
        return
    known = cast("dict[str, Any]", result)
    for path in ("task.type", "dataset.type", "dataset.name"):
        first, second = path.split(".")
        part: Any = known.get(first)
        if not isinstance(part, dict) or not cast("dict[str, Any]", part).get(second):
            yield f"{where}: a result needs {path}"
    source: Any = known.get("source")
    if source is not None and not (
        isinstance(source, dict) and cast("dict[str, Any]", source).get("url")
    ):
        yield f"{where}: a source needs a url"
    metrics: Any = known.get("metrics")
    if not isinstance(metrics, list) or not metrics:
        yield f"{where}: a result needs metrics"
        return
    for metric in cast(list[Any], metrics):
        if not isinstance(metric, dict) or not {"type", "value"} <= metric.keys():
            yield f"{where}: a metric needs type and value"
