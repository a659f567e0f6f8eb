"""A verification for the screen: verdict, where, why, what, do; then a timeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..auditor.verify.families import FAMILIES
from .paint import Painter
from .plain import plain
from .verify_variations import leaf_words, variation_lines

if TYPE_CHECKING:
    from ..auditor.verify.compare import Parting, Timeline
    from ..auditor.verify.comparison import Comparison
    from ..auditor.verify.results import Run
    from ..auditor.verify.verdict import Divergence, Verification

_SHOWN_STEPS = 4
_NAMES = {
    "batch": "batch", "loss": "loss", "gradient": "gradients", "parameter": "parameters",
    "rng-state": "RNG state", "estimator": "estimator",
}  # fmt: skip


def verify_text(verification: Verification, color: bool = False) -> str:
    """The screen of `fwaudit verify`, ending in a newline."""
    paint = Painter(color)
    lines = [_head(verification, paint)]
    if verification.divergence is not None:
        lines += ["", *_divergence(verification, verification.divergence, paint)]
        table = _timeline(verification.timeline)
        if table:
            lines += ["", *table]
    else:
        lines += _equal(verification)
    if verification.failed is not None:
        lines += ["", *_failure(verification.failed)]
    if verification.variations:
        lines += ["", *variation_lines(verification.variations, paint)]
    lines += [f"  note: {note}" for note in verification.notes]
    lines += ["", "  " + _environment(verification)]
    return "\n".join(lines) + "\n"


def _head(verification: Verification, paint: Painter) -> str:
    first = verification.divergence
    runs = "1 run" if verification.compared == 1 else f"{verification.compared} runs"
    steps = verification.timeline.steps
    match verification.verdict:
        case "deterministic":
            words = [runs]
            if steps:
                words.append(f"{steps} steps")
            if verification.parameters:
                words.append(f"all {verification.parameters} parameters bitwise equal")
            else:
                words.append("all results equal")
            return f"{paint('good', 'DETERMINISTIC here')}   {', '.join(words)}"
        case "nondeterministic":
            words = [runs]
            if first is not None and first.seen_in.startswith("0/"):
                words.append("equal; an extra run differs")
            elif first is not None:
                words.append(f"{first.seen_in.replace('/', ' of ')} differ from the first")
            if first is not None and first.parting is not None:
                words += _first_step(first.parting, steps)
            return f"{paint('bad', 'NONDETERMINISTIC')}   {', '.join(words)}"
        case _:
            said = runs if verification.failed is None else "the command failed"
            return f"{paint('error', 'INCONCLUSIVE')}   {said}"


def _first_step(parting: Parting, steps: int) -> list[str]:
    if parting.number is None:
        return ["first after the last step"] if steps else []
    of = f" of {steps}" if steps else ""
    return [f"first at step {parting.number}{of}"]


def _divergence(verification: Verification, first: Divergence, paint: Painter) -> list[str]:
    why = first.explanation
    lines: list[str] = []
    if why.site:
        subject = f"   {why.op}" if why.op else ""
        lines.append(f"  where   {paint('place', why.site)}{subject}")
    cause = str(why.cause) + (f": {_stream(why.stream)}" if why.stream else "")
    lines.append(f"  why     {paint('name', cause)}")
    if why.confirmed:
        lines.append(f"          confirmed: {why.confirmed}")
    lines += [f"          {words}" for words in why.evidence[:6]]
    lines += [f"          also: {words}" for words in why.also[:4]]
    lines += [
        f"  what    {words}" if not n else f"          {words}"
        for n, words in enumerate(_what(first))
    ]
    known = first.foretold
    lines.append(f"  rule    {known.words if known else 'none of the static rules predicts this'}")
    lines.append(f"  do      {first.remedy}")
    return lines


def _named(parting: Parting) -> str:
    return " ".join(filter(None, (leaf_words(parting), parting.note)))


def _stream(stream: str | None) -> str:
    return {
        "python": "Python's random", "numpy": "NumPy's stream", "torch": "torch's stream",
        "other": "a generator of its own", "os-entropy": "the system's entropy",
    }.get(stream or "", stream or "")  # fmt: skip


def _what(first: Divergence) -> list[str]:
    lines: list[str] = []
    parting = first.parting
    if parting is not None:
        words = f"{leaf_words(parting)} differs"
        if parting.note:
            words = parting.note
        if first.elements_differing is not None:
            words += f" in {first.elements_differing:,} of {first.elements:,} elements"
            if first.max_ulp:
                words += f", by up to {first.max_ulp:,} ULP"
        if len(parting.names) > 1:
            words += f"; so do {len(parting.names) - 1} more"
        if parting.rank is not None:
            words += f" (rank {parting.rank})"
        lines.append(words)
    shown = [d for d in first.differences if d.kind != "parameter" or parting is None]
    lines += [f"{d.name} differs{': ' + d.note if d.note else ''}" for d in shown[:3]]
    if len(shown) > 3:
        lines.append(f"and {len(shown) - 3} more results")
    return lines


def _equal(verification: Verification) -> list[str]:
    bound = verification.p_upper_95
    lines: list[str] = []
    if bound is not None:
        lines.append(
            f"  so, with 95 % confidence, fewer than {_percent(bound)} in 100 pairs of runs differ;"
            " more runs say more"
        )
    if verification.verdict == "deterministic":
        varied = {v.family for v in verification.variations if v.changed is not None}
        left = [family for family in FAMILIES if family not in varied]
        if not verification.variations:
            lines.append(f"  not varied: {', '.join(left)} (fwaudit verify --vary all)")
    return lines


def _failure(run: Run) -> list[str]:
    """The last words of a run that failed; all of them are in its folder."""
    words = [line for line in run.text("stderr").splitlines() if line.strip()]
    head = f"  {run.name} ended with {run.ended.why}"
    if not words:
        return [f"{head} and wrote nothing to stderr"]
    return [f"{head}; its stderr ends:", *(f"    {plain(line, 160)}" for line in words[-6:])]


def _percent(bound: float) -> int:
    return min(100, int(bound * 100) + 1)


def _timeline(line: Timeline) -> list[str]:
    kinds = [kind for kind in _NAMES if kind in line.differing]
    if not line.steps or not kinds:
        return []
    steps: Sequence[int | None] = list(range(line.steps))
    if line.steps > 2 * _SHOWN_STEPS:
        first = min((steps[0] for steps in line.differing.values() if steps), default=0)
        start = max(0, min(first - 1, line.steps - _SHOWN_STEPS - 1))
        head = list(range(start, start + _SHOWN_STEPS))
        steps = [
            *([None] if start else []),
            *head,
            *([None] if head[-1] < line.steps - 2 else []),
            line.steps - 1,
        ]
    widths = [max(3, len(str(step + 1)) + 1) if step is not None else 3 for step in steps]
    rows = [
        "  step      "
        + "".join(
            _cell(str(s + 1) if s is not None else "…", w)
            for s, w in zip(steps, widths, strict=True)
        )
    ]
    for kind in kinds:
        marks = set(line.differing[kind])
        cells = [
            _cell("" if s is None else "×" if s in marks else "·", w)
            for s, w in zip(steps, widths, strict=True)
        ]
        rows.append(f"  {_NAMES[kind]:<10}" + "".join(cells))
    return [row.rstrip() for row in rows]


def _cell(text: str, width: int) -> str:
    return f"{text:>{width}} "


def _environment(verification: Verification) -> str:
    known = verification.environment
    words = [f"python {known['python']}"] if "python" in known else []
    words += [
        f"{name} {known[name]}"
        for name in ("torch", "tensorflow", "jax", "numpy", "sklearn")
        if name in known
    ]
    if "torch threads" in known:
        words.append(f"{known['torch threads']} threads")
    if not known.get("cuda"):
        words.append("no accelerator")
    count = verification.processes
    runs = f"{count} run{'s' if count > 1 else ''} of the command, {verification.seconds:.0f} s"
    return f"{', '.join(words)}; {runs}; evidence in .fwaudit/{verification.evidence.name}/"


def compare_text(comparison: Comparison, color: bool = False) -> str:
    """The screen of `fwaudit compare`, ending in a newline."""
    paint = Painter(color)
    word = {"deterministic": "EQUAL", "nondeterministic": "DIFFERENT"}.get(
        comparison.verdict, "INCONCLUSIVE"
    )
    (a, steps_a, _), (b, steps_b, _) = comparison.sides
    style = "bad" if comparison.differs else "good"
    lines = [f"{paint(style, word)}   {a} ({steps_a} steps), {b} ({steps_b} steps)"]
    if comparison.environment:
        lines += ["", *(f"  environment   {words}" for words in comparison.environment)]
    parting = comparison.parting
    if parting is not None:
        lines += [
            "",
            f"  first   {f'step {parting.number}: ' if parting.number else ''}{_named(parting)}",
        ]
    if comparison.op is not None:
        lines.append(f"  where   {comparison.site}   {comparison.op}")
    table = _timeline(comparison.timeline)
    if comparison.differs and table:
        lines += ["", *table]
    lines += [f"  note: {note}" for note in comparison.notes]
    return "\n".join(lines) + "\n"
