"""A release policy: what must hold, what risk is accepted, by whom and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

import yaml

from ..errors import UserError, nearest
from ..verify.families import check_family

SCHEMA = "fwaudit.policy/1"
SEVERITIES = ("error", "warning", "info", "never")


@dataclass(frozen=True, slots=True)
class Rerun:
    """A verification that must exist. `device` and `command` are parts of the recorded words."""

    command: str = ""
    device: str = ""
    verdict: str = "deterministic"
    runs: int = 2
    variations: tuple[str, ...] = ()

    def __str__(self) -> str:
        what = self.command or "a program"
        return f"{what} on {self.device}" if self.device else what


@dataclass(frozen=True, slots=True)
class Acceptance:
    """An accepted risk. It answers findings of `rule` (code, name), narrowed by the others."""

    rule: str
    reason: str
    person: str
    expires: date
    path: str = ""
    fingerprint: str = ""

    def answers(self, finding: Mapping[str, Any]) -> bool:
        """Whether this speaks of a finding; whether it has expired is asked elsewhere."""
        return (
            self.rule in {finding["code"], finding["name"]}
            and self.path in {"", finding["path"]}
            and self.fingerprint in {"", finding["fingerprint"]}
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that a gate asks."""

    fail_on: str = "error"
    block: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    allow_unreadable: bool = False
    allow_baseline: bool = False
    reruns: tuple[Rerun, ...] = ()
    max_age_days: int = 90
    artifacts: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    accept: tuple[Acceptance, ...] = ()


_TOP: dict[str, type] = {
    "schema": str, "scan": dict, "verify": list, "freshness": dict, "artifacts": list,
    "documents": list, "fields": list, "accept": list,
}  # fmt: skip
_SCAN: dict[str, type] = {
    "fail-on": str, "block": list, "without": list,
    "allow-unreadable": bool, "allow-baseline": bool,
}  # fmt: skip
_RERUN: dict[str, type] = {
    "command": str, "device": str, "verdict": str, "runs": int, "variations": list,
}  # fmt: skip
_ACCEPT: dict[str, type] = {
    "rule": str, "path": str, "fingerprint": str, "reason": str, "person": str, "expires": date,
}  # fmt: skip


def read_policy(path: Path) -> Policy:
    """Read a policy file.

    Raises:
        UserError: missing, not YAML, or a key is unknown, missing or of the wrong type.
    """
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise UserError(f"policy {path}: {error.strerror}", "write one: fwaudit init") from None
    except UnicodeDecodeError:
        raise UserError(f"policy {path}: not UTF-8") from None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        document: Any = yaml.load(text, Loader=loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        line = str(error).split("\n", 1)[0]
        raise UserError(f"policy {path}: not valid YAML: {line}") from None
    top = _Table(str(path), document, _TOP)
    if top.values.get("schema") != SCHEMA:
        raise UserError(f"policy {path}: `schema` must be {SCHEMA}")
    return _policy(top)


def _policy(top: _Table) -> Policy:
    scan = _Table(f"{top.where}: scan", top.values.get("scan") or {}, _SCAN)
    fail_on = scan.values.get("fail-on", "error")
    if fail_on not in SEVERITIES:
        raise UserError(f"{scan.where}: `fail-on` is one of {', '.join(SEVERITIES)}")
    freshness = _Table(
        f"{top.where}: freshness", top.values.get("freshness") or {}, {"max-age-days": int}
    )
    return Policy(
        fail_on=fail_on,
        block=scan.texts("block"),
        without=scan.texts("without"),
        allow_unreadable=scan.values.get("allow-unreadable", False),
        allow_baseline=scan.values.get("allow-baseline", False),
        reruns=tuple(
            _rerun(_Table(f"{top.where}: verify[{number}]", item, _RERUN))
            for number, item in enumerate(top.values.get("verify") or ())
        ),
        max_age_days=freshness.values.get("max-age-days", 90),
        artifacts=top.texts("artifacts"),
        documents=top.texts("documents"),
        fields=top.texts("fields"),
        accept=tuple(
            _acceptance(_Table(f"{top.where}: accept[{number}]", item, _ACCEPT))
            for number, item in enumerate(top.values.get("accept") or ())
        ),
    )


def _rerun(table: _Table) -> Rerun:
    verdict = table.values.get("verdict", "deterministic")
    if verdict not in {"deterministic", "nondeterministic", "inconclusive"}:
        raise UserError(f"{table.where}: unknown verdict {verdict!r}")
    runs = table.values.get("runs", 2)
    if runs < 2:
        raise UserError(f"{table.where}: `runs` must be 2 or more")
    for name in table.texts("variations"):
        check_family(name, f"{table.where}: `variations`")
    return Rerun(
        command=table.values.get("command", ""),
        device=table.values.get("device", ""),
        verdict=verdict,
        runs=runs,
        variations=table.texts("variations"),
    )


def _acceptance(table: _Table) -> Acceptance:
    for key in ("rule", "reason", "person", "expires"):
        if not table.values.get(key):
            raise UserError(f"{table.where}: `{key}` is needed to accept a risk")
    values = table.values
    expires: date = values["expires"]
    return Acceptance(
        rule=values["rule"],
        reason=values["reason"],
        person=values["person"],
        expires=expires.date() if isinstance(expires, datetime) else expires,
        path=values.get("path", ""),
        fingerprint=values.get("fingerprint", ""),
    )


class _Table:
    """A mapping whose keys and types are known."""

    def __init__(self, where: str, document: Any, keys: Mapping[str, type]) -> None:
        self.where = where
        if not isinstance(document, dict):
            raise UserError(f"{where}: must be a mapping")
        self.values = cast("dict[str, Any]", document)
        for key, value in self.values.items():
            if key not in keys:
                raise UserError(f'{where}: unknown key "{key}"', nearest(str(key), keys))
            wanted = keys[key]
            wrong = not isinstance(value, wanted) or (wanted is int and isinstance(value, bool))
            if value is not None and wrong:
                raise UserError(f"{where}: `{key}` must be a {_NAMES[wanted]}")

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.values.get(key) or ()
        if not all(isinstance(value, str) for value in values):
            raise UserError(f"{self.where}: `{key}` must be a list of texts")
        return tuple(values)


_NAMES: dict[type, str] = {
    dict: "mapping", list: "list", str: "text", bool: "boolean", int: "whole number",
    date: "date (2027-01-31)",
}  # fmt: skip


def check_rules(policy: Policy, path: Path, rules: Mapping[str, str]) -> None:
    """Check that the policy names rules (code, name or family) that exist.

    Raises:
        UserError: a word means no rule, so that it would block or accept nothing.
    """
    families = {code.rstrip("0123456789") for code in rules}
    known = {*rules, *rules.values()}
    for word in (*policy.block, *policy.without):
        if word not in known | families:
            raise UserError(f'policy {path}: no rule "{word}"', nearest(word, known | families))
    for item in policy.accept:
        if item.rule not in known:
            raise UserError(f'policy {path}: no rule "{item.rule}"', nearest(item.rule, known))
