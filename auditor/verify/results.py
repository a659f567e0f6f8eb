"""What a run leaves that counts: final parameters, files, outputs, how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from .archives import TENSORS, Archived, compare_archives
from .launch import Ended
from .masking import masked, masked_name, nameless
from .records import records_only
from .trace import Trace
from .tree import file_digest

_TEXT_UP_TO = 64 * 2**20
_LOGS = (".log", ".out", ".err")
#: Folders in which experiment trackers keep what they were told: names, hosts, times, metrics.
_TRACKERS = frozenset({"mlruns", "wandb", ".aim", ".neptune", ".comet", ".clearml", "swanlog"})
_MODELS = (*TENSORS, ".ckpt", ".keras", ".pkl", ".joblib")

SameArtefact = Callable[[Path, Path], bool | None]
"""Whether two artefacts hold the same values; None when their format is not known."""


class Kind(StrEnum):
    """What sort of result differs."""

    STATUS = "status"
    STEPS = "steps"
    PARAMETER = "parameter"
    ARTEFACT = "artefact"
    ESTIMATOR = "estimator"
    FINAL = "final"
    OUTPUT = "output"
    LOG = "log"
    STREAM = "rng-state"


HARD = frozenset({Kind.STATUS, Kind.STEPS, Kind.PARAMETER, Kind.ARTEFACT})
COUNTING = frozenset({Kind.OUTPUT, Kind.ESTIMATOR})


@dataclass(frozen=True, slots=True)
class Run:
    """One finished run and where its evidence lies."""

    name: str
    folder: Path
    ended: Ended
    traces: dict[str, Trace] = field(default_factory=dict[str, Trace])
    files: tuple[str, ...] = ()
    traced: bool = True
    hash_seed: str | None = None
    tree: str = ""

    @property
    def artefacts(self) -> Path:
        """Where the files that the run wrote are kept."""
        return self.folder / "files"

    @property
    def steps(self) -> int:
        """Optimizer steps of the process that made most of them."""
        return max((len(trace.steps) for trace in self.traces.values()), default=0)

    def text(self, stream: str) -> str:
        """What it wrote to stdout or stderr."""
        path = self.folder / stream
        if not path.exists():
            return ""
        with path.open("rb") as file:
            return file.read(_TEXT_UP_TO).decode("utf-8", "replace")

    def final_parameters(self) -> dict[str, int]:
        """`process: name` -> digest after the last step that touched it."""
        found: dict[str, int] = {}
        for key, trace in self.traces.items():
            for leaves in trace.steps:
                for name, digest in leaves.get("parameter", {}).items():
                    found[f"{key}: {name}"] = digest
        return found

    def tails(self, kind: str) -> dict[str, int]:
        """Leaves of that kind at the end of each process."""
        return {
            f"{key}: {name}": digest
            for key, trace in self.traces.items()
            for name, digest in trace.tail.get(kind, {}).items()
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """One result in which two runs differ."""

    kind: Kind
    name: str
    note: str = ""


def compare_results(a: Run, b: Run, same: SameArtefact) -> list[Difference]:
    """Every result in which two runs differ; an empty list means equal."""
    found = [*_endings(a, b), *_files(a, b, same), *_output(a, b)]
    if a.traced and b.traced:
        found += _parameters(a, b)
        found += _tails(a, b)
    return found


def deciding(differences: Iterable[Difference], run: Run) -> list[Difference]:
    """Those that decide: results by themselves; where `run` has none, printed and fitted values."""
    differences = list(differences)
    hard = [difference for difference in differences if difference.kind in HARD]
    if hard or run.files or run.steps:
        return hard
    return [difference for difference in differences if difference.kind in COUNTING]


def _endings(a: Run, b: Run) -> list[Difference]:
    if (a.ended.status, a.ended.code) == (b.ended.status, b.ended.code):
        return []
    return [Difference(Kind.STATUS, "how it ended", f"{a.ended.why} / {b.ended.why}")]


def _parameters(a: Run, b: Run) -> list[Difference]:
    if a.steps != b.steps:
        return [Difference(Kind.STEPS, "number of steps", f"{a.steps} / {b.steps}")]
    first, second = a.final_parameters(), b.final_parameters()
    return [
        Difference(Kind.PARAMETER, name.partition(": ")[2])
        for name in first
        if second.get(name) != first[name]
    ]


def _tails(a: Run, b: Run) -> list[Difference]:
    found: list[Difference] = []
    for name, kind in (
        ("estimator", Kind.ESTIMATOR),
        ("final", Kind.FINAL),
        ("rng-state", Kind.STREAM),
    ):
        first, second = a.tails(name), b.tails(name)
        found += [
            Difference(kind, leaf.partition(": ")[2], leaf.partition(": ")[0])
            for leaf in first
            if leaf in second and second[leaf] != first[leaf]
        ]
    return found


def _files(a: Run, b: Run, same: SameArtefact) -> list[Difference]:
    first, second = _paired(_by_masked_name(a), _by_masked_name(b))
    found: list[Difference] = []
    for name in sorted(first.keys() | second.keys()):
        mine, theirs = first.get(name, []), second.get(name, [])
        kind = Kind.LOG if _is_log(name) else Kind.ARTEFACT
        if len(mine) != len(theirs):
            found.append(Difference(kind, name, f"{len(mine)} / {len(theirs)} files"))
            continue
        if not _same_group(mine, theirs, same, (a.tree, b.tree)):
            found.append(
                _in_archive(mine, theirs, same)
                or _in_records(mine, theirs)
                or Difference(kind, name)
            )
    return found


def _is_log(name: str) -> bool:
    """Whether a file tells of a run; what a tracker keeps of its artefacts and tensors does not."""
    if name.endswith(_LOGS) or "tfevents" in name:
        return True
    parts = name.split("/")
    kept = "artifacts" in parts or name.endswith(_MODELS)
    return not kept and not _TRACKERS.isdisjoint(parts[:-1])


def _in_archive(mine: list[Path], theirs: list[Path], same: SameArtefact) -> Difference | None:
    """Where two archives differ only in what is no tensor, that is no result by itself."""
    if len(mine) != 1:
        return None
    outcome = compare_archives(mine[0], theirs[0], lambda a, b: same_file(a, b, same))
    if outcome is None or outcome[0] is not Archived.RECORDS:
        return None
    words = f"{mine[0].name}: {', '.join(outcome[1][:3])} (all tensors in it are equal)"
    return Difference(Kind.LOG, words)


def _in_records(mine: list[Path], theirs: list[Path]) -> Difference | None:
    """Where two files differ only in times, durations and the like."""
    if len(mine) != 1:
        return None
    names = records_only(mine[0], theirs[0])
    if not names:
        return None
    words = f"{mine[0].name}: {', '.join(names[:3])} (a record of the run; all else is equal)"
    return Difference(Kind.LOG, words)


_Named = dict[str, list[Path]]


def _paired(first: _Named, second: _Named) -> tuple[_Named, _Named]:
    """The files of two runs, with one name where only a part that may have been drawn differs."""
    pairs: list[_Named] = []
    for mine, theirs in ((first, second), (second, first)):
        named: _Named = {}
        for name, paths in mine.items():
            named.setdefault(name if name in theirs else nameless(name), []).extend(paths)
        pairs.append(named)
    return pairs[0], pairs[1]


def _by_masked_name(run: Run) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for name in run.files:
        found.setdefault(masked_name(name), []).append(run.artefacts / name)
    return found


def _same_group(
    mine: list[Path], theirs: list[Path], same: SameArtefact, trees: tuple[str, str]
) -> bool:
    if len(mine) == 1:
        return same_file(mine[0], theirs[0], same, trees)
    # Names were drawn at random: the contents must pair up in some order.
    left = list(theirs)
    for path in mine:
        partner = next((other for other in left if same_file(path, other, same, trees)), None)
        if partner is None:
            return False
        left.remove(partner)
    return True


def same_file(a: Path, b: Path, same: SameArtefact, trees: tuple[str, str] = ("", "")) -> bool:
    """Whether two files hold the same, apart from times and ids in texts."""
    if file_digest(a) == file_digest(b):
        return True
    if same(a, b):
        return True
    archived = compare_archives(a, b, lambda x, y: same_file(x, y, same, trees))
    if archived is not None:
        return archived[0] is Archived.NOTHING
    first, second = _as_text(a), _as_text(b)
    if first is None or second is None:
        return False
    return masked(first, tuple(filter(None, trees))) == masked(second, tuple(filter(None, trees)))


def _as_text(path: Path) -> str | None:
    try:
        if path.stat().st_size > _TEXT_UP_TO:
            return None
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _output(a: Run, b: Run) -> list[Difference]:
    first, second = (masked(run.text("stdout"), tuple(filter(None, (run.tree,)))) for run in (a, b))
    if first == second:
        return []
    number = next(
        (
            i
            for i, (x, y) in enumerate(zip(first.split("\n"), second.split("\n"), strict=False), 1)
            if x != y
        ),
        min(first.count("\n"), second.count("\n")) + 1,
    )
    return [Difference(Kind.OUTPUT, f"line {number} of the output")]
