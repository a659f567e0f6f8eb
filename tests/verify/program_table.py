"""The table of programs: reads it, lays a program out in a folder, runs it, digests its results."""

import hashlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml

PROGRAMS = Path(__file__).parent / "programs"


@dataclass(frozen=True, slots=True)
class Program:
    """One row of truth.yaml."""

    name: str
    file: str
    needs: str
    verdict: str
    cause: str | None
    also_cause: tuple[str, ...]
    stream: str | None
    also_stream: tuple[str, ...]
    op: tuple[str, ...]
    guilty_file: str
    data: tuple[str, ...]
    stdin: str
    server: str | None
    mend: tuple[tuple[str, str], ...]
    measured: Mapping[str, object]

    @property
    def in_folder(self) -> bool:
        """Whether the program is a folder, not one file."""
        return "/" in self.file

    def _inside(self, file: str) -> str:
        return file.partition("/")[2] if self.in_folder else file

    @property
    def entry(self) -> str:
        """What is run, relative to the prepared folder."""
        return self._inside(self.file)

    @property
    def guilty_path(self) -> str:
        """The guilty file, relative to the prepared folder."""
        return self._inside(self.guilty_file)

    @property
    def guilty_lines(self) -> frozenset[int]:
        """Numbers of the lines that end in `# guilty`, from 1."""
        lines = (PROGRAMS / self.guilty_file).read_text().splitlines()
        return frozenset(i for i, line in enumerate(lines, 1) if line.endswith("# guilty"))

    def prepare(self, folder: Path, mended: bool = False) -> Path:
        """Lays the program and its data out in `folder`, which must not exist."""
        ignored = shutil.ignore_patterns("__pycache__")
        if self.in_folder:
            shutil.copytree(PROGRAMS / self.name, folder, ignore=ignored)
        else:
            folder.mkdir(parents=True)
            shutil.copy(PROGRAMS / self.file, folder)
        for data in self.data:
            shutil.copytree(PROGRAMS / data, folder / data)
        if mended:
            self._mend(folder / self.guilty_path)
        return folder

    def _mend(self, path: Path) -> None:
        text = path.read_text()
        for old, new in self.mend:
            if text.count(old) != 1:
                raise ValueError(f"{self.name}: {old!r} occurs {text.count(old)} times")
            text = text.replace(old, new)
        path.write_text(text)


def load_programs(table: str = "truth.yaml") -> list[Program]:
    """Every row of a table."""
    rows = yaml.safe_load((PROGRAMS / table).read_text())
    return [_program(row) for row in rows]


def _program(row: dict[str, object]) -> Program:
    known = {
        "name", "file", "needs", "data", "stdin", "server", "verdict", "cause", "also_cause",
        "stream", "also_stream", "op", "guilty_file", "mend", "measured",
    }  # fmt: skip
    if unknown := row.keys() - known:
        raise ValueError(f"{row['name']}: unknown keys {sorted(unknown)}")
    operation = row.get("op") or []
    return Program(
        name=row["name"],
        file=row["file"],
        needs=row["needs"],
        verdict=row["verdict"],
        cause=row.get("cause"),
        also_cause=tuple(row.get("also_cause", ())),
        stream=row.get("stream"),
        also_stream=tuple(row.get("also_stream", ())),
        op=(operation,) if isinstance(operation, str) else tuple(operation),
        guilty_file=row.get("guilty_file", row["file"]),
        data=tuple(row.get("data", ())),
        stdin=row.get("stdin", ""),
        server=row.get("server"),
        mend=tuple((old, new) for old, new in row.get("mend", ())),
        measured=row.get("measured") or {},
    )


class _Rows(BaseHTTPRequestHandler):
    count = itertools.count()

    def do_GET(self) -> None:
        """Answers with rows that differ from request to request."""
        number = next(self.count)
        body = json.dumps([[x, 2 * x + number / 4] for x in range(8)]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Says nothing."""


@contextmanager
def surroundings(program: Program, home: Path) -> Iterator[dict[str, str]]:
    """The environment that the program runs in, with its server up."""
    home.mkdir(parents=True, exist_ok=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "OMP_"))}
    environment |= {"HOME": str(home), "TORCHINDUCTOR_CACHE_DIR": str(home / "inductor")}
    if program.server is None:
        yield environment
        return
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Rows)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield environment | {"ROWS_URL": f"http://127.0.0.1:{server.server_port}/rows"}
    finally:
        server.shutdown()
        server.server_close()


def run_program(program: Program, folder: Path, home: Path, prefix: Sequence[str] = ()) -> float:
    """Runs it bare in `folder`; seconds. CalledProcessError when it fails."""
    command = [sys.executable, *prefix, program.entry]
    begin = time.monotonic()
    with surroundings(program, home) as environment:
        subprocess.run(
            command,
            cwd=folder,
            env=environment,
            input=program.stdin,
            text=True,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=60,
        )
    return time.monotonic() - begin


def results_digest(folder: Path) -> str:
    """One digest over the content of every file but programs, whatever the files are called."""
    content = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    return hashlib.sha256("".join(sorted(content)).encode()).hexdigest()
