"""The answers that stand first: can it be repeated, on what, what stands in the way, what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .exhibit import Exhibit
from .view import View

_BLOCKING = ("SEED", "KEY", "DET", "ORDER")
#: What the cause of a divergence is called by people.
_CAUSES = {
    "unseeded-rng": "random numbers without a seed",
    "time-dependence": "the clock",
    "hash-order": "the order of a set or of hashes",
    "file-order": "the order in which files are listed",
    "worker-race": "workers that overtake each other",
    "nondeterministic-op": "an operation that is not deterministic",
    "uninitialized-memory": "memory that was never written",
    "state-leak": "what an earlier run left behind",
    "environment": "the environment",
    "external-input": "input from outside the program",
}
_STREAMS = {
    "python": "Python's random module", "numpy": "NumPy's global stream", "torch": "torch",
    "torch-cuda": "torch on CUDA", "tensorflow": "TensorFlow", "jax": "JAX", "gym": "gym",
    "sklearn": "scikit-learn", "os-entropy": "the operating system's entropy",
}  # fmt: skip
_LIKELY = ("train", "main", "run", "fit", "finetune", "experiment")
_VERSIONS = ("python", "torch", "tensorflow", "jax", "keras", "numpy")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the first screen; `tone` is good, bad or open; `command` is what to type."""

    question: str
    short: str
    long: str
    tone: str
    command: str = ""


def obstacles(view: View) -> tuple[dict[str, Any], ...]:
    """Return the findings that stand in the way of repeating: first what was seen to happen."""
    rank = {"error": 0, "warning": 1, "info": 2}
    seen = {(first.get("path"), first.get("line")) for first in _parted(view)}
    files = {path for path, _ in seen}
    found = [f for f in view.findings(*_BLOCKING) if f["severity"] != "info"]

    def order(f: dict[str, Any]) -> tuple[bool, bool, int, str, int]:
        met = (f["path"], f["line"]) not in seen
        return met, f["path"] not in files, rank[f["severity"]], f["path"], f["line"]

    return tuple(sorted(found, key=order))


def answers(view: View, stale: Sequence[str]) -> tuple[Answer, ...]:
    """Return the four answers. `stale` says which evidence is about another state of the source."""
    blocking = obstacles(view)
    repeated = _repeated(view, stale, len(blocking))
    return repeated, _where(view, repeated.tone), _way(view, blocking), _next(view, stale, blocking)


def suggested_command(view: View) -> str:
    """Return the verification to run first: of a program that trains, if one can be seen."""
    rows = [row for row in view.entry_points if row.get("cell") is None and _drawing(row)]
    paths = [str(row["path"]) for row in rows if str(row["path"]).endswith(".py")]

    def order(path: str) -> tuple[bool, int, str]:
        name = path.rsplit("/", 1)[-1]
        return not name.startswith(_LIKELY), path.count("/"), path

    program = min(paths, key=order, default="train.py")
    return f"fwaudit verify -- python {program}"


def _drawing(row: dict[str, Any]) -> bool:
    return any(stream["state"] != "not-drawn" for stream in row["streams"])


def _parted(view: View) -> list[dict[str, Any]]:
    found = [exhibit.document.get("first_divergence") for exhibit in view.verifications]
    return [first for first in found if first]


def _repeated(view: View, stale: Sequence[str], blocking: int) -> Answer:
    question = "Can this be repeated?"
    by: dict[str, list[Exhibit]] = {}
    for exhibit in view.verifications:
        by.setdefault(str(exhibit.document["verdict"]), []).append(exhibit)
    bad, good = by.get("nondeterministic", []), by.get("deterministic", [])
    if stale:
        return Answer(question, "Not known", "; ".join(stale), "open")
    if not view.verifications and blocking:
        words = f"nothing was rerun yet; {_places(blocking)} in the code can make runs differ"
        return Answer(question, "Probably not", words, "bad")
    if not view.verifications:
        return Answer(question, "Not known", "nothing was rerun yet", "open")
    words = "; ".join([*map(_differs, bad), *map(_repeats, good), *_left(view)])
    if bad:
        return Answer(question, "Not all of it" if good else "No", words, "bad")
    if len(good) < len(view.verifications):
        return Answer(
            question, "Not known", f"reruns were inconclusive; {words}".strip("; "), "open"
        )
    return Answer(question, "Yes, as far as rerun" if _left(view) else "Yes", words, "good")


def _differs(exhibit: Exhibit) -> str:
    parting: dict[str, Any] = exhibit.document.get("first_divergence") or {}
    step = parting.get("step")
    at = f", first at step {step}" if step else ""
    return f"{exhibit.compared} runs of {_program(exhibit)} differ{at}"


def _repeats(exhibit: Exhibit) -> str:
    ended = exhibit.provenance.get("max_steps")
    part = f" in the first {ended} steps" if ended else ""
    return f"{exhibit.compared} runs of {_program(exhibit)} are equal{part}"


def _program(exhibit: Exhibit) -> str:
    return exhibit.command.removeprefix("python ") or "it"


def _left(view: View) -> list[str]:
    """Say how many programs that draw were not rerun."""
    words = {word for exhibit in view.verifications for word in exhibit.command.split()}
    names = {word.removeprefix("./") for word in words}
    left = [
        path
        for path in {str(row["path"]) for row in view.entry_points if _drawing(row)}
        if path not in names and path.removesuffix(".py").replace("/", ".") not in names
    ]
    if not left:
        return []
    return [
        "1 other program was not rerun"
        if len(left) == 1
        else f"{len(left)} other programs were not rerun"
    ]


def _where(view: View, tone: str) -> Answer:
    question = "On what?"
    if not view.verifications:
        return Answer(question, "Nothing yet", "no machine has rerun it", "open")
    devices = sorted({exhibit.device for exhibit in view.verifications})
    versions: dict[str, str] = {}
    for exhibit in view.verifications:
        known: dict[str, Any] = exhibit.document["environment"]
        versions |= {name: str(known[name]) for name in _VERSIONS if known.get(name)}
    words = ", ".join(f"{name} {version}" for name, version in versions.items())
    only = "" if _on_accelerator(devices) else "; no accelerator"
    said = f"{words or 'versions were not recorded'}{only}"
    return Answer(question, ", ".join(devices), said, "good" if tone == "good" else "open")


def _on_accelerator(devices: Sequence[str]) -> bool:
    return any(word in device.lower() for device in devices for word in ("cuda", "nvidia"))


def _way(view: View, blocking: Sequence[dict[str, Any]]) -> Answer:
    question = "What stands in the way?"
    if parted := _parted(view):
        first = parted[0]
        seen = {(item.get("path"), item.get("line")) for item in parted}
        more = sum((f["path"], f["line"]) not in seen for f in blocking)
        rest = f"; {_places(more, 'more ')} in the code" if more > 0 else ""
        return Answer(question, _cause(first), f"seen {_at(first)}{rest}", "bad")
    if blocking:
        kinds = Counter(str(f["name"]) for f in blocking).most_common(3)
        words = ", ".join(f"{count} × {name}" for name, count in kinds)
        return Answer(question, f"{_places(len(blocking))} in the code", words, "bad")
    if view.scan is None:
        return Answer(question, "Not known", "the code was not scanned", "open")
    return Answer(question, "Nothing seen", "by the rules that ran", "good")


def _cause(first: dict[str, Any]) -> str:
    cause = str(first["cause"])
    if cause == "unseeded-rng" and first.get("stream") in _STREAMS:
        return f"{_STREAMS[str(first['stream'])]} is drawn from without a seed"
    words = _CAUSES.get(cause, "a cause that was not found")
    return words[0].upper() + words[1:]


def _at(first: dict[str, Any]) -> str:
    if first.get("path") in (None, "."):
        return "in the reruns"
    return f"in the reruns at {first['path']}:{first['line']}"


def _next(view: View, stale: Sequence[str], blocking: Sequence[dict[str, Any]]) -> Answer:
    question = "What do I do?"
    bad = [e for e in view.verifications if e.document.get("first_divergence")]
    if stale:
        rerun = _rerun(view.verifications[0]) if view.verifications else ""
        words = "the source has changed since; scan and rerun it as it is now"
        command = rerun or "fwaudit scan --format json=.fwaudit/scan.json"
        return Answer(question, "Make the evidence again", words, "open", command)
    if bad:
        first = bad[0].document["first_divergence"]
        remedy = str(
            first.get("remedy") or "no remedy is known: fwaudit verify --level op says more"
        )
        return Answer(question, "Mend it, then rerun", remedy, "open", _rerun(bad[0]))
    if not view.verifications:
        words = "what runs show, no reading can" if not blocking else "begin with the list below"
        short = "Mend, then rerun" if blocking else "Rerun it"
        return Answer(question, short, words, "open", suggested_command(view))
    unclear = [e for e in view.verifications if e.document["verdict"] == "inconclusive"]
    if unclear:
        notes = [str(note) for note in unclear[0].document.get("notes") or ()]
        words = notes[0] if notes else "what kept the reruns from a verdict stands under Reruns"
        return Answer(question, "Rerun it", words, "open", _rerun(unclear[0]))
    if blocking:
        words = "the reruns did not meet what is listed below; other inputs or machines may"
        return Answer(question, f"Mend {_places(len(blocking))}", words, "open")
    if not any(
        v.get("changed") is not None for e in view.verifications for v in e.document["variations"]
    ):
        words = "equal runs under equal conditions; change one condition at a time"
        command = _rerun(view.verifications[0]).replace("verify ", "verify --vary all ", 1)
        return Answer(question, "Vary the conditions", words, "open", command)
    return Answer(
        question, "Nothing more here", "the gate decides by your policy", "good", "fwaudit gate"
    )


def _rerun(exhibit: Exhibit) -> str:
    return f"fwaudit verify -- {exhibit.command}" if exhibit.command else ""


def _places(number: int, more: str = "") -> str:
    return f"1 {more}place" if number == 1 else f"{number:,} {more}places"
