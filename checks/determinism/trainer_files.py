"""Switches that a Lightning trainer gets from a YAML file: OmegaConf, Hydra, LightningCLI."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from ...auditor.document import Document
from ...auditor.documents.structured import (
    MAX_STRUCTURED_BYTES,
    LineTable,
    Unreadable,
    array,
    check_size,
    line_of,
    read_yaml,
    table,
)
from ...auditor.project import Project
from ...auditor.regex import regex
from .settings import Switch, switches_of_argument

PATTERNS = ("*.yaml", "*.yml")
#: A trainer section: `trainer`, `pl_trainer`, `trainer_args`.
_TRAINER = regex(r"(^|_)trainer(_(args|kwargs|params|config|cfg))?$")
#: Arguments of Lightning's Trainer that no other trainer is known to have.
_ONLY_LIGHTNING = frozenset(
    """
    accumulate_grad_batches check_val_every_n_epoch val_check_interval num_sanity_val_steps
    limit_train_batches limit_val_batches limit_test_batches limit_predict_batches
    gradient_clip_algorithm reload_dataloaders_every_n_epochs use_distributed_sampler
    replace_sampler_ddp sync_batchnorm overfit_batches fast_dev_run enable_progress_bar
    enable_model_summary enable_checkpointing log_every_n_steps detect_anomaly
    auto_select_gpus auto_scale_batch_size progress_bar_refresh_rate weights_summary
    flush_logs_every_n_steps resume_from_checkpoint barebones inference_mode
    """.split()
)
#: Keys under which a configuration names the class that it is for.
_CLASS_KEYS = ("_target_", "class_path", "target")
_LIGHTNING = regex(
    r"^(pytorch_lightning|lightning(\.pytorch|\.fabric)?)\.(\w+\.)*(Trainer|Fabric)$"
)
_TRUE = frozenset({"true", "yes", "on"})


@dataclass(frozen=True, slots=True)
class TrainerSetting:
    """One line of a trainer section that sets a switch."""

    switch: Switch
    value: str
    effect: str | None
    line: int
    #: The keys that lead to it: `lightning.trainer.benchmark`.
    path: str


def trainer_settings(document: Document) -> tuple[tuple[TrainerSetting, ...], ...]:
    """Return the switches that each Lightning trainer section of a YAML file sets."""
    text = document.text
    if "benchmark" not in text and "deterministic" not in text:
        return ()
    try:
        check_size(document, MAX_STRUCTURED_BYTES)
        return _read(text)
    except (Unreadable, ValueError, yaml.YAMLError, RecursionError):
        return ()


@lru_cache(maxsize=4)
def _read(text: str) -> tuple[tuple[TrainerSetting, ...], ...]:
    sections = (
        section for value in read_yaml(text) for section in _sections(value, (), in_lightning=False)
    )
    return tuple(found for section in sections if (found := section))


def _sections(
    value: object, path: tuple[str, ...], *, in_lightning: bool
) -> Iterator[tuple[TrainerSetting, ...]]:
    for item in array(value):
        yield from _sections(item, path, in_lightning=False)
    if not isinstance(value, LineTable):
        return
    if _is_trainer(value, path, in_lightning=in_lightning):
        yield tuple(_settings(value, path))
    is_lightning = path[-1:] == ("lightning",)
    for key, inner in value.items():
        yield from _sections(inner, (*path, key), in_lightning=is_lightning)


def _is_trainer(section: LineTable, path: tuple[str, ...], *, in_lightning: bool) -> bool:
    """Whether a table holds the arguments of a Lightning trainer."""
    named = next((str(section[key]) for key in _CLASS_KEYS if key in section), None)
    if named is not None:
        return _LIGHTNING.match(named) is not None
    if not path or not _TRAINER.search(path[-1].lower()):
        return False
    return in_lightning or not _ONLY_LIGHTNING.isdisjoint(section)


def _settings(section: LineTable, path: tuple[str, ...]) -> Iterator[TrainerSetting]:
    arguments: dict[str, Any] = section
    if "class_path" in section:
        arguments = table(section.get("init_args"))
        path = (*path, "init_args")
    for switch in switches_of_argument("Trainer"):
        value = arguments.get(switch.keyword or "")
        if not isinstance(value, str):
            continue
        said = "true" if value.lower() in _TRUE else value.lower()
        yield TrainerSetting(
            switch,
            str(value),
            switch.values.get(said),
            line_of(value),
            ".".join((*path, switch.keyword or "")),
        )


def trainer_files_enable(project: Project) -> bool:
    """Whether a trainer section of the project switches determinism on."""
    return any(
        (setting.effect or "").startswith("deterministic")
        for path, document in project.documents.items()
        if path.endswith((".yaml", ".yml"))
        for section in trainer_settings(document)
        for setting in section
    )
