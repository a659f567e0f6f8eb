"""Finds the evidence that is handed in or lies in `.fwaudit/`, and fits it to a folder."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from .exhibit import Exhibit, Unusable, read_exhibit
from .judgement import Presented

_GPUS = Path("/proc/driver/nvidia/gpus")


def present(root: Path, scans: Sequence[Path], verifications: Sequence[Path]) -> list[Presented]:
    """Return what is handed in; where nothing of a kind is, what lies in `.fwaudit/`."""
    found: list[Presented] = []
    for kind, given in (("scan", scans), ("verify", verifications)):
        paths = given or sorted((root / ".fwaudit").glob(f"{kind}*.json"))
        found += [_read(path, kind) for path in paths]
    return found


def _read(path: Path, kind: str) -> Presented:
    try:
        return Presented(path, kind, fitted(read_exhibit(path, kind)))
    except Unusable as error:
        return Presented(path, kind, None, str(error))


def newest(presented: Iterable[Presented], kind: str, tree: str) -> list[Exhibit]:
    """Return the readable evidence of a kind about this tree; else the one made last."""
    exhibits = [p.exhibit for p in presented if p.kind == kind and p.exhibit is not None]
    about = [exhibit for exhibit in exhibits if exhibit.tree == tree]
    if about or not exhibits:
        return about
    return [max(exhibits, key=lambda exhibit: str(exhibit.provenance.get("time")))]


def exhibit_of(document: Mapping[str, Any], name: str, kind: str) -> Exhibit:
    """Return evidence that was made just now and lies in no file yet."""
    text = json.dumps(document, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return fitted(Exhibit(Path(name), kind, dict(document), digest))


def fitted(exhibit: Exhibit) -> Exhibit:
    """Return the evidence with paths relative to the folder that was scanned."""
    folder = str(exhibit.provenance.get("folder") or ".")
    if folder == "." or exhibit.kind != "scan":
        return exhibit
    document = {
        key: _stripped(value, f"{folder}/")
        if key in {"findings", "entry_points", "errors"}
        else value
        for key, value in exhibit.document.items()
    }
    return replace(exhibit, document=document)


def _stripped(value: Any, prefix: str) -> Any:
    if isinstance(value, list):
        return [_stripped(item, prefix) for item in cast(list[Any], value)]
    if isinstance(value, dict):
        return {
            key: item.removeprefix(prefix)
            if key in {"path", "entry_point"} and isinstance(item, str)
            else _stripped(item, prefix)
            for key, item in cast("dict[str, Any]", value).items()
        }
    return value


def device_name(environment: Mapping[str, Any]) -> str:
    """Return the device of a verification: the accelerators when CUDA was there, else the CPU."""
    processor = str(environment.get("processor") or environment.get("machine") or "unknown CPU")
    if environment.get("cuda") and (models := _accelerators()):
        return ", ".join(models)
    return f"{processor} (CPU)"


def _accelerators() -> list[str]:
    models: list[str] = []
    for path in sorted(_GPUS.glob("*/information")):
        try:
            match = re.search(r"^Model:\s*(.+?)\s*$", path.read_text(), re.M)
        except OSError:
            continue
        if match is not None and match[1] not in models:
            models.append(match[1])
    return models
