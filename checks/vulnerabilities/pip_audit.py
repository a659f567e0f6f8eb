"""Asks pip-audit, in a process of its own, about a file that we wrote; nothing is installed."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from packaging.utils import canonicalize_name

from .answers import Answers, Vulnerability, without_aliases
from .pins import Release, rounds

#: Seconds for one list of packages; a request for each is made one after the other.
TIMEOUT = 900


def ask(releases: Iterable[Release], osv_url: str | None) -> Answers:
    """Look up releases at the package index, or at an OSV service.

    pip-audit exits 0 and prints "No known vulnerabilities found" when it skipped every package;
    what it skipped is unanswered here.
    """
    answers = Answers()
    wanted = list(releases)
    if importlib.util.find_spec("pip_audit") is None:
        return _all(wanted, "pip-audit is not installed: pip install 'fwaudit[audit]'")
    for batch in rounds(wanted):
        part = _ask(batch, osv_url)
        answers.known |= part.known
        answers.unanswered |= part.unanswered
        if len(part.unanswered) == len(batch) and not part.known and _is_unreachable(part):
            # The service is not there; asking for the rest would only wait again.
            answers.unanswered |= {
                release: next(iter(part.unanswered.values()))
                for release in wanted
                if release not in answers.known
            }
            break
    return answers


_UNREACHABLE = "the advisory service could not be asked"


def _is_unreachable(answers: Answers) -> bool:
    return all(why.startswith(_UNREACHABLE) for why in answers.unanswered.values())


def _all(releases: Iterable[Release], why: str) -> Answers:
    return Answers(unanswered=dict.fromkeys(releases, why))


def _ask(batch: list[Release], osv_url: str | None) -> Answers:
    with tempfile.TemporaryDirectory(prefix="fwaudit-") as folder:
        listed = Path(folder, "requirements.txt")
        listed.write_text("".join(f"{item.name}=={item.version}\n" for item in batch), "utf-8")
        # Isolated (-I): neither the current folder nor PYTHON* variables reach the child.
        command = [
            *(sys.executable, "-I", "-m", "pip_audit", "--requirement", str(listed)),
            *("--disable-pip", "--no-deps", "--format", "json", "--progress-spinner", "off"),
        ]
        if osv_url is not None:
            command += ["--vulnerability-service", "osv", "--osv-url", osv_url]
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT, check=False
            )
        except subprocess.TimeoutExpired:
            return _all(batch, f"{_UNREACHABLE}: no answer within {TIMEOUT} seconds")
        except OSError as error:
            return _all(batch, f"pip-audit did not start: {error}")
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return _all(batch, f"{_UNREACHABLE}: {_last_line(done.stderr)}")
    return _read(report, batch)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    last = lines[-1] if lines else "pip-audit said nothing"
    plain = re.search(r"\[Errno -?\d+\] ([^\"')]+)", last)
    return plain[1].lower() if plain is not None else last[:200]


def _read(report: Any, batch: list[Release]) -> Answers:
    answers = Answers()
    by_name = {canonicalize_name(item.name): item for item in batch}
    found: Any = cast(dict[str, Any], report).get("dependencies") if report else None
    for item in cast(list[dict[str, Any]], found or []):
        release = by_name.pop(canonicalize_name(str(item.get("name", ""))), None)
        if release is None:
            continue
        if "skip_reason" in item or "vulns" not in item:
            answers.unanswered[release] = _reason(str(item.get("skip_reason", "it was skipped")))
            continue
        answers.known[release] = without_aliases(
            [
                Vulnerability(
                    str(vulnerability.get("id", "")),
                    tuple(map(str, vulnerability.get("aliases", []))),
                    tuple(map(str, vulnerability.get("fix_versions", []))),
                    str(vulnerability.get("description") or "").split("\n", 1)[0][:200],
                )
                for vulnerability in cast(list[dict[str, Any]], item["vulns"])
            ]
        )
    for release in by_name.values():
        answers.unanswered[release] = "pip-audit gave no answer for it"
    return answers


def _reason(text: str) -> str:
    if "not found on PyPI" in text:
        return "the package index did not answer: unknown there, or a mirror without advisories"
    return text.split("\n", 1)[0][:200]
