"""VULN001 and VULN002: known vulnerabilities, and what nobody could answer for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.example import Example
from ...auditor.finding import Evidence, Finding, Severity
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.rule import ProjectRule
from .answers import Vulnerability
from .lookup import Lookup, look_up
from .pins import Release

_RECORDS = (
    (
        "made-up.json",
        json.dumps(
            {
                "id": "PYSEC-0000-1",
                "aliases": ["CVE-0000-1"],
                "summary": "A made-up advisory for the examples.",
                "affected": [
                    {
                        "package": {"ecosystem": "PyPI", "name": "Shapes"},
                        "ranges": [
                            {
                                "type": "ECOSYSTEM",
                                "events": [{"introduced": "0"}, {"fixed": "1.4"}],
                            }
                        ],
                    }
                ],
            }
        ),
    ),
)


class KnownVulnerability(ProjectRule):
    """A pinned package has a known vulnerability.

    ## What it does
    Only when asked: `--audit` (by pip-audit, at the package index or at `--osv-url`) or
    `--advisories PATH` (a folder or zip of OSV records, without the network). Looks up the
    release of every package that an environment file pins or locks; nothing is installed. One
    finding a release, with its advisories and the releases that mend them.

    ## Why is this bad?
    Somebody knows how to attack what the repository tells people to install.

    ## Use instead
    The fixed release, and a lock written again.

    ## References
    https://osv.dev
    https://github.com/pypa/pip-audit
    """

    code = "VULN001"
    name = "known-vulnerability"
    audits = True
    bad = (
        Example("shapes==1.3  # <-\nother==2.0\n", path="requirements.txt", advisories=_RECORDS),
        Example(
            '[[package]]\nname = "shapes"  # <-\nversion = "1.0"\n',
            path="uv.lock",
            advisories=_RECORDS,
            title="in a lock",
        ),
    )
    good = (
        Example("shapes==1.4\n", path="requirements.txt", advisories=_RECORDS),
        Example("shapes==1.3\n", path="requirements.txt", title="nobody asked"),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        found = look_up(project)
        if found is None:
            return
        for release, vulnerabilities in sorted(found.answers.known.items(), key=_by_release):
            if vulnerabilities:
                yield self._found(found, release, vulnerabilities)

    def _found(
        self, found: Lookup, release: Release, vulnerabilities: Sequence[Vulnerability]
    ) -> Finding:
        places = found.pins.releases[release]
        names = [_named(item) for item in vulnerabilities]
        shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        fixed = sorted({item.fixed_in[0] for item in vulnerabilities if item.fixed_in})
        what = "a known vulnerability" if len(names) == 1 else f"{len(names)} known vulnerabilities"
        return self.finding(
            places[0],
            f"{release.name} {release.version} has {what}: {shown}",
            help=f"fixed in {', '.join(fixed)}" if fixed else "no fixed release is recorded",
            evidence=[
                *(Evidence(place, "named here too") for place in places[1:10]),
                *(Evidence(places[0], f"{item.id}: {item.summary}") for item in vulnerabilities),
            ],
        )


def _by_release(pair: tuple[Release, object]) -> tuple[str, str]:
    return (pair[0].name, pair[0].version)


def _named(item: Vulnerability) -> str:
    known = next((name for name in item.aliases if name.startswith("CVE-")), "")
    return f"{item.id} ({known})" if known and known != item.id else item.id


class NotAudited(ProjectRule):
    """A dependency could not be audited, so nothing is known about it.

    ## What it does
    Only when an audit was asked for: lists, one finding a file, the packages without a pinned
    release, those from an address or another channel, and those for which the service had no
    answer or could not be reached; and projects in which no environment file names a package. The
    scan then counts as incomplete (exit code 3), whatever rules are selected.

    ## Why is this bad?
    "No known vulnerabilities found" is also what a tool prints when it skipped everything.
    Skipped is never clean.

    ## Use instead
    A lock, and a service that answers: `--osv-url`, or `--advisories` with a copy of the records.

    ## References
    https://github.com/pypa/pip-audit#usage
    """

    code = "VULN002"
    name = "not-audited"
    audits = True
    severity = Severity.INFO
    bad = (
        Example("shapes>=1.3  # <-\n", path="requirements.txt", advisories=_RECORDS),
        Example(
            "shapes==1.4\nclip @ git+https://github.com/openai/CLIP  # <-\n",
            path="requirements.txt",
            advisories=_RECORDS,
        ),
        Example("import shapes\n", advisories=_RECORDS, title="nothing is declared", absent=True),
    )
    good = (
        Example("shapes==1.4\n", path="requirements.txt", advisories=_RECORDS),
        Example("shapes>=1.3\n", path="requirements.txt", title="nobody asked"),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        found = look_up(project)
        if found is None:
            return
        missing: dict[str, list[tuple[Place, str, str]]] = {}
        for place, text, why in found.pins.open:
            missing.setdefault(place.path, []).append((place, text, why))
        for release, places in found.pins.releases.items():
            why = _why(found, release)
            if why:
                text = f"{release.name} {release.version}"
                missing.setdefault(places[0].path, []).append((places[0], text, why))
        for path, listed in sorted(missing.items()):
            yield self._found(path, sorted(listed))
        if not project.environment.files and project.modules:
            yield self.absent(
                "no environment file names a package, so nothing was audited",
                help="write down what is installed: pip freeze, uv lock, conda env export",
            )

    def _found(self, path: str, listed: list[tuple[Place, str, str]]) -> Finding:
        names = list(dict.fromkeys(text for _, text, _ in listed))
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        reasons = list(dict.fromkeys(why for _, _, why in listed))
        what = "1 package" if len(names) == 1 else f"{len(names)} packages"
        was = "was" if len(names) == 1 else "were"
        return self.finding(
            listed[0][0],
            f"{what} of {path} {was} not audited ({'; '.join(reasons[:3])}): {shown}",
            help="lock them, and ask a service that knows them (--osv-url, --advisories)",
            evidence=[Evidence(place, f"{text}: {why}") for place, text, why in listed[:40]],
        )


def _why(found: Lookup, release: Release) -> str:
    if release in found.answers.unanswered:
        return found.answers.unanswered[release]
    if release in found.pins.foreign and not found.answers.known.get(release):
        return "a conda build; advisories are for the Python index"
    return ""
