"""Options that choose files and rules, and the rules that there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..auditor.errors import UserError, nearest

if TYPE_CHECKING:
    from ..auditor.rule import RuleClass

Command = Callable[..., Any]
_FAIL_ON = ("error", "warning", "info", "never")


def split(values: Sequence[str]) -> tuple[str, ...]:
    """Return the words of options that take several, separated by commas."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def all_rules() -> tuple[RuleClass, ...]:
    """Return the rules that ship, and those of installed third-party packages."""
    from importlib.metadata import entry_points

    from ..checks import RULES

    rules = list(RULES)
    for point in entry_points(group="fwaudit.rules"):
        try:
            rules += point.load()
        except Exception as error:
            raise UserError(f"rules of {point.value} cannot be loaded: {error}") from None
    return tuple(rules)


def selecting(command: Command) -> Command:
    """Add the options that choose files and rules."""
    options = [
        click.argument("paths", nargs=-1, type=click.Path(path_type=Path)),
        click.option("--select", multiple=True, metavar="RULES", help="Only these rules."),
        click.option("--ignore", multiple=True, metavar="RULES", help="Not these rules."),
        click.option("--pedantic", is_flag=True, default=None, help="Low confidence as well."),
        click.option("--profile", metavar="NAME", help="research, neurips, hub-release, …"),
        click.option("--config", type=click.Path(path_type=Path), help="Configuration file."),
        click.option("--exclude", multiple=True, metavar="GLOB", help="Leave these paths out."),
        click.option("--force-exclude", is_flag=True, help="Exclude named files as well."),
        click.option("--baseline", type=click.Path(path_type=Path), help="Known findings."),
        click.option("--jobs", "-j", type=click.IntRange(min=1), help="Worker processes."),
        click.option("--no-cache", is_flag=True, help="Read everything again."),
        click.option("--cache-dir", type=click.Path(path_type=Path), help="Where to remember."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def configured(paths: tuple[Path, ...], given: dict[str, Any]) -> Any:
    """Return the configuration file's settings with those of the command line over them.

    Raises:
        UserError: an unknown profile or severity, or a configuration that cannot be read.
    """
    from dataclasses import replace

    from ..auditor.config import PROFILES, Config, find_config, load_config

    start = (paths[0] if paths else Path.cwd()).resolve()
    path = given["config"] or find_config(start)
    config = load_config(path) if path is not None else Config()
    changes: dict[str, Any] = {}
    if given["select"]:
        changes["select"] = split(given["select"])
    if given["ignore"]:
        changes["ignore"] = (*config.ignore, *split(given["ignore"]))
    if given["exclude"]:
        changes["exclude"] = (*config.exclude, *split(given["exclude"]))
    if given["pedantic"] is not None:
        changes["pedantic"] = given["pedantic"]
    for name, known in (("profile", PROFILES), ("fail_on", _FAIL_ON)):
        if (value := given.get(name)) is not None:
            if value not in known:
                what = name.replace("_", "-")
                raise UserError(f'unknown {what} "{value}"', nearest(value, known))
            changes[name] = value
    return replace(config, **changes)
