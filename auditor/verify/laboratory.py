"""Runs the command under chosen conditions, one run at a time, each with its evidence folder."""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import time
import uuid
from pathlib import Path

from .conditions import Conditions
from .launch import Ended, Status, launch
from .options import Observer, VerifyOptions
from .results import Run
from .trace import read_traces
from .tree import snapshot, touched
from .workplace import Workplace

TRACER = Path(__file__).resolve().parent.parent / "tracer"
# All that stands on the program's import path for a moment: nothing that shadows its modules.
_INJECTED = ("sitecustomize.py", "_fwaudit_loading.py")
_SHORTEST_LIMIT = 60.0


class NoMoreRuns(Exception):
    """The next run would not fit into the time that the person gave, or Ctrl-C ended this one."""


class Laboratory:
    """Owns the workplaces, the evidence folder, the clock and the budget of one verification."""

    def __init__(
        self,
        options: VerifyOptions,
        here: Workplace,
        elsewhere: Workplace,
        evidence: Path,
        observer: Observer,
    ) -> None:
        self.options = options
        self.here = here
        self.elsewhere = elsewhere
        self.evidence = evidence
        self.observer = observer
        self.runs: list[Run] = []
        self.interrupted = False
        self.begun = time.monotonic()
        self._numbers = itertools.count(1)
        self._inject = evidence / "inject"
        self._inject.mkdir(parents=True)
        for name in _INJECTED:
            shutil.copy(TRACER / name, self._inject)

    @property
    def longest(self) -> float:
        """Seconds of the longest finished run."""
        return max((run.ended.seconds for run in self.runs), default=0.0)

    @property
    def seconds(self) -> float:
        """Seconds since the verification began."""
        return time.monotonic() - self.begun

    def run(self, name: str, why: str, conditions: Conditions | None = None) -> Run:
        """One run. NoMoreRuns when it would not fit; UserError when the command cannot start."""
        conditions = conditions or Conditions()
        self._check_limits()
        folder = self._folder(name)
        workplace = self.elsewhere if conditions.elsewhere else self.here
        if not conditions.left_tree and not self.options.in_place:
            workplace.tree.refresh()
        workplace.lay_out(conditions.overlay)
        before = snapshot(workplace.place)
        hash_seed, environment = self._environment(folder, workplace, conditions)
        self.observer.begin(folder.name, why)
        ended = self._launch(folder, workplace, environment, conditions)
        self.observer.end(folder.name, ended.status, ended.seconds)
        files = workplace.counting(touched(before, workplace.place), self.options)
        workplace.keep(files, folder / "files")
        run = Run(
            name=folder.name,
            folder=folder,
            ended=ended,
            traces=read_traces(folder / "trace"),
            files=tuple(files),
            traced=conditions.traced,
            hash_seed=hash_seed,
            tree=str(workplace.place),
        )
        self.runs.append(run)
        return run

    def _launch(
        self,
        folder: Path,
        workplace: Workplace,
        environment: dict[str, str],
        conditions: Conditions,
    ) -> Ended:
        begun = time.monotonic()
        try:
            return launch(
                workplace.command.words(folder / "settings.json"),
                workplace.command.folder,
                environment,
                folder,
                self.options.stdin,
                self._limit(conditions.patience),
                conditions.fixed_addresses,
                conditions.cpus,
            )
        except KeyboardInterrupt:
            self.observer.end(folder.name, Status.KILLED, time.monotonic() - begun)
            self.interrupted = True
            raise NoMoreRuns("interrupted") from None

    def _limit(self, patience: float) -> float | None:
        if self.options.timeout is not None:
            return self.options.timeout
        first = next((run.ended.seconds for run in self.runs), None)
        limit = None if first is None else patience * max(3 * first, first + _SHORTEST_LIMIT)
        if self.options.budget is not None:
            left = self.options.budget - self.seconds
            limit = left if limit is None else min(limit, left)
        return limit

    def _check_limits(self) -> None:
        budget = self.options.budget
        if self.interrupted:
            raise NoMoreRuns("interrupted")
        if budget is not None and self.runs and self.seconds + self.longest > budget:
            raise NoMoreRuns("the budget ended")

    def _folder(self, name: str) -> Path:
        folder = self.evidence / "runs" / f"{next(self._numbers):02d}-{name}"
        (folder / "trace").mkdir(parents=True)
        return folder

    def _environment(
        self, folder: Path, workplace: Workplace, conditions: Conditions
    ) -> tuple[str | None, dict[str, str]]:
        environment = {**os.environ, **conditions.variables}
        environment["FWAUDIT_RUN"] = uuid.uuid4().hex
        for name in ("FWAUDIT_TRACER", "FWAUDIT_DEPTH"):
            environment.pop(name, None)
        if not conditions.traced:
            return None, environment
        hash_seed = environment.get("PYTHONHASHSEED")
        hidden = False
        if conditions.hash_seed is not None:
            hash_seed = str(conditions.hash_seed)
        elif hash_seed in (None, "", "random"):
            # Drawn here instead of by the interpreter, so that it can be given again.
            drawn = str(random.SystemRandom().randrange(1, 2**32))
            hash_seed, hidden = conditions.salt or drawn, True
        environment["PYTHONHASHSEED"] = str(hash_seed)
        path = [str(self._inject), *filter(None, [environment.get("PYTHONPATH")])]
        environment["PYTHONPATH"] = os.pathsep.join(path)
        environment["FWAUDIT_TRACER"] = str(folder / "settings.json")
        self._write_settings(folder, workplace, conditions, hidden)
        return hash_seed, environment

    def _write_settings(
        self, folder: Path, workplace: Workplace, conditions: Conditions, hidden: bool
    ) -> None:
        tree = workplace.tree
        settings = {
            "format": 1,
            "tracer": str(TRACER),
            "out": str(folder / "trace"),
            "root": str(tree.place),
            "redirect": None if self.options.in_place else [str(tree.original), str(tree.place)],
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
