"""The commands around a repository: init, clean."""

from __future__ import annotations

from pathlib import Path

import click

from .group import main


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
def init(folder: Path, force: bool) -> None:
    """Write a release policy, pre-commit lines and CI workflows."""
    from ..reports.starter import write_starter

    for path, state in write_starter(folder, force=force):
        click.echo(f"{state}: {path}")


@main.command()
@click.option("--cache-dir", type=click.Path(path_type=Path), help="Where the cache lies.")
def clean(cache_dir: Path | None) -> None:
    """Remove the cache."""
    from ..auditor.cache import clear_cache, default_cache_folder

    folder = cache_dir or default_cache_folder()
    click.echo(f"{clear_cache(folder)} cached projects removed from {folder}")
