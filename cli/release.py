"""The commands of a release: report and gate."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ..auditor.errors import UserError
from .choosing import Command, all_rules, configured
from .group import main
from .output import progress, write
from .scanning import provenance

_RELEASE = (
    click.argument("path", type=click.Path(path_type=Path), default=Path()),
    click.option("--scan", "scans", type=click.Path(path_type=Path), multiple=True,
                 metavar="FILE", help="A scan as JSON."),
    click.option("--verify", "verifications", type=click.Path(path_type=Path), multiple=True,
                 metavar="FILE", help="A verification as JSON."),
    click.option("--name", "title", default="", help="The name of what is released."),
)  # fmt: skip
_NOTHING_GIVEN: dict[str, Any] = dict.fromkeys(
    ("config", "select", "ignore", "exclude", "pedantic", "profile", "fail_on")
)


def _released(command: Command) -> Command:
    """Add the folder and the evidence that `report` and `gate` take."""
    for option in reversed(_RELEASE):
        command = option(command)
    return command


def _scanned_now(path: Path) -> Any:
    """Scan a folder for a report; return it as evidence."""
    from ..auditor.dossier.present import exhibit_of
    from ..auditor.scan import ScanOptions
    from ..auditor.scan import scan as run_scan
    from ..checks.seeds.survey import stream_table
    from ..reports import RenderOptions
    from ..reports.scan_json import document

    config = configured((path,), _NOTHING_GIVEN)
    options = ScanOptions(
        paths=(path,), rules=all_rules(), config=config, current=path, streams=stream_table
    )
    with progress() as observe:
        result = run_scan(options, observe)
    made = provenance((path,), result, {})
    return exhibit_of(document(result, RenderOptions(provenance=made)), "scan", "scan")


def _gathered(path: Path, presented: Sequence[Any], title: str, scan_now: bool) -> Any:
    """Return the dossier of a folder from evidence; without a fitting scan, scan now."""
    from ..auditor.dossier.dossier import build
    from ..auditor.dossier.present import newest
    from ..auditor.dossier.tree import tree_digest

    tree = tree_digest([path]).digest
    scans = newest(presented, "scan", tree)
    if scan_now and not any(exhibit.tree == tree for exhibit in scans):
        scans = [_scanned_now(path)]
    verified = newest(presented, "verify", tree)
    return build(path, scans[-1] if scans else None, verified, name=title)


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise UserError(f"no such folder: {path}")
    return path.resolve()


@main.command()
@_released
@click.option("--format", "formats", multiple=True, metavar="NAME[=FILE]", help="html, json, …")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write it to this file.")
@click.option("--templates", type=click.Path(path_type=Path), help="A folder of own templates.")
@click.option("--link-base", metavar="URL", help="Where links to source lead.")
@click.option("--card", type=click.Path(path_type=Path), help="The card to merge into.")
@click.option("--latex", is_flag=True, help="Checklists as LaTeX.")
@click.option("--no-source", is_flag=True, help="Show places, but no lines of source.")
def report(path: Path, formats: tuple[str, ...], output: Path | None, **given: Any) -> None:
    """Write the dossier of a release: each statement with what it rests on.

    Scans by itself when no fitting scan is given. Takes what lies in .fwaudit/.
    """
    from ..auditor.dossier.present import present
    from ..reports.dossier import render_report
    from ..reports.dossier.choices import report_notes, report_options, report_outputs

    outputs = report_outputs(formats, output)
    root = _folder(path)
    presented = present(root, given["scans"], given["verifications"])
    for item in presented:
        if item.exhibit is None:
            raise UserError(f"{item.path} is no evidence: {item.problem}")
    dossier = _gathered(root, presented, given["title"], scan_now=not given["scans"])
    for name, target in outputs:
        text = render_report(name, dossier, report_options(root, target, given))
        write(text, target)
        for note in report_notes(name, text, target):
            click.echo(note, err=True)


@main.command()
@_released
@click.option("--policy", type=click.Path(path_type=Path), metavar="FILE", help="What must hold.")
@click.option("--format", "name", type=click.Choice(["text", "markdown", "json"]), default="text")
def gate(path: Path, policy: Path | None, name: str, **given: Any) -> int:
    """Decide whether a release may go out. Missing or stale evidence is never a pass."""
    from ..auditor.dossier.gate import judge
    from ..auditor.dossier.policy import check_rules, read_policy
    from ..auditor.dossier.present import present
    from ..reports.gate_text import render_gate
    from ..reports.options import wants_color

    root = _folder(path)
    chosen = policy or root / "fwaudit-policy.yaml"
    asked = read_policy(chosen)
    rules = all_rules()
    check_rules(asked, chosen, {rule.code: rule.name for rule in rules})
    presented = present(root, given["scans"], given["verifications"])
    dossier = _gathered(root, presented, given["title"], scan_now=False)
    required = frozenset(rule.code for rule in rules if not rule.profiles)
    judgement = judge(asked, presented, dossier, required)
    text = render_gate(name, judgement, dossier, policy=chosen.name, color=wants_color(sys.stdout))
    write(text, None)
    return judgement.exit_code
