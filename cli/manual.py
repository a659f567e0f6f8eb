"""The commands that explain: rules, explain, schema."""

from __future__ import annotations

from pathlib import Path

import click

from ..auditor.errors import UserError, nearest
from .choosing import all_rules
from .group import main
from .output import write


@main.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Show the manual of a rule, by code or name."""
    from ..auditor.manual import manual_page

    found = [item for item in all_rules() if rule.lower() in {item.code.lower(), item.name}]
    if not found:
        known = [word for item in all_rules() for word in (item.code, item.name)]
        raise UserError(f'unknown rule "{rule}"', nearest(rule, known))
    click.echo(manual_page(found[0]))


@main.command()
@click.option("--format", "name", default="text", metavar="NAME", help="text or json.")
@click.option("--facts", is_flag=True, help="The tables that the rules read, with their dates.")
@click.option("--write", type=click.Path(path_type=Path), help="Write the manual pages here.")
def rules(name: str, facts: bool, write: Path | None) -> None:
    """List every rule."""
    from ..auditor.manual import rules_json, rules_table, write_pages

    if write is not None:
        from ..checks import RULES

        click.echo(f"{write_pages(RULES, write)} pages in {write}")
        return

    if facts:
        from ..checks.data import facts_table

        click.echo(facts_table())
        return
    click.echo(rules_json(all_rules()) if name == "json" else rules_table(all_rules()))


@main.command()
@click.argument("name")
def schema(name: str) -> None:
    """Print the JSON Schema of an output: scan, verify, report, gate, …"""
    from ..reports.schemas import schema as text_of

    write(text_of(name), None)
