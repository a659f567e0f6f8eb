"""The command line: parses, introduces rules and renderers to the engine, writes, exits."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from . import __version__
from .auditor.errors import UserError, nearest

if TYPE_CHECKING:
    from .auditor.rule import RuleClass
    from .auditor.scan import ScanResult

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


def _split(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def _all_rules() -> tuple[RuleClass, ...]:
    """Return the rules that ship, and those of installed third-party packages."""
    from importlib.metadata import entry_points

    from .checks import RULES

    rules = list(RULES)
    for point in entry_points(group="fwaudit.rules"):
        try:
            rules += point.load()
        except Exception as error:
            raise UserError(f"rules of {point.value} cannot be loaded: {error}") from None
    return tuple(rules)


_Command = Callable[..., Any]


def _selecting(command: _Command) -> _Command:
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


@main.command()
@_selecting
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
    from .auditor.cache import Cache, default_cache_folder
    from .auditor.discover import find_root
    from .auditor.scan import ScanOptions
    from .auditor.scan import scan as run_scan

    config = _configured(paths, given)
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
        rules=_all_rules(),
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
    with _progress() as observe:
        result = run_scan(options, observe)
    if cache is not None and cache.trouble:
        click.echo(f"note: {cache.trouble}", err=True)
    if given["fix"] or given["show_diff"]:
        result = _fix(result, options, given)
    given["paths"] = chosen
    for name, target in outputs:
        _write(_rendered(name, result, target, given), target)
    return _exit_code(result, config.fail_on, given["exit_zero"])


def _configured(paths: tuple[Path, ...], given: dict[str, Any]) -> Any:
    from dataclasses import replace

    from .auditor.config import PROFILES, Config, find_config, load_config

    start = (paths[0] if paths else Path.cwd()).resolve()
    path = given["config"] or find_config(start)
    config = load_config(path) if path is not None else Config()
    changes: dict[str, Any] = {}
    if given["select"]:
        changes["select"] = _split(given["select"])
    if given["ignore"]:
        changes["ignore"] = (*config.ignore, *_split(given["ignore"]))
    if given["exclude"]:
        changes["exclude"] = (*config.exclude, *_split(given["exclude"]))
    if given["pedantic"] is not None:
        changes["pedantic"] = given["pedantic"]
    for name, known in (("profile", PROFILES), ("fail_on", _FAIL_ON)):
        if (value := given.get(name)) is not None:
            if value not in known:
                what = name.replace("_", "-")
                raise UserError(f'unknown {what} "{value}"', nearest(value, known))
            changes[name] = value
    return replace(config, **changes)


def _audit(given: dict[str, Any]) -> Any:
    from .auditor.audit import AuditRequest

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


_FAIL_ON = ("error", "warning", "info", "never")


def _outputs(formats: Sequence[str]) -> list[tuple[str, Path | None]]:
    from .reports import SCAN_FORMATS

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
    from .auditor.baseline import read_baseline

    path = given
    if path is None and config.baseline is not None:
        path = (config.path.parent if config.path else Path.cwd()) / config.baseline
    return read_baseline(path) if path is not None else frozenset()


def _changed(root: Path, reference: str | None) -> dict[str, frozenset[int]] | None:
    if reference is None:
        return None
    from .auditor.since import changed_lines

    return changed_lines(root, reference)


def _stdin(root: Path, name: str | None) -> tuple[str, bytes] | None:
    if name is None:
        return None
    path = os.path.relpath(Path(name).resolve(), root).replace(os.sep, "/")
    return path, sys.stdin.buffer.read()


#: Formats that show the table entry point x stream; the walk is not taken for the others.
_SHOWS_STREAMS = frozenset({"json", "html", "markdown"})


def _stream_table(outputs: Sequence[tuple[str, Path | None]]) -> Callable[..., Any] | None:
    """Return the maker of the table entry point x stream when a format shows it."""
    if not any(name in _SHOWS_STREAMS for name, _ in outputs):
        return None
    from .checks.seeds.survey import stream_table

    return stream_table


def _progress() -> Any:
    from .reports.progress import progress

    return progress()


def _fix(result: ScanResult, options: Any, given: dict[str, Any]) -> ScanResult:
    from .auditor.fixes import describe_fixes, plan_fixes, write_fixes
    from .auditor.scan import scan as run_scan

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
    from .reports import RenderOptions, render
    from .reports.options import wants_color

    color = target is None and wants_color(sys.stdout)
    made = _provenance(given["paths"], result, given) if name == "json" else None
    options = RenderOptions(color=color, statistics=given["statistics"], provenance=made)
    return render(name, result, options)


def _provenance(
    paths: Sequence[Path], result: ScanResult, given: dict[str, Any]
) -> dict[str, Any] | None:
    """Return what binds a scan to its tree; None for a file given on standard input."""
    from .auditor.dossier.binding import scan_provenance

    if given.get("stdin_filename") is not None:
        return None
    whole = result.project.whole and given.get("since") is None
    codes = [rule.code for rule in result.rules]
    return scan_provenance(paths, ["fwaudit", *sys.argv[1:]], result.root, codes, whole)


def _write(text: str, target: Path | None) -> None:
    if target is None:
        data = text.encode("utf-8", "surrogateescape")
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8", errors="surrogateescape")
    except OSError as error:
        raise UserError(f"{target}: not written: {error.strerror}") from None


def _exit_code(result: ScanResult, fail_on: str, exit_zero: bool) -> int:
    from .auditor.finding import Severity

    if exit_zero:
        return CLEAN
    worst = result.worst()
    if fail_on != "never" and worst is not None and worst.rank >= Severity(fail_on).rank:
        return FOUND
    return INCOMPLETE if result.is_incomplete else CLEAN


@main.command()
@_selecting
@click.option("--format", "name", default="text", metavar="NAME", help="text or json.")
def streams(paths: tuple[Path, ...], name: str, **given: Any) -> int:
    """Show which random streams each program draws from, and who seeds them."""
    from .auditor.scan import ScanOptions
    from .auditor.scan import scan as run_scan
    from .checks.seeds.library import stream_rows
    from .reports.options import wants_color
    from .reports.streams import render_streams

    if name not in {"text", "json"}:
        raise UserError(f'unknown format "{name}"', nearest(name, ("text", "json")))
    config = _configured(paths, given)
    options = ScanOptions(
        paths=paths or (Path.cwd(),), rules=(), config=config, jobs=given["jobs"],
        streams=stream_rows, force_exclude=given["force_exclude"],
    )  # fmt: skip
    with _progress() as observe:
        result = run_scan(options, observe)
    _write(render_streams(name, result, color=wants_color(sys.stdout)), None)
    return INCOMPLETE if result.problems else CLEAN


@main.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Show the manual of a rule, by code or name."""
    from .auditor.manual import manual_page

    found = [item for item in _all_rules() if rule.lower() in {item.code.lower(), item.name}]
    if not found:
        known = [word for item in _all_rules() for word in (item.code, item.name)]
        raise UserError(f'unknown rule "{rule}"', nearest(rule, known))
    click.echo(manual_page(found[0]))


@main.command()
@click.option("--format", "name", default="text", metavar="NAME", help="text or json.")
@click.option("--facts", is_flag=True, help="The tables that the rules read, with their dates.")
@click.option("--write", type=click.Path(path_type=Path), help="Write the manual pages here.")
def rules(name: str, facts: bool, write: Path | None) -> None:
    """List every rule."""
    from .auditor.manual import rules_json, rules_table, write_pages

    if write is not None:
        from .checks import RULES

        click.echo(f"{write_pages(RULES, write)} pages in {write}")
        return

    if facts:
        from .checks.data import facts_table

        click.echo(facts_table())
        return
    click.echo(rules_json(_all_rules()) if name == "json" else rules_table(_all_rules()))


@main.command()
@_selecting
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), default=Path("fwaudit-baseline.json")
)
def baseline(paths: tuple[Path, ...], output: Path, **given: Any) -> None:
    """Write today's findings as the baseline, so that only new ones are reported."""
    import json

    from .auditor.baseline import baseline_document
    from .auditor.scan import ScanOptions
    from .auditor.scan import scan as run_scan

    config = _configured(paths, given)
    options = ScanOptions(
        paths=paths or (Path.cwd(),), rules=_all_rules(), config=config, jobs=given["jobs"]
    )
    result = run_scan(options)
    _write(json.dumps(baseline_document(result.findings), indent=1) + "\n", output)
    click.echo(
        f"{len(result.findings)} findings in {output}; use: fwaudit scan --baseline {output}"
    )


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
def init(folder: Path, force: bool) -> None:
    """Write a release policy, pre-commit lines and CI workflows."""
    from .reports.starter import write_starter

    for path, state in write_starter(folder, force=force):
        click.echo(f"{state}: {path}")


_RELEASE = (
    click.argument("path", type=click.Path(path_type=Path), default=Path()),
    click.option("--scan", "scans", type=click.Path(path_type=Path), multiple=True,
                 metavar="FILE", help="A scan as JSON."),
    click.option("--verify", "verifications", type=click.Path(path_type=Path), multiple=True,
                 metavar="FILE", help="A verification as JSON."),
    click.option("--name", "title", default="", help="The name of what is released."),
)  # fmt: skip


def _released(command: _Command) -> _Command:
    """Add the folder and the evidence that `report` and `gate` take."""
    for option in reversed(_RELEASE):
        command = option(command)
    return command


def _scanned_now(path: Path) -> Any:
    """Scan a folder for a report; return it as evidence."""
    from .auditor.dossier.present import exhibit_of
    from .auditor.scan import ScanOptions
    from .auditor.scan import scan as run_scan
    from .checks.seeds.survey import stream_table
    from .reports import RenderOptions
    from .reports.scan_json import document

    config = _configured((path,), _NOTHING_GIVEN)
    options = ScanOptions(
        paths=(path,), rules=_all_rules(), config=config, current=path, streams=stream_table
    )
    with _progress() as observe:
        result = run_scan(options, observe)
    made = _provenance((path,), result, {})
    return exhibit_of(document(result, RenderOptions(provenance=made)), "scan", "scan")


_NOTHING_GIVEN: dict[str, Any] = dict.fromkeys(
    ("config", "select", "ignore", "exclude", "pedantic", "profile", "fail_on")
)


def _gathered(path: Path, presented: Sequence[Any], title: str, scan_now: bool) -> Any:
    """Return the dossier of a folder from evidence; without a fitting scan, scan now."""
    from .auditor.dossier.dossier import build
    from .auditor.dossier.present import newest
    from .auditor.dossier.tree import tree_digest

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
    from .auditor.dossier.present import present
    from .reports.dossier import render_report
    from .reports.dossier.choices import report_notes, report_options, report_outputs

    outputs = report_outputs(formats, output)
    root = _folder(path)
    presented = present(root, given["scans"], given["verifications"])
    for item in presented:
        if item.exhibit is None:
            raise UserError(f"{item.path} is no evidence: {item.problem}")
    dossier = _gathered(root, presented, given["title"], scan_now=not given["scans"])
    for name, target in outputs:
        text = render_report(name, dossier, report_options(root, target, given))
        _write(text, target)
        for note in report_notes(name, text, target):
            click.echo(note, err=True)


@main.command()
@_released
@click.option("--policy", type=click.Path(path_type=Path), metavar="FILE", help="What must hold.")
@click.option("--format", "name", type=click.Choice(["text", "markdown", "json"]), default="text")
def gate(path: Path, policy: Path | None, name: str, **given: Any) -> int:
    """Decide whether a release may go out. Missing or stale evidence is never a pass."""
    from .auditor.dossier.gate import judge
    from .auditor.dossier.policy import check_rules, read_policy
    from .auditor.dossier.present import present
    from .reports.gate_text import render_gate
    from .reports.options import wants_color

    root = _folder(path)
    chosen = policy or root / "fwaudit-policy.yaml"
    asked = read_policy(chosen)
    rules = _all_rules()
    check_rules(asked, chosen, {rule.code: rule.name for rule in rules})
    presented = present(root, given["scans"], given["verifications"])
    dossier = _gathered(root, presented, given["title"], scan_now=False)
    required = frozenset(rule.code for rule in rules if not rule.profiles)
    judgement = judge(asked, presented, dossier, required)
    text = render_gate(name, judgement, dossier, policy=chosen.name, color=wants_color(sys.stdout))
    _write(text, None)
    return judgement.exit_code


@main.command()
@click.argument("name")
def schema(name: str) -> None:
    """Print the JSON Schema of an output: scan, verify, report, gate, …"""
    from .reports.schemas import schema as text_of

    _write(text_of(name), None)


@main.command()
@click.option("--cache-dir", type=click.Path(path_type=Path), help="Where the cache lies.")
def clean(cache_dir: Path | None) -> None:
    """Remove the cache."""
    from .auditor.cache import clear_cache, default_cache_folder

    folder = cache_dir or default_cache_folder()
    click.echo(f"{clear_cache(folder)} cached projects removed from {folder}")


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
    from .auditor.verify.artifacts import compare_artifacts
    from .reports import RenderOptions, diff_json, diff_text
    from .reports.options import wants_color

    comparison = compare_artifacts(a, b)
    options = RenderOptions(color=output is None and wants_color(sys.stdout))
    renderer = diff_json if name == "json" else diff_text
    _write(renderer.render(str(a), str(b), comparison, options), output)
    return CLEAN if comparison.difference is None else FOUND


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

    from .auditor.dossier.binding import provenance, sealed
    from .auditor.dossier.present import device_name
    from .auditor.foretelling import foreteller
    from .auditor.verify.artifact_digests import verified_artifacts
    from .auditor.verify.families import chosen_families
    from .auditor.verify.input import waiting_input
    from .auditor.verify.options import Level, VerifyOptions
    from .auditor.verify.session import run_verification
    from .reports.options import wants_color
    from .reports.verify_json import verify_document
    from .reports.verify_progress import RunProgress
    from .reports.verify_text import verify_text

    for number in (signal.SIGTERM, signal.SIGHUP):
        # As Ctrl-C: the program under verification must not outlive us.
        signal.signal(number, signal.default_int_handler)
    given["launcher"] = tuple(shlex.split(given["launcher"] or ""))
    given["level"] = Level(given["level"])
    given["vary"] = chosen_families(given["vary"])
    options = VerifyOptions(command=command, stdin=waiting_input(), **given)
    made = provenance((Path.cwd(),), command)
    rules = _all_rules()  # What cannot be loaded is said now, not after all the runs.
    verification = run_verification(options, RunProgress(), foreteller(rules, Path.cwd()))
    made["device"] = device_name(verification.environment)
    made["max_steps"] = options.max_steps
    made["artifacts"] = verified_artifacts(verification, given["artifacts"])
    document = sealed(verify_document(verification), made)
    text = json.dumps(document, indent=1) + "\n"
    _write(text, Path(".fwaudit") / f"{verification.evidence.name}.json")
    if out is not None:
        _write(text, out)
    _write(text if name == "json" else verify_text(verification, wants_color(sys.stdout)), None)
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

    from .auditor.verify.comparison import compare_traces
    from .reports.options import wants_color
    from .reports.verify_json import compare_document
    from .reports.verify_text import compare_text

    comparison = compare_traces(a, b)
    if name == "json":
        _write(json.dumps(compare_document(comparison), indent=1) + "\n", None)
    else:
        _write(compare_text(comparison, wants_color(sys.stdout)), None)
    return comparison.exit_code
