"""The command `fwaudit`: its exit codes, and how every error becomes one line."""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

import click

from .. import __version__
from ..auditor.errors import UserError, nearest

CLEAN, FOUND, USAGE, INCOMPLETE, INTERRUPTED = 0, 1, 2, 3, 130


class _Commands(click.Group):
    """Turns every way out into one line and an exit code; a traceback reaches nobody."""

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        kwargs["standalone_mode"] = False
        try:
            code = super().main(*args, **kwargs)
            sys.stdout.flush()
            sys.exit(code if isinstance(code, int) else CLEAN)
        except UserError as error:
            _fail(error.message, error.hint)
        except click.UsageError as error:
            _fail(error.format_message(), _usage_hint(error))
        except click.ClickException as error:
            _fail(error.format_message(), "")
        except (click.Abort, KeyboardInterrupt):
            click.echo("interrupted", err=True)
            sys.exit(INTERRUPTED)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(CLEAN)
        except Exception as error:
            if os.environ.get("FWAUDIT_DEBUG"):
                raise
            hint = "this is a fault of fwaudit; FWAUDIT_DEBUG=1 shows where"
            _fail(f"internal error: {type(error).__name__}: {error}".split("\n")[0], hint)


def _fail(message: str, hint: str) -> NoReturn:
    click.echo(f"error: {message}", err=True)
    if hint:
        click.echo(f"hint: {hint}", err=True)
    sys.exit(USAGE)


def _usage_hint(error: click.UsageError) -> str:
    if isinstance(error, click.NoSuchOption):
        return ""
    if error.ctx is not None and isinstance(error.ctx.command, click.Group):
        words = error.format_message().split("'")
        if len(words) > 1:
            return nearest(words[1], error.ctx.command.commands)
    return ""


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="fwaudit %(version)s")
def main() -> None:
    """Say which runs of a machine-learning repository cannot be repeated, and why.

    fwaudit scan REPO reads the code; fwaudit verify -- python train.py reruns it and compares.
    Nothing of a scanned repository is imported or executed.
    """
