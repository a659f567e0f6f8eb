"""Can it be repeated, on what: entry points, streams, reruns, variations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..place import Place
from .exhibit import Exhibit
from .fact import Fact, State, Support
from .view import Teller, View, finding_support

_TELL = Teller("Repeatability")
NOT_RUN = "not run"


def repeatability(view: View) -> Iterator[Fact]:
    """Yield what is known of repeating the runs."""
    yield _entry_points(view)
    yield _streams(view)
    yield _verified(view)
    yield _divergence(view)
    yield _device(view)
    yield _variations(view)
    yield _TELL.evidence(
        "determinism-settings",
        "Determinism switched on",
        "set in the code",
        view.repository.grep(
            ("eterminis",),
            r"use_deterministic_algorithms\(\s*True|cudnn\.deterministic\s*=\s*True"
            r"|enable_op_determinism\(|deterministic\s*=\s*True|jax_threefry_partitionable",
        ),
        "no framework is told to be deterministic",
    )
    yield _TELL.evidence(
        "seeds",
        "Seeds set in the code",
        "seeding calls",
        view.repository.grep(
            ("seed", "PRNGKey", "jax.random.key"),
            r"\b(?:manual_seed|set_seed|seed_everything|set_random_seed|random\.seed|PRNGKey"
            r"|random\.key)\(",
        ),
        "no seeding call was found",
    )


def _entry_points(view: View) -> Fact:
    title = "Programs that a person would run"
    if view.scan is None:
        return _TELL.fact("entry-points", title, State.NOT_FOUND, note="not scanned")
    rows = view.entry_points
    if not rows:
        return _TELL.fact("entry-points", title, State.NOT_FOUND, note="no entry point was found")
    support = tuple(_place(row, row["name"]) for row in rows[:8])
    return _TELL.fact("entry-points", title, State.EVIDENCE, f"{len(rows)}", support)


def _place(row: dict[str, Any], note: str) -> Support:
    return Support(Place(str(row["path"]), int(row["line"]), cell=row.get("cell")), note=str(note))


def _streams(view: View) -> Fact:
    title = "Random streams seeded before they are drawn"
    if view.scan is None:
        return _TELL.fact("streams", title, State.NOT_FOUND, note="not scanned")
    if not view.entry_points:
        return _TELL.fact("streams", title, State.NOT_FOUND, note="no entry point was found")
    drawn = [
        (row, stream)
        for row in view.entry_points
        for stream in row["streams"]
        if stream["state"] != "not-drawn"
    ]
    if not drawn:
        note = "no entry point is seen to draw"
        return _TELL.fact("streams", title, State.NOT_APPLICABLE, note=note)
    seeded = sum(stream["state"] == "seeded" for _, stream in drawn)
    loose = [
        _place(stream["drawn_at"] or row, f"{stream['stream']}: {stream['state']}")
        for row, stream in drawn
        if stream["state"] != "seeded"
    ]
    value = f"{seeded} of {len(drawn)} (entry point, stream)"
    return _TELL.fact("streams", title, State.DERIVED, value, tuple(loose[:8]))


def run_support(exhibit: Exhibit) -> Support:
    """Return a verification as support: its command, device and file digest."""
    what = exhibit.command or "verification"
    return Support(run=what, digest=f"sha256:{exhibit.digest}", note=f"on {exhibit.device}")


def verdict_words(exhibit: Exhibit) -> str:
    """Return `deterministic: 5 runs, on x86_64 CPU`."""
    ended = exhibit.provenance.get("max_steps")
    part = f" in the first {ended} steps" if ended else ""
    return f"{exhibit.document['verdict']}{part}: {exhibit.compared} runs on {exhibit.device}"


def _not_run(id: str, title: str) -> Fact:
    note = f"{NOT_RUN}: fwaudit verify -- python train.py"
    return _TELL.fact(id, title, State.NOT_FOUND, note=note)


def _verified(view: View) -> Fact:
    title = "Verified by rerunning"
    if not view.verifications:
        return _not_run("verified", title)
    value = "; ".join(verdict_words(exhibit) for exhibit in view.verifications)
    support = tuple(run_support(exhibit) for exhibit in view.verifications)
    return _TELL.fact("verified", title, State.EVIDENCE, value, support)


def _divergence(view: View) -> Fact:
    title = "First divergence"
    if not view.verifications:
        return _not_run("divergence", title)
    found = [
        (exhibit, exhibit.document["first_divergence"])
        for exhibit in view.verifications
        if exhibit.document.get("first_divergence")
    ]
    if not found:
        note = "no two runs differed"
        return _TELL.fact("divergence", title, State.NOT_APPLICABLE, note=note)
    support = [
        Support(Place(str(d["path"]), int(d.get("line") or 1)), note=str(d["cause"]))
        for _, d in found
        if d.get("path") and d["path"] != "."
    ]
    support += [run_support(exhibit) for exhibit, _ in found]
    causes = "; ".join(
        f"{d['cause']}" + (f" at {d['path']}:{d['line']}" if d.get("line") else "")
        for _, d in found
    )
    return _TELL.fact("divergence", title, State.EVIDENCE, causes, tuple(support))


def _device(view: View) -> Fact:
    title = "Verified on"
    if not view.verifications:
        return _not_run("device", title)
    names = sorted({exhibit.device for exhibit in view.verifications})
    support = tuple(run_support(exhibit) for exhibit in view.verifications)
    return _TELL.fact("device", title, State.EVIDENCE, ", ".join(names), support)


def _variations(view: View) -> Fact:
    title = "Conditions varied"
    rows = [(e, v) for e in view.verifications for v in e.document["variations"]]
    if not rows:
        return _TELL.fact("variations", title, State.NOT_FOUND, note=NOT_RUN)
    said = {None: "not run", True: "changed the result", False: "no change"}
    words = ", ".join(f"{v.get('name')}: {said[v.get('changed')]}" for _, v in rows)
    if all(v.get("changed") is None for _, v in rows):
        return _TELL.fact("variations", title, State.NOT_FOUND, note=words)
    support = tuple(run_support(exhibit) for exhibit in {id(e): e for e, _ in rows}.values())
    return _TELL.fact("variations", title, State.EVIDENCE, words, support)


def security(view: View) -> Iterator[Fact]:
    """Yield what the scan says of loading, secrets and known vulnerabilities."""
    tell = Teller("Safety of loading and serving")
    for id, title, prefixes in (
        ("safe-loading", "Unsafe loading of files", ("SAFE",)),
        ("pins", "Models, data and packages that are not pinned", ("PIN",)),
    ):
        if view.scan is None:
            yield tell.fact(id, title, State.NOT_FOUND, note="not scanned")
            continue
        found = view.findings(*prefixes)
        value = f"{len(found)} findings" if found else "none found"
        yield tell.fact(id, title, State.DERIVED, value, finding_support(found))
    title = "Known vulnerabilities of the dependencies"
    found = view.findings("VULN")
    if found:
        yield tell.fact(
            "vulnerabilities", title, State.EVIDENCE, f"{len(found)} findings",
            finding_support(found),
        )  # fmt: skip
    else:
        yield tell.fact(
            "vulnerabilities", title, State.NOT_FOUND, note=f"{NOT_RUN}: fwaudit scan --audit"
        )
