"""The commands that rerun or compare: verify, compare, diff."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from .choosing import all_rules
from .group import CLEAN, FOUND, main
from .output import write


@main.command(context_settings={"allow_interspersed_args": False})
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--runs", type=click.IntRange(min=2), default=3, show_default=True, help="Traced runs."
)
@click.option("--level", type=click.Choice(["step", "op"]), default="step", show_default=True)
@click.option("--max-steps", type=click.IntRange(min=1), help="End each run after so many steps.")
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds a run may take."
)
@click.option("--budget", type=click.FloatRange(min=0, min_open=True), help="Seconds for all runs.")
@click.option("--artifact", "artifacts", multiple=True, metavar="GLOB", help="Files that count.")
@click.option("--launcher", metavar="WORDS", help='A prefix: "torchrun --nproc-per-node 2".')
@click.option("--python", metavar="PATH", help="The interpreter to use in place of `python`.")
@click.option("--in-place", is_flag=True, help="Run here, not in fresh copies.")
@click.option(
    "--max-trace", type=click.IntRange(min=1 << 16), default=1 << 30, help="Bytes a trace."
)
@click.option("--keep", is_flag=True, help="Keep the copies of the tree.")
@click.option(
    "--vary",
    multiple=True,
    metavar="FAMILY[,FAMILY…]",
    help="Then change one condition at a time: threads, isa, clock, … or all.",
)
@click.option("--format", "name", type=click.Choice(["text", "json"]), default="text")
@click.option("--out", type=click.Path(path_type=Path), help="Write the JSON to this file as well.")
def verify(command: tuple[str, ...], name: str, out: Path | None, **given: Any) -> int:
    """Rerun COMMAND and say whether its results are the same, and where they part first.

    Write the command after --, as in: fwaudit verify -- python train.py --epochs 1
    """
    import json
    import shlex
    import signal

    from ..auditor.dossier.binding import provenance, sealed
    from ..auditor.dossier.present import device_name
    from ..auditor.foretelling import foreteller
    from ..auditor.verify.artifact_digests import verified_artifacts
    from ..auditor.verify.families import chosen_families
    from ..auditor.verify.input import waiting_input
    from ..auditor.verify.options import Level, VerifyOptions
    from ..auditor.verify.session import run_verification
    from ..reports.options import wants_color
    from ..reports.verify_json import verify_document
    from ..reports.verify_progress import RunProgress
    from ..reports.verify_text import verify_text

    for number in (signal.SIGTERM, signal.SIGHUP):
        # As Ctrl-C: the program under verification must not outlive us.
        signal.signal(number, signal.default_int_handler)
    given["launcher"] = tuple(shlex.split(given["launcher"] or ""))
    given["level"] = Level(given["level"])
    given["vary"] = chosen_families(given["vary"])
    options = VerifyOptions(command=command, stdin=waiting_input(), **given)
    made = provenance((Path.cwd(),), command)
    rules = all_rules()  # What cannot be loaded is said now, not after all the runs.
    verification = run_verification(options, RunProgress(), foreteller(rules, Path.cwd()))
    made["device"] = device_name(verification.environment)
    made["max_steps"] = options.max_steps
    made["artifacts"] = verified_artifacts(verification, given["artifacts"])
    document = sealed(verify_document(verification), made)
    text = json.dumps(document, indent=1) + "\n"
    write(text, Path(".fwaudit") / f"{verification.evidence.name}.json")
    if out is not None:
        write(text, out)
    write(text if name == "json" else verify_text(verification, wants_color(sys.stdout)), None)
    return verification.exit_code


@main.command()
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option("--format", "name", type=click.Choice(["text", "json"]), default="text")
def compare(a: Path, b: Path, name: str) -> int:
    """Compare two recorded runs, also of two machines: environments first, then where they part.

    A and B are trace files, folders of a run, or folders of evidence (.fwaudit/verify-…).
    """
    import json

    from ..auditor.verify.comparison import compare_traces
    from ..reports.options import wants_color
    from ..reports.verify_json import compare_document
    from ..reports.verify_text import compare_text

    comparison = compare_traces(a, b)
    if name == "json":
        write(json.dumps(compare_document(comparison), indent=1) + "\n", None)
    else:
        write(compare_text(comparison, wants_color(sys.stdout)), None)
    return comparison.exit_code


@main.command()
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option(
    "--format", "name", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write it to this file.")
def diff(a: Path, b: Path, name: str, output: Path | None) -> int:
    """Compare two artefacts tensor by tensor: checkpoints, arrays, models, tables, folders.

    Nothing of them is executed. Exit 0 when their content is the same, 1 when it differs.
    """
    from ..auditor.verify.artifacts import compare_artifacts
    from ..reports import RenderOptions, diff_json, diff_text
    from ..reports.options import wants_color

    comparison = compare_artifacts(a, b)
    options = RenderOptions(color=output is None and wants_color(sys.stdout))
    renderer = diff_json if name == "json" else diff_text
    write(renderer.render(str(a), str(b), comparison, options), output)
    return CLEAN if comparison.difference is None else FOUND
