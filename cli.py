"""The command line: parses, introduces rules and renderers to the engine, writes, exits."""
import click


@click.group()
def main() -> None:
    """Say which runs of a machine-learning repository cannot be repeated, and why."""
