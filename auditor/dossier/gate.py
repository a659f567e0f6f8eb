"""The verdict over a release: every condition of the policy against the evidence. Fails closed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ..finding import Severity
from .dossier import Dossier
from .exhibit import Exhibit
from .judgement import Condition, Judgement, Outcome, Presented
from .policy import Policy, Rerun
from .tree import file_digest

#: Clocks of two machines may differ by this much.
_CLOCKS = timedelta(minutes=5)


def judge(
    policy: Policy,
    presented: Sequence[Presented],
    dossier: Dossier,
    required: frozenset[str] = frozenset(),
    now: datetime | None = None,
) -> Judgement:
    """Judge a release.

    `dossier` is of the tree as it stands now. `required` are the codes of the rules that a scan
    must have run; a scan that left one out is incomplete evidence, unless the policy says so.
    """
    return _Judge(policy, presented, dossier, required, now or datetime.now(UTC)).judgement()


class _Judge:
    def __init__(
        self,
        policy: Policy,
        presented: Sequence[Presented],
        dossier: Dossier,
        required: frozenset[str],
        now: datetime,
    ) -> None:
        self.policy = policy
        self.presented = presented
        self.dossier = dossier
        self.required = required
        self.now = now
        self.used: dict[int, int] = {}

    def judgement(self) -> Judgement:
        conditions = [
            *self.broken(),
            *self.scan(),
            *self.reruns(),
            *self.artifacts(),
            *self.documents(),
            *self.fields(),
            *self.expired(),
        ]
        accepted = tuple(
            (item, self.used[number])
            for number, item in enumerate(self.policy.accept)
            if number in self.used
        )
        return Judgement(tuple(conditions), accepted)

    def broken(self) -> Iterator[Condition]:
        for item in self.presented:
            if item.exhibit is None:
                title = f"{item.kind} evidence {item.path.name} can be read"
                yield Condition(
                    f"read:{item.path.name}", title, Outcome.MISSING, item.problem,
                    f"make it again: {_MAKE[item.kind]}",
                )  # fmt: skip

    def exhibits(self, kind: str) -> list[Exhibit]:
        return [p.exhibit for p in self.presented if p.kind == kind and p.exhibit is not None]

    def unfit(self, exhibit: Exhibit) -> str:
        """Why evidence does not speak of this tree today; empty when it does."""
        made = exhibit.time
        if not exhibit.tree or "content" not in exhibit.provenance:
            return f"{exhibit.path.name} does not say which source it is about"
        if exhibit.tree != self.dossier.tree.digest:
            return f"{exhibit.path.name} is about another state of the source"
        if made is None:
            return f"{exhibit.path.name} does not say when it was made"
        if made > self.now + _CLOCKS:
            return f"{exhibit.path.name} was made in the future"
        if self.now - made > timedelta(days=self.policy.max_age_days):
            days = (self.now - made).days
            return f"{exhibit.path.name} is {days} days old, {self.policy.max_age_days} are allowed"
        return ""

    def scan(self) -> Iterator[Condition]:
        title = "the source was scanned"
        exhibits = self.exhibits("scan")
        if not exhibits:
            yield Condition("scan", title, Outcome.MISSING, "no scan", f"run {_MAKE['scan']}")
            return
        exhibit = exhibits[-1]
        if why := self.unfit(exhibit):
            yield Condition("scan", title, Outcome.MISSING, why, f"run {_MAKE['scan']}")
            return
        yield Condition(
            "scan", title, Outcome.OK, f"{exhibit.path.name} of {exhibit.time:%Y-%m-%d}"
        )
        yield from self.coverage(exhibit)
        open_findings = [f for f in exhibit.document["findings"] if not self.is_accepted(f)]
        yield from self.severity(open_findings)
        yield from self.blocked(open_findings)

    def coverage(self, exhibit: Exhibit) -> Iterator[Condition]:
        """What the scan could not see, or was told not to see."""
        summary = exhibit.document["summary"]
        unread, known = int(summary["unreadable"]), int(summary["baselined"])
        if unread and not self.policy.allow_unreadable:
            yield Condition(
                "unreadable", "every file could be read", Outcome.MISSING,
                f"{unread} could not", "fwaudit scan names them (META003)",
            )  # fmt: skip
        if known and not self.policy.allow_baseline:
            yield Condition(
                "baseline", "no finding is hidden by a baseline", Outcome.FAIL,
                f"{known} are", "accept the risks by name, or set allow-baseline",
            )  # fmt: skip
        ran: Any = exhibit.provenance.get("rules")
        known_rules = {str(code) for code in ran} if isinstance(ran, list) else set[str]()  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        left_out = sorted(
            code
            for code in self.required - known_rules
            if not any(_is_below(code, word) for word in self.policy.without)
        )
        if left_out or exhibit.provenance.get("whole") is False:
            why = f"left out: {', '.join(left_out[:6])}" if left_out else "it saw only a part"
            yield Condition(
                "coverage", "the scan saw everything with every rule", Outcome.MISSING, why,
                f"run {_MAKE['scan']}",
            )  # fmt: skip

    def is_accepted(self, finding: dict[str, Any]) -> bool:
        today = self.now.date()
        for number, item in enumerate(self.policy.accept):
            if item.expires >= today and item.answers(finding):
                self.used[number] = self.used.get(number, 0) + 1
                return True
        return False

    def severity(self, findings: list[dict[str, Any]]) -> Iterator[Condition]:
        if self.policy.fail_on == "never":
            return
        least = Severity(self.policy.fail_on)
        found = [f for f in findings if Severity(f["severity"]).rank >= least.rank]
        yield _none_of("severity", f"no finding at {least} or above", found)

    def blocked(self, findings: list[dict[str, Any]]) -> Iterator[Condition]:
        for word in self.policy.block:
            found = [f for f in findings if f["name"] == word or _is_below(f["code"], word)]
            yield _none_of(f"block:{word}", f"no finding of {word}", found)

    def reruns(self) -> Iterator[Condition]:
        for number, wanted in enumerate(self.policy.reruns):
            yield self.rerun(f"verify:{number}", wanted)

    def rerun(self, id: str, wanted: Rerun) -> Condition:
        title = f"verified {wanted.verdict}: {wanted}"
        do = f"run {_MAKE['verify']}"
        if wanted.variations:
            do = f"run fwaudit verify --vary {','.join(wanted.variations)} -- python train.py"
        fitting = [
            exhibit
            for exhibit in self.exhibits("verify")
            if wanted.command in exhibit.command and wanted.device.lower() in exhibit.device.lower()
        ]
        if not fitting:
            return Condition(id, title, Outcome.MISSING, "no evidence", do)
        fresh = [exhibit for exhibit in fitting if not self.unfit(exhibit)]
        if not fresh:
            return Condition(id, title, Outcome.MISSING, self.unfit(fitting[-1]), do)
        # Every fitting verification counts, so that a bad one is not hidden by a good one.
        bad = [e for e in fresh if e.document["verdict"] not in {wanted.verdict, "inconclusive"}]
        if bad:
            why = f"{bad[0].path.name} says {bad[0].document['verdict']}"
            return Condition(id, title, Outcome.FAIL, why, _remedy(bad[0]))
        return self.fulfilled(id, title, wanted, fresh, do)

    def fulfilled(
        self, id: str, title: str, wanted: Rerun, fresh: list[Exhibit], do: str
    ) -> Condition:
        whys: list[str] = []
        for exhibit in fresh:
            done = {
                str(v.get("name"))
                for v in exhibit.document["variations"]
                if v.get("changed") is not None
            }
            changed = [
                str(v.get("name")) for v in exhibit.document["variations"] if v.get("changed")
            ]
            well = sum(run.get("status") == "ok" for run in exhibit.document["runs"])
            runs = min(well, exhibit.compared)
            lacking = [name for name in wanted.variations if name not in done]
            broken = [name for name in wanted.variations if name in changed]
            if broken:
                why = f"results change with {', '.join(broken)}"
                return Condition(id, title, Outcome.FAIL, why, "pin it, or leave it out on purpose")
            if exhibit.document["verdict"] != wanted.verdict:
                whys.append(f"{exhibit.path.name} says {exhibit.document['verdict']}")
            elif runs < wanted.runs:
                whys.append(f"{runs} runs ended well, {wanted.runs} are asked for")
            elif lacking:
                notes = {
                    v.get("name"): f" ({v['note']})"
                    for v in exhibit.document["variations"]
                    if v.get("note")
                }
                named = (f"{name}{notes.get(name, '')}" for name in lacking)
                whys.append(f"not varied: {', '.join(named)}")
            else:
                why = f"{runs} runs on {exhibit.device}, {exhibit.time:%Y-%m-%d}"
                return Condition(id, title, Outcome.OK, why)
        return Condition(id, title, Outcome.MISSING, "; ".join(whys), do)

    def artifacts(self) -> Iterator[Condition]:
        """The artefacts that a verification recorded must be those that lie here now."""
        recorded: dict[str, str] = {}
        for exhibit in self.exhibits("verify"):
            if not self.unfit(exhibit):
                found = exhibit.provenance.get("artifacts")
                recorded |= found if isinstance(found, dict) else {}
        for path in self.policy.artifacts:
            title = f"{path} is what was verified"
            file = self.dossier.root / path
            if path not in recorded:
                yield Condition(
                    f"artifact:{path}", title, Outcome.MISSING, "no verification recorded it",
                    f"run fwaudit verify --artifact {path} -- …",
                )  # fmt: skip
            elif not file.is_file():
                yield Condition(f"artifact:{path}", title, Outcome.MISSING, "it is not here")
            elif recorded[path] != f"sha256:{file_digest(file)}":
                why = "its digest is not the recorded one"
                yield Condition(
                    f"artifact:{path}", title, Outcome.MISSING, why, f"run {_MAKE['verify']}"
                )
            else:
                yield Condition(f"artifact:{path}", title, Outcome.OK, "digests agree")

    def documents(self) -> Iterator[Condition]:
        for path in self.policy.documents:
            file = self.dossier.root / path
            title = f"{path} is there and says something"
            if not file.is_file():
                yield Condition(f"document:{path}", title, Outcome.FAIL, "not there", "write it")
            elif not file.read_bytes()[:4096].strip():
                yield Condition(f"document:{path}", title, Outcome.FAIL, "empty", "fill it")
            else:
                yield Condition(f"document:{path}", title, Outcome.OK)

    def fields(self) -> Iterator[Condition]:
        for id in self.policy.fields:
            try:
                fact = self.dossier.fact(id)
            except KeyError:
                yield Condition(
                    f"field:{id}", f"field {id}", Outcome.MISSING, "there is no such field",
                    "fwaudit report --format json lists them",
                )  # fmt: skip
                continue
            title = f"field filled: {fact.title}"
            outcome = Outcome.OK if fact.is_filled else Outcome.FAIL
            words = ": ".join(filter(None, (fact.state.value.replace("-", " "), fact.note)))
            why = fact.value[:100] if fact.is_filled else words
            do = "" if fact.is_filled else "say it there, or take the field out of the policy"
            yield Condition(f"field:{id}", title, outcome, why, do)

    def expired(self) -> Iterator[Condition]:
        today = self.now.date()
        for item in self.policy.accept:
            if item.expires < today:
                yield Condition(
                    f"accept:{item.rule}", f"accepted risk {item.rule} is still in force",
                    Outcome.MISSING, f"it expired on {item.expires}, accepted by {item.person}",
                    "mend it, or accept it again with a new date",
                )  # fmt: skip


_MAKE = {
    "scan": "fwaudit scan --format json=.fwaudit/scan.json",
    "verify": "fwaudit verify -- python train.py",
}


def _is_below(code: str, word: str) -> bool:
    return code == word or (word.isalpha() and code.rstrip("0123456789") == word)


def _none_of(id: str, title: str, found: Iterable[dict[str, Any]]) -> Condition:
    listed = list(found)
    if not listed:
        return Condition(id, title, Outcome.OK)
    first = listed[0]
    more = f" and {len(listed) - 1} more" if len(listed) > 1 else ""
    where = "" if first["path"] == "." else f"{first['path']}:{first['line']}: "
    why = f"{first['code']}: {where}{first['message']}{more}"
    return Condition(id, title, Outcome.FAIL, why, f"fwaudit explain {first['name']}")


def _remedy(exhibit: Exhibit) -> str:
    first: dict[str, Any] = exhibit.document.get("first_divergence") or {}
    return str(first.get("remedy") or "look at the first divergence in the evidence")
