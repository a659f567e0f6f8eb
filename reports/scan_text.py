"""Findings for a person at a terminal: code frames, evidence, what to do."""

from __future__ import annotations

from itertools import takewhile

from ..auditor.finding import Evidence, Finding
from ..auditor.scan import ScanResult
from .frame import FrameLine, Frames
from .options import RenderOptions
from .paint import Painter
from .plain import plain, width
from .scan_concise import header
from .summary import headline, remarks, statistics_table

#: Evidence outside the frame that a person is shown; JSON and SARIF hold all of it.
_MOST_SEEN = 12


def render(result: ScanResult, options: RenderOptions) -> str:
    """Return every finding with its frame, then the summary."""
    paint = Painter(options.color)
    frames = Frames(result.project.discovery.files)
    parts = [_finding(finding, frames, paint, options.below) for finding in result.findings]
    if options.statistics:
        parts.append(_statistics(result))
    closing = [headline(result)]
    if extra := remarks(result):
        closing.append(" ".join(extra))
    parts.append("\n".join(closing))
    return "\n\n".join(parts) + "\n"


def _finding(finding: Finding, frames: Frames, paint: Painter, below: str) -> str:
    lines, elsewhere = frames.frame(finding)
    gutter = gutter_width(lines)
    out = [header(finding, paint, "the repository", below), *frame_lines(lines, paint)]
    out += [
        f"{' ' * (gutter + 1)}{paint('gutter', '=')} {words}"
        for words in _remarks(finding, elsewhere)
    ]
    return "\n".join(out)


def gutter_width(lines: list[FrameLine]) -> int:
    """Return how many columns the line numbers take."""
    return max([3, *(len(str(line.number)) for line in lines)])


def frame_lines(lines: list[FrameLine], paint: Painter) -> list[str]:
    """Return the frame as text lines: numbers, source, carets, notes."""
    if not lines:
        return []
    gutter = gutter_width(lines)
    bar = paint("gutter", "|")
    out = [f"{' ' * gutter} {bar}"]
    column = min(max((width(line.text) for line in lines if line.note), default=0) + 4, 64)
    previous = lines[0].number
    for line in lines:
        if line.number - previous > 1:
            out.append(f"{' ' * gutter} {paint('gutter', ':')}")
        previous = line.number
        number = paint("gutter", f"{line.number:>{gutter}}")
        pad = " " * max(column - width(line.text), 2)
        note = f"{pad}{paint('dim', line.note)}" if line.note else ""
        out.append(f"{number} {bar} {line.text}{note}".rstrip())
        if line.mark is not None:
            start, count = line.mark
            carets = paint("bad", "^" * count)
            out.append(f"{' ' * gutter} {bar} {' ' * start}{carets}")
    return out


def _remarks(finding: Finding, elsewhere: list[Evidence]) -> list[str]:
    words: list[str] = []
    if finding.entry_point and finding.entry_point not in finding.message:
        words.append(f"entry point {plain(finding.entry_point)}")
    steps = list(takewhile(_is_step, elsewhere))
    if steps:
        places = list(dict.fromkeys([*(str(item.place) for item in steps), str(finding.place)]))
        words.append(f"way: {' → '.join(map(plain, places))}")
    rest = elsewhere[len(steps) :]
    words += [seen(item) for item in rest[:_MOST_SEEN]]
    if len(rest) > _MOST_SEEN:
        words.append(f"seen: {len(rest) - _MOST_SEEN} more places")
    words += [plain(detail) for detail in finding.details]
    if finding.help:
        words.append(f"help: {plain(finding.help)}")
    words.append(f"fwaudit explain {finding.name}")
    return words


def _is_step(item: Evidence) -> bool:
    """Whether a piece of evidence is a step on the way from an entry point to the finding."""
    return item.note == "calls" or item.note.startswith("entry point ")


def seen(item: Evidence) -> str:
    """Return a piece of evidence as one line: `way: …` as it stands, else `seen: … at place`."""
    note = plain(item.note, 600)
    place = plain(str(item.place))
    if note.startswith(("way:", "seen:")):
        return note if place in note or item.place.path == "." else f"{note} ({place})"
    return f"seen: {place}: {note}" if item.place.path != "." else f"seen: {note}"


def _statistics(result: ScanResult) -> str:
    head = ("code", "name", "found", "suppressed", "ms")
    rows = [head, *statistics_table(result)]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:>{widths[2]}}"
        f"  {row[3]:>{widths[3]}}  {row[4]:>{widths[4]}}"
        for row in rows
    )
