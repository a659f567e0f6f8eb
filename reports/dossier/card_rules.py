"""What the Hub asks of a model card's front matter, checked offline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from ...auditor.dossier.card import Card

#: Key -> whether a text, a list of texts, or either is expected.
_KINDS: dict[str, str] = {
    "license": "text",
    "license_name": "text",
    "license_link": "text",
    "library_name": "text",
    "pipeline_tag": "text",
    "thumbnail": "text",
    "new_version": "text",
    "base_model_relation": "text",
    "language": "either",
    "base_model": "either",
    "tags": "list",
    "datasets": "list",
    "metrics": "list",
}
_RELATIONS = frozenset(("adapter", "merge", "quantized", "finetune"))


def card_problems(text: str) -> list[str]:
    """Return what the Hub would refuse in a card's front matter, one line each."""
    card = Card("README.md", text)
    if not card.front_end:
        return ["no front matter" if not text.startswith("---\n") else "front matter has no end"]
    if not card.metadata and card.front_end > 2:
        return ["the front matter is not a YAML mapping"]
    return list(_problems(card.metadata))


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
    if metadata.get("license") == "other" and not metadata.get("license_name"):
        yield "`license: other` needs `license_name`"
    relation = metadata.get("base_model_relation")
    if relation is not None and relation not in _RELATIONS:
        yield f"`base_model_relation` is one of {', '.join(sorted(_RELATIONS))}"
    if (index := metadata.get("model-index")) is not None:
        yield from _index_problems(index)


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
    metrics: Any = known.get("metrics")
    if not isinstance(metrics, list) or not metrics:
        yield f"{where}: a result needs metrics"
        return
    for metric in cast(list[Any], metrics):
        if not isinstance(metric, dict) or not {"type", "value"} <= metric.keys():
            yield f"{where}: a metric needs type and value"
