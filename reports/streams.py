"""The table entry point x stream: for people, and as JSON."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .. import __version__
from ..auditor.place import Place
from ..auditor.scan_result import ScanResult
from ..auditor.streams import STREAMS, EntryPointStreams, State, StreamState
from .plain import plain, to_json
from .scan_json import entry_point_document

SCHEMA = "fwaudit.streams/1"
_STYLES = {
    State.SEEDED: "green",
    State.CONDITIONAL: "yellow",
    State.UNSEEDED: "red",
    State.UNKNOWN: "dim",
    State.NOT_DRAWN: "dim",
}
_LEGEND = (
    "",
    "seeded, too late: where it is seeded; unseeded: where it is drawn from first; –: not drawn.",
    "(in part), ?: steps ran out or cells could not be parsed; what was not seen is not known.",
    "A bare :12 is a line of the entry point itself, [3]:2 a cell and its line.",
)
#: Narrower screens cut the reasons that make the table useful.
_WIDTH = 150


def render_streams(name: str, result: ScanResult, *, color: bool = False, below: str = "") -> str:
    """Return the table as `text` or `json`; `below` as in `RenderOptions`."""
    rows: Sequence[EntryPointStreams] = result.entry_points
    if name == "json":
        return to_json(
            {
                "schema": SCHEMA,
                "fwaudit": __version__,
                "root": below.rstrip("/") or ".",
                "entry_points": [entry_point_document(row) for row in rows],
                "errors": [
                    {"path": p.place.path, "line": p.place.line, "message": p.message}
                    for p in result.problems
                ],
            }
        )
    if not rows or rows[0].library:
        return _without_programs(rows)
    text = io.StringIO()
    console = Console(
        file=text, width=_WIDTH, color_system="standard" if color else None, force_terminal=color,
        highlight=False, emoji=False, markup=False, legacy_windows=False,
    )  # fmt: skip
    console.print(_table(rows))
    return "\n".join([*(line.rstrip() for line in text.getvalue().splitlines()), *_LEGEND]) + "\n"


def _table(rows: Sequence[EntryPointStreams]) -> Table:
    shown = [stream for stream in STREAMS if any(_find(row, stream) for row in rows)]
    table = Table(box=None, padding=(0, 3, 0, 0), show_edge=False, header_style="bold")
    for title in ("entry point", *shown):
        table.add_column(title, overflow="fold")
    for row in rows:
        name = row.path if row.complete else f"{row.path} (in part)"
        table.add_row(Text(plain(name)), *[_cell(row, stream) for stream in shown])
    return table


def _find(row: EntryPointStreams, stream: str) -> StreamState | None:
    state = next((item for item in row.streams if item.stream == stream), None)
    return state if state is not None and state.state is not State.NOT_DRAWN else None


def _cell(row: EntryPointStreams, stream: str) -> Text:
    found = _find(row, stream)
    if found is None:
        return Text("–" if row.complete else "?", style="dim")
    match found.state:
        case State.SEEDED:
            said = f"seeded {_short(found.seeded_at, row.path)}"
        case State.CONDITIONAL:
            said = f"conditional: {found.why}" if found.why else "conditional"
        case State.UNSEEDED if found.seeded_at is not None:
            said = f"too late {_short(found.seeded_at, row.path)}"
        case State.UNSEEDED:
            said = f"unseeded {_short(found.drawn_at, row.path)}"
        case _:
            said = str(found.state)
    return Text(plain(said.strip()), style=_STYLES[found.state])


def _short(place: Place | None, here: str) -> str:
    """Say a place as briefly as the row allows: `:41`, `[3]:2` or `data.py:88`."""
    if place is None:
        return ""
    cell = "" if place.cell is None else f"[{place.cell}]"
    name = "" if place.path == here else place.path.rsplit("/", 1)[-1]
    return f"{name}{cell}:{place.line}"


def _without_programs(packages: Sequence[EntryPointStreams]) -> str:
    lines = ["No entry points: nothing here is run by itself."]
    for package in packages:
        drawn = [item for item in package.streams if item.drawn_at is not None]
        seeded = [f"{item.stream} at {item.seeded_at}" for item in drawn if item.seeded_at]
        if not drawn:
            lines.append(f"{package.name} draws from no random stream.")
            continue
        streams = ", ".join(f"{item.stream} (first at {item.drawn_at})" for item in drawn)
        then = (
            f"seeds {', '.join(seeded)} when it is asked to"
            if seeded
            else "never seeds (correct for a library: its callers do)"
        )
        lines.append(f"{package.name} draws from {streams} and {then}.")
    return "".join(f"{plain(line)}\n" for line in lines)
