"""The commands that read a repository: scan, streams, baseline."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..auditor.errors import UserError, nearest
from .choosing import all_rules, configured, selecting
from .group import CLEAN, FOUND, INCOMPLETE, main
from .output import progress, write

if TYPE_CHECKING:
    from ..auditor.scan import ScanResult

#: Formats that show the table entry point x stream; the walk is not taken for the others.
_SHOWS_STREAMS = frozenset({"json", "html", "markdown"})


@main.command()
@selecting
@click.option(
    "--format", "formats", multiple=True, metavar="NAME[=FILE]", help="text, json, sarif, …"
)
@click.option("--fail-on", metavar="SEVERITY", help="error, warning (default), info or never.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 even when something is found.")
@click.option("--statistics", is_flag=True, help="Count and time each rule.")
@click.option("--since", metavar="REF", help="Only findings on lines changed since a commit.")
@click.option("--stdin-filename", metavar="PATH", help="Read this file from standard input.")
@click.option("--audit", is_flag=True, help="Look up known vulnerabilities by pip-audit.")
@click.option("--advisories", type=click.Path(path_type=Path), help="OSV records; no network.")
@click.option("--osv-url", metavar="URL", help="Ask this OSV service; implies --audit.")
@click.option("--fix", is_flag=True, help="Apply safe fixes.")
@click.option("--diff", "show_diff", is_flag=True, help="Show safe fixes; write nothing.")
@click.option("--unsafe-fixes", is_flag=True, help="Also fixes that may change results.")
def scan(paths: tuple[Path, ...], **given: Any) -> int:
    """Say what keeps the runs of a repository from being repeated."""
    from ..auditor.cache import Cache, default_cache_folder
    from ..auditor.discover import find_root
    from ..auditor.scan import ScanOptions
    from ..auditor.scan import scan as run_scan

    config = configured(paths, given)
    outputs = _outputs(given["formats"])
    current = Path.cwd().resolve()
    chosen = paths or (current,)
    for path in chosen:
        if not path.exists() and given["stdin_filename"] is None:
            raise UserError(f"no such file or folder: {path}")
    root = find_root(chosen, current)
    cache = None
    if not given["no_cache"]:
        cache = Cache(given["cache_dir"] or default_cache_folder(), root)
    options = ScanOptions(
        paths=chosen,
        rules=all_rules(),
        config=config,
        current=current,
        jobs=given["jobs"],
        cache=cache,
        force_exclude=given["force_exclude"],
        baseline=_baseline(config, given["baseline"]),
        changed=_changed(root, given["since"]),
        stdin=_stdin(root, given["stdin_filename"]),
        streams=_stream_table(outputs),
        audit=_audit(given),
    )
    with progress() as observe:
        result = run_scan(options, observe)
    if cache is not None and cache.trouble:
        click.echo(f"note: {cache.trouble}", err=True)
    if given["fix"] or given["show_diff"]:
        result = _fix(result, options, given)
    given["paths"] = chosen
    for name, target in outputs:
        write(_rendered(name, result, target, given), target)
    return _exit_code(result, config.fail_on, given["exit_zero"])


def _audit(given: dict[str, Any]) -> Any:
    from ..auditor.audit import AuditRequest

    advisories, url = given["advisories"], given["osv_url"]
    if advisories is not None and url is not None:
        raise UserError("--advisories and --osv-url name two sources", "choose one of them")
    if advisories is not None and not advisories.exists():
        raise UserError(f"no such file or folder: {advisories}")
    if url is not None and not url.startswith(("http://", "https://")):
        raise UserError(f"not an address: {url}", "--osv-url https://api.osv.dev/v1/query")
    if not (given["audit"] or advisories or url):
        return None
    return AuditRequest(advisories.resolve() if advisories is not None else None, url)


def _outputs(formats: Sequence[str]) -> list[tuple[str, Path | None]]:
    from ..reports import SCAN_FORMATS

    outputs: list[tuple[str, Path | None]] = []
    for item in formats or ("text",):
        name, _, target = item.partition("=")
        if name not in SCAN_FORMATS:
            raise UserError(f'unknown format "{name}"', nearest(name, SCAN_FORMATS))
        outputs.append((name, Path(target) if target else None))
    if sum(target is None for _, target in outputs) > 1:
        raise UserError("only one format can go to the screen", "--format sarif=out.sarif")
    return outputs


def _baseline(config: Any, given: Path | None) -> frozenset[str]:
    from ..auditor.baseline import read_baseline

    path = given
    if path is None and config.baseline is not None:
        path = (config.path.parent if config.path else Path.cwd()) / config.baseline
    return read_baseline(path) if path is not None else frozenset()


def _changed(root: Path, reference: str | None) -> dict[str, frozenset[int]] | None:
    if reference is None:
        return None
    from ..auditor.since import changed_lines

    return changed_lines(root, reference)


def _stdin(root: Path, name: str | None) -> tuple[str, bytes] | None:
    if name is None:
        return None
    path = os.path.relpath(Path(name).resolve(), root).replace(os.sep, "/")
    return path, sys.stdin.buffer.read()


def _stream_table(outputs: Sequence[tuple[str, Path | None]]) -> Callable[..., Any] | None:
    """Return the maker of the table entry point x stream when a format shows it."""
    if not any(name in _SHOWS_STREAMS for name, _ in outputs):
        return None
    from ..checks.seeds.survey import stream_table

    return stream_table


def _fix(result: ScanResult, options: Any, given: dict[str, Any]) -> ScanResult:
    from ..auditor.fixes import describe_fixes, plan_fixes, write_fixes
    from ..auditor.scan import scan as run_scan

    fixed = plan_fixes(result.root, result.findings, unsafe=given["unsafe_fixes"])
    if given["show_diff"]:
        click.echo("".join(item.diff for item in fixed), nl=False)
        return result
    write_fixes(result.root, fixed)
    if fixed:
        click.echo(describe_fixes(fixed), err=True)
        return run_scan(options)
    return result


def _rendered(name: str, result: ScanResult, target: Path | None, given: dict[str, Any]) -> str:
    from ..reports import RenderOptions, render
    from ..reports.options import wants_color

    color = target is None and wants_color(sys.stdout)
    made = provenance(given["paths"], result, given) if name == "json" else None
    options = RenderOptions(
        color=color, statistics=given["statistics"], provenance=made, below=_below(result.root)
    )
    return render(name, result, options)


def _below(root: Path) -> str:
    """Return the way from the current folder down to the root of a scan, with a slash; or empty."""
    current = Path.cwd().resolve()
    if root == current or not root.is_relative_to(current):
        return ""
    return f"{root.relative_to(current).as_posix()}/"


def provenance(
    paths: Sequence[Path], result: ScanResult, given: dict[str, Any]
) -> dict[str, Any] | None:
    """Return what binds a scan to its tree; None for a file given on standard input."""
    from ..auditor.dossier.binding import scan_provenance

    if given.get("stdin_filename") is not None:
        return None
    whole = result.project.whole and given.get("since") is None
    codes = [rule.code for rule in result.rules]
    return scan_provenance(paths, ["fwaudit", *sys.argv[1:]], result.root, codes, whole)


def _exit_code(result: ScanResult, fail_on: str, exit_zero: bool) -> int:
    from ..auditor.finding import Severity

    if exit_zero:
        return CLEAN
    worst = result.worst()
    if fail_on != "never" and worst is not None and worst.rank >= Severity(fail_on).rank:
        return FOUND
    return INCOMPLETE if result.is_incomplete else CLEAN


@main.command()
@selecting
@click.option("--format", "name", default="text", metavar="NAME", help="text or json.")
def streams(paths: tuple[Path, ...], name: str, **given: Any) -> int:
    """Show which random streams each program draws from, and who seeds them."""
    from ..auditor.scan import ScanOptions
    from ..auditor.scan import scan as run_scan
    from ..checks.seeds.library import stream_rows
    from ..reports.options import wants_color
    from ..reports.streams import render_streams

    if name not in {"text", "json"}:
        raise UserError(f'unknown format "{name}"', nearest(name, ("text", "json")))
    config = configured(paths, given)
    options = ScanOptions(
        paths=paths or (Path.cwd(),), rules=(), config=config, jobs=given["jobs"],
        streams=stream_rows, force_exclude=given["force_exclude"],
    )  # fmt: skip
    with progress() as observe:
        result = run_scan(options, observe)
    color = wants_color(sys.stdout)
    write(render_streams(name, result, color=color, below=_below(result.root)), None)
    return INCOMPLETE if result.problems else CLEAN


@main.command()
@selecting
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), default=Path("fwaudit-baseline.json")
)
def baseline(paths: tuple[Path, ...], output: Path, **given: Any) -> None:
    """Write today's findings as the baseline, so that only new ones are reported."""
    import json

    from ..auditor.baseline import baseline_document
    from ..auditor.scan import ScanOptions
    from ..auditor.scan import scan as run_scan

    config = configured(paths, given)
    options = ScanOptions(
        paths=paths or (Path.cwd(),), rules=all_rules(), config=config, jobs=given["jobs"]
    )
    result = run_scan(options)
    write(json.dumps(baseline_document(result.findings), indent=1) + "\n", output)
    click.echo(
        f"{len(result.findings)} findings in {output}; use: fwaudit scan --baseline {output}"
    )
