"""Extra runs that plain reruns cannot replace: used tree, other listing order, filled memory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from .conditions import Conditions
from .influences import uses
from .inquiry import Inquiry
from .results import Difference, Kind, Run, compare_results, same_file
from .verdict import Cause, Explanation

_LISTING = {"listdir", "scandir", "glob", "iglob", "rglob", "iterdir", "walk"}
_MEMORY = {"empty", "empty_like", "new_empty", "empty_strided", "Tensor"}
_PROBED = {"listing": "reversed listings", "memory": "filled memory"}
_NUMBER = re.compile(r"(\d+)")
_REVERSED: Mapping[str, Any] = {"order": "reversed"}


def mentions(run: Run) -> set[str]:
    """Words of interest in the user's code that the run loaded."""
    return {
        str(word)
        for trace in run.traces.values()
        for words in trace.noted("mentions")
        for word in words
    }


def probe(
    inquiry: Inquiry, runs: list[Run], in_place: bool
) -> tuple[Explanation | None, list[str]]:
    """One run under all conditions that apply; where it differs, each by itself. With notes."""
    last = runs[-1]
    words = mentions(last)
    pins: dict[str, Mapping[str, Any]] = {}
    if words & _LISTING:
        pins["listing"] = _REVERSED
    if words & _MEMORY:
        pins["memory"] = {"fill": "poison"}
    used = bool(last.files) and not in_place
    if not used and not pins:
        return None, []
    names = ["a second run in the same tree"] if used else []
    names += [words for name, words in _PROBED.items() if name in pins]
    together = inquiry.laboratory.run(
        "probe", ", ".join(names), Conditions(pins=pins, left_tree=used)
    )
    if not _differ(inquiry, last, together, used):
        return None, [f"{', '.join(names)}: equal"]
    return _separately(inquiry, last, used, pins)


def _separately(
    inquiry: Inquiry, last: Run, used: bool, pins: Mapping[str, Mapping[str, Any]]
) -> tuple[Explanation | None, list[str]]:
    notes: list[str] = []
    if "listing" in pins:
        found = _listing(inquiry, last)
        if found is not None:
            return found, notes
    if "memory" in pins:
        found = _memory(inquiry, last)
        if found is not None:
            return found, notes
    if used:
        return _leak(inquiry)
    return None, notes


def _differ(inquiry: Inquiry, before: Run, after: Run, used: bool) -> list[Difference]:
    """Differences that count; in a used tree, only what the second run did itself."""
    found = compare_results(before, _as_left(before, after) if used else after, inquiry.same)
    found = [d for d in found if d.kind not in (Kind.STREAM, Kind.FINAL, Kind.LOG)]
    if any(d.kind in (Kind.PARAMETER, Kind.ARTEFACT) for d in found):
        found = [d for d in found if d.kind is not Kind.OUTPUT]
    elif found and all(d.kind in (Kind.OUTPUT, Kind.ESTIMATOR) for d in found) and used:
        # It says "loading the cache": other words, the same results.
        return [] if before.files or before.steps else found
    return [d for d in found if not (used and _mere_growth(before, after, d))]


def _as_left(before: Run, after: Run) -> Run:
    """The second run together with the files of the first that still count as its results."""
    from .masking import masked_name, nameless

    files = [*after.files]
    for at, name in enumerate(files):
        earlier = _earlier_number(name, before, after)
        if earlier:
            (after.artefacts / earlier).parent.mkdir(parents=True, exist_ok=True)
            (after.artefacts / earlier).write_bytes((after.artefacts / name).read_bytes())
            files[at] = earlier
    after = replace(after, files=tuple(files))
    mine = {nameless(masked_name(name)) for name in after.files}
    kept = [name for name in before.files if nameless(masked_name(name)) not in mine]
    for name in kept:
        source, target = before.artefacts / name, after.artefacts / name
        if source.exists() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    return replace(after, files=tuple(sorted({*after.files, *kept})))


def _earlier_number(name: str, before: Run, after: Run) -> str:
    """The file of the first run that this one counts on from (exp2/a.pt from exp1/a.pt), or ""."""
    if name in before.files:
        return ""
    words = _NUMBER.split(name)
    found: list[str] = []
    for other in set(before.files) - set(after.files):
        theirs = _NUMBER.split(other)
        if len(theirs) == len(words) and words[::2] == theirs[::2]:
            changed = [(a, b) for a, b in zip(theirs, words, strict=True) if a != b]
            if len(changed) == 1 and int(changed[0][0]) < int(changed[0][1]):
                found.append(other)
    return found[0] if len(found) == 1 else ""


def _mere_growth(before: Run, after: Run, difference: Difference) -> bool:
    """A log that the second run appended the same to, or a counter of runs."""
    old, new = before.artefacts / difference.name, after.artefacts / difference.name
    if difference.kind is not Kind.ARTEFACT or not old.is_file() or not new.is_file():
        return False
    first, second = old.read_bytes(), new.read_bytes()
    if re.fullmatch(rb"\s*\d+\s*", first) and re.fullmatch(rb"\s*\d+\s*", second):
        return True
    return len(first) > 0 and second == first + first


def _listing(inquiry: Inquiry, last: Run) -> Explanation | None:
    conditions = Conditions(pins={"listing": _REVERSED}, events=True)
    turned = inquiry.laboratory.run("listing", "reversed listings alone", conditions)
    if not _differ(inquiry, last, turned, False):
        return None
    again = inquiry.laboratory.run("listing", "reversed listings, once more", conditions)
    if _differ(inquiry, turned, again, False):
        return None
    sites = list(dict.fromkeys(use.site for use in uses(turned, again, "listing")))
    site = sites[0] if sites else ""
    for candidate in sites[:6] if len(sites) > 1 else ():
        pins = {"listing": {**_REVERSED, "except": [candidate]}}
        released = inquiry.laboratory.run(
            "released", f"all reversed but {candidate}", Conditions(pins=pins)
        )
        if _differ(inquiry, turned, released, False):
            site = candidate
            break
    return Explanation(
        cause=Cause.FILE_ORDER,
        site=site,
        op="os.listdir",
        confirmed="with listings in reverse order, and nothing else changed, the results differ",
        evidence=(
            "plain reruns agree here; the system promises no order, and others give another",
        ),
    )


def _memory(inquiry: Inquiry, last: Run) -> Explanation | None:
    filled = Conditions(pins={"memory": {"fill": "poison"}}, events=True)
    zeros = Conditions(pins={"memory": {"fill": "zero"}}, events=True)
    poisoned = inquiry.laboratory.run("memory", "allocated memory filled with one value", filled)
    cleared = inquiry.laboratory.run("memory", "allocated memory filled with zeros", zeros)
    if not _differ(inquiry, poisoned, cleared, False):
        return None
    seen = uses(poisoned, cleared, "memory")
    sites = list(dict.fromkeys(use.site for use in seen))
    site = sites[0] if sites else ""
    for candidate in sites[:6] if len(sites) > 1 else ():
        pins = {"memory": {"fill": "poison", "except": [s for s in sites if s != candidate]}}
        alone = inquiry.laboratory.run(
            "memory", f"filled at {candidate} alone", Conditions(pins=pins)
        )
        if _differ(inquiry, last, alone, False):
            site = candidate
            break
    what = next((use.what for use in seen if use.site == site), None)
    return Explanation(
        cause=Cause.MEMORY,
        site=site,
        op=what,
        subject=what or "",
        confirmed="filling freshly allocated memory with another value changes the results",
        framework="torch" if (what or "").startswith("aten") else None,
    )


def _leak(inquiry: Inquiry) -> tuple[Explanation | None, list[str]]:
    laboratory = inquiry.laboratory
    source = laboratory.run("fresh", "a fresh tree, for its successor")
    second = laboratory.run(
        "second", "in the tree that it left", Conditions(left_tree=True, events=True)
    )
    if not _differ(inquiry, source, second, True):
        return None, []
    read = _reads(second)
    suspects = [name for name in source.files if name in read] or list(source.files)
    for name in suspects[:6]:
        overlay: dict[str, Path] = {name: source.artefacts / name}
        fed = laboratory.run(
            "fed", f"a fresh tree with only {name} left", Conditions(overlay=overlay)
        )
        if _differ(inquiry, source, fed, True) and not _differ_now(inquiry, second, fed):
            return (
                Explanation(
                    cause=Cause.STATE_LEAK,
                    site=read.get(name) or _listed(second, name),
                    subject=name,
                    confirmed=f"with only {name} left over, the results are those of a second run",
                    evidence=(f"{name} is written by one run and read by the next",),
                ),
                [],
            )
    return Explanation(
        cause=Cause.STATE_LEAK,
        confirmed="only the run in its predecessor's tree differs",
        evidence=(f"left behind: {', '.join(source.files[:8])}",),
    ), []


def _differ_now(inquiry: Inquiry, a: Run, b: Run) -> list[Difference]:
    found = compare_results(a, b, inquiry.same)
    shared = set(a.files) & set(b.files)
    return [
        d
        for d in found
        if d.kind in (Kind.PARAMETER, Kind.STATUS, Kind.STEPS)
        or (d.kind is Kind.ARTEFACT and d.name in shared
            and not same_file(a.artefacts / d.name, b.artefacts / d.name, inquiry.same))
    ]  # fmt: skip


def _listed(run: Run, name: str) -> str:
    """Site of the line that lists the innermost listed folder around a file, or ""."""
    listed = _reads(run, ("list",))
    folders = [f"{folder}/" for folder in PurePosixPath(name).parents[:-1]] + [""]
    return next((listed[folder] for folder in folders if folder in listed), "")


def _reads(run: Run, words: tuple[str, ...] = ("read", "open")) -> dict[str, str]:
    """File of the tree -> site of the line that first reads it, else of the one that opens it."""
    found: dict[str, str] = {}
    for word in words:
        prefix = f"{word} {run.tree.rstrip('/')}/"
        for trace in run.traces.values():
            for event in trace.events:
                if event.family == "tree-file" and event.what.startswith(prefix):
                    found.setdefault(event.what[len(prefix) :], event.site)
    return found
