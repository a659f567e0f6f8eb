"""Configuration: `[tool.fwaudit]` in pyproject.toml, or fwaudit.toml, found upward."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import UserError, nearest

PROFILES = ("research", "neurips", "hub-release", "eu-documentation")


@dataclass(frozen=True, slots=True)
class Config:
    """What a project asks for; the command line comes before it."""

    path: Path | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]]
    )
    profile: str = "research"
    fail_on: str = "warning"
    pedantic: bool = False
    baseline: str | None = None


_KEYS: dict[str, type] = {
    "select": list,
    "ignore": list,
    "exclude": list,
    "per-file-ignores": dict,
    "profile": str,
    "fail-on": str,
    "pedantic": bool,
    "baseline": str,
}


def find_config(start: Path) -> Path | None:
    """Return the nearest fwaudit.toml, or pyproject.toml with a `[tool.fwaudit]` table, upward."""
    folder = start if start.is_dir() else start.parent
    for above in (folder, *folder.parents):
        own = above / "fwaudit.toml"
        if own.is_file():
            return own
        project = above / "pyproject.toml"
        try:
            if project.is_file() and "[tool.fwaudit" in project.read_text("utf-8", "replace"):
                return project
        except OSError:
            continue
    return None


def load_config(path: Path) -> Config:
    """Read a configuration file.

    Raises:
        UserError: the file is missing or not TOML, or a key is unknown or of the wrong type.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not valid TOML: {error}") from None
    table: dict[str, Any] = document
    if path.name == "pyproject.toml":
        table = document.get("tool", {}).get("fwaudit", {})
    for key, value in table.items():
        if key not in _KEYS:
            raise UserError(f'{path}: unknown key "{key}"', nearest(key, _KEYS))
        if not isinstance(value, _KEYS[key]):
            raise UserError(f"{path}: `{key}` must be a {_NAMES[_KEYS[key]]}")
    profile = table.get("profile", "research")
    if profile not in PROFILES:
        raise UserError(f'{path}: unknown profile "{profile}"', nearest(profile, PROFILES))
    fail_on = table.get("fail-on", "warning")
    if fail_on not in {"info", "warning", "error", "never"}:
        raise UserError(f"{path}: `fail-on` is one of info, warning, error, never")
    return Config(
        path=path,
        select=_strings(path, "select", table),
        ignore=_strings(path, "ignore", table),
        exclude=_strings(path, "exclude", table),
        per_file_ignores={
            pattern: tuple(map(str, rules))
            for pattern, rules in table.get("per-file-ignores", {}).items()
        },
        profile=profile,
        fail_on=fail_on,
        pedantic=table.get("pedantic", False),
        baseline=table.get("baseline"),
    )


_NAMES: dict[type, str] = {list: "list of strings", dict: "table", str: "string", bool: "boolean"}


def _strings(path: Path, key: str, table: dict[str, Any]) -> tuple[str, ...]:
    values = table.get(key, [])
    if not all(isinstance(value, str) for value in values):
        raise UserError(f"{path}: `{key}` must be a list of strings")
    return tuple(values)
