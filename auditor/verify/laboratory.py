"""Runs the command under chosen conditions, one run at a time, each with its evidence folder."""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from .command import Command
from .launch import Ended, Status, launch
from .options import Observer, VerifyOptions
from .results import Run
from .trace import read_traces
from .tree import Tree, snapshot, touched

TRACER = Path(__file__).resolve().parent.parent / "tracer"
_MOST_KEPT = 2 * 2**30
_SHORTEST_LIMIT = 60.0

Pins = Mapping[str, Mapping[str, Any]]


class OutOfBudget(Exception):
    """The next run would not fit into the time that the person gave."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is special about one run; the defaults make an ordinary traced run."""

    traced: bool = True
    events: bool = False
    values: bool = False
    window: tuple[int, int] | None = None
    brief: bool = False
    pins: Pins = field(default_factory=dict[str, Mapping[str, Any]])
    hash_seed: int | None = None
    fixed_addresses: bool = False
    left_tree: bool = False
    overlay: Mapping[str, Path] = field(default_factory=dict[str, Path])
    dump: Sequence[tuple[int, str, str]] = ()
    dump_operations: Sequence[int] = ()


class Laboratory:
    """Owns the tree, the evidence folder, the clock and the budget of one verification."""

    def __init__(
        self,
        options: VerifyOptions,
        command: Command,
        tree: Tree,
        evidence: Path,
        observer: Observer,
    ) -> None:
        self.options = options
        self.command = command
        self.tree = tree
        self.evidence = evidence
        self.observer = observer
        self.runs: list[Run] = []
        self.begun = time.monotonic()
        self._numbers = itertools.count(1)
        self._inject = evidence / "inject"
        self._inject.mkdir(parents=True)
        shutil.copy(TRACER / "sitecustomize.py", self._inject)

    @property
    def longest(self) -> float:
        """Seconds of the longest finished run."""
        return max((run.ended.seconds for run in self.runs), default=0.0)

    @property
    def seconds(self) -> float:
        """Seconds since the verification began."""
        return time.monotonic() - self.begun

    def run(self, name: str, why: str, conditions: Conditions | None = None) -> Run:
        """One run. OutOfBudget when it would not fit; UserError when the command cannot start."""
        conditions = conditions or Conditions()
        self._check_budget()
        folder = self._folder(name)
        if not conditions.left_tree and not self.options.in_place:
            self.tree.refresh()
        for target, source in conditions.overlay.items():
            (self.tree.place / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, self.tree.place / target)
        before = snapshot(self.tree.place)
        hash_seed, environment = self._environment(folder, conditions)
        self.observer.begin(folder.name, why)
        ended = self._launch(folder, environment, conditions.fixed_addresses)
        self.observer.end(folder.name, ended.status, ended.seconds)
        files = self._counting(touched(before, self.tree.place))
        self._keep(files, folder / "files")
        run = Run(
            name=folder.name,
            folder=folder,
            ended=ended,
            traces=read_traces(folder / "trace"),
            files=tuple(files),
            traced=conditions.traced,
            hash_seed=hash_seed,
            tree=str(self.tree.place),
        )
        self.runs.append(run)
        return run

    def _launch(self, folder: Path, environment: dict[str, str], fixed_addresses: bool) -> Ended:
        begun = time.monotonic()
        try:
            return launch(
                self.command.words(folder / "settings.json"),
                self.command.folder,
                environment,
                folder,
                self.options.stdin,
                self._limit(),
                fixed_addresses,
            )
        except KeyboardInterrupt:
            self.observer.end(folder.name, Status.KILLED, time.monotonic() - begun)
            raise

    def _limit(self) -> float | None:
        if self.options.timeout is not None:
            return self.options.timeout
        first = next((run.ended.seconds for run in self.runs), None)
        limit = None if first is None else max(3 * first, first + _SHORTEST_LIMIT)
        if self.options.budget is not None:
            left = self.options.budget - self.seconds
            limit = left if limit is None else min(limit, left)
        return limit

    def _check_budget(self) -> None:
        budget = self.options.budget
        if budget is not None and self.runs and self.seconds + self.longest > budget:
            raise OutOfBudget

    def _folder(self, name: str) -> Path:
        folder = self.evidence / "runs" / f"{next(self._numbers):02d}-{name}"
        (folder / "trace").mkdir(parents=True)
        return folder

    def _environment(
        self, folder: Path, conditions: Conditions
    ) -> tuple[str | None, dict[str, str]]:
        environment = dict(os.environ)
        environment["FWAUDIT_RUN"] = uuid.uuid4().hex
        for name in ("FWAUDIT_TRACER", "FWAUDIT_DEPTH"):
            environment.pop(name, None)
        if not conditions.traced:
            return None, environment
        hash_seed = environment.get("PYTHONHASHSEED")
        hidden = False
        if conditions.hash_seed is not None:
            hash_seed = str(conditions.hash_seed)
        elif hash_seed in (None, "random"):
            # Drawn here instead of by the interpreter, so that it can be given again.
            hash_seed, hidden = str(random.SystemRandom().randrange(1, 2**32)), True
        environment["PYTHONHASHSEED"] = str(hash_seed)
        path = [str(self._inject), *filter(None, [environment.get("PYTHONPATH")])]
        environment["PYTHONPATH"] = os.pathsep.join(path)
        environment["FWAUDIT_TRACER"] = str(folder / "settings.json")
        self._write_settings(folder, conditions, hidden)
        return hash_seed, environment

    def _write_settings(self, folder: Path, conditions: Conditions, hidden: bool) -> None:
        settings = {
            "format": 1,
            "tracer": str(TRACER),
            "out": str(folder / "trace"),
            "root": str(self.tree.place),
            "redirect": None
            if self.options.in_place
            else [str(self.tree.original), str(self.tree.place)],
            "events": conditions.events,
            "values": conditions.values,
            "window": conditions.window,
            "brief": conditions.brief,
            "pins": conditions.pins,
            "dump": list(conditions.dump),
            "dump_operations": list(conditions.dump_operations),
            "hide_hash_seed": hidden,
            "max_bytes": self.options.max_trace,
            "max_steps": self.options.max_steps,
        }
        (folder / "settings.json").write_text(json.dumps(settings, indent=1))

    def _counting(self, files: list[str]) -> list[str]:
        globs = self.options.artifacts
        if not globs:
            return files
        here = os.path.relpath(self.options.folder.resolve(), self.tree.original)
        return [
            name
            for name in files
            if any(fnmatch(os.path.relpath(name, here), glob) for glob in globs)
        ]

    def _keep(self, files: list[str], target: Path) -> None:
        kept = 0
        for name in files:
            source = self.tree.place / name
            if source.is_symlink() or not source.is_file():
                continue
            kept += source.stat().st_size
            if kept > _MOST_KEPT:
                sys.stderr.write(
                    "fwaudit: more than 2 GiB of output files; the rest is not compared\n"
                )
                return
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
