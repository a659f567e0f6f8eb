"""What to scan and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .audit import AuditRequest
from .cache import Cache
from .config import Config
from .project import Project
from .rule import RuleClass


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What to scan and how. Command-line values are merged into `config` before."""

    paths: tuple[Path, ...]
    rules: tuple[RuleClass, ...]
    config: Config = field(default_factory=Config)
    current: Path = field(default_factory=Path.cwd)
    jobs: int | None = None
    cache: Cache | None = None
    force_exclude: bool = False
    baseline: frozenset[str] = frozenset()
    #: Path -> changed lines; only findings on them are reported (`--since`).
    changed: Mapping[str, frozenset[int]] | None = None
    #: Path and text given on standard input, examined in place of the file.
    stdin: tuple[str, bytes] | None = None
    #: Makes the table entry point × stream from the linked project, when it is wanted.
    streams: Callable[[Project], Sequence[Any]] | None = None
    #: Where to look up known vulnerabilities; None looks nothing up.
    audit: AuditRequest | None = None
