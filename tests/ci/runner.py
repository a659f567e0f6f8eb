"""Runs the steps of a GitHub job: expressions, environment files, conditions, exit codes."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.S)
_EQUALS = re.compile(r"(\S+)\s*==\s*'([^']*)'")
_STARTS = re.compile(r"startsWith\((\S+),\s*'([^']*)'\)")
#: What `shell: bash` means, and what a step without `shell` gets.
_SHELLS = {
    "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"],
    None: ["bash", "-e"],
}


@dataclass(frozen=True)
class Done:
    """One step that ran; `skipped` when its condition did not hold."""

    name: str
    code: int = 0
    stdout: str = ""
    stderr: str = ""
    skipped: bool = False


@dataclass
class Runner:
    """A runner with one workspace. `actions` gives the outputs of `uses` steps, by step id;
    steps named there are not run."""

    workspace: Path
    temp: Path
    context: dict[str, Any]
    actions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    path: Sequence[Path] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    used: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.temp.mkdir(parents=True, exist_ok=True)
        self.context.setdefault("steps", {})
        self.summary = self.temp / "summary.md"
        self.failed = False
        self.added: dict[str, str] = {}
        self._path = [*map(str, self.path), "/usr/bin", "/bin"]

    def run(self, steps: Sequence[Mapping[str, Any]]) -> list[Done]:
        """Run steps in order, as far as their conditions hold."""
        return [self._step(step) for step in steps]

    def outputs(self, id: str) -> dict[str, str]:
        """Return the outputs of a step that ran."""
        found: dict[str, str] = self.context["steps"][id]["outputs"]
        return found

    def _step(self, step: Mapping[str, Any]) -> Done:
        id = str(step.get("id", ""))
        name = str(step.get("name") or step.get("uses") or step["run"].split("\n")[0])
        if not self.holds(step.get("if")):
            return Done(name, skipped=True)
        if "uses" in step or id in self.actions:
            given = {key: self.filled(str(value)) for key, value in step.get("with", {}).items()}
            self.used.append((str(step.get("uses", id)), given))
            self._remember(id, self.actions.get(id, {}))
            return Done(name)
        return self._script(name, id, step)

    def _script(self, name: str, id: str, step: Mapping[str, Any]) -> Done:
        script = self.temp / "script.sh"
        script.write_text(self.filled(step["run"]), "utf-8")
        files = {
            word: self.temp / word.lower()
            for word in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")
        }
        for file in files.values():
            file.write_bytes(b"")
        environment = {
            "PATH": os.pathsep.join(self._path),
            "HOME": str(self.temp),
            "FWAUDIT_CACHE_DIR": str(self.temp / "cache"),
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_ACTIONS": "true",
            "CI": "true",
            **self.environment,
            **self.added,
            **{word: str(file) for word, file in files.items()},
            **{key: self.filled(str(value)) for key, value in step.get("env", {}).items()},
        }
        done = subprocess.run(
            [*_SHELLS[step.get("shell")], str(script)],
            cwd=self.workspace, env=environment, capture_output=True, timeout=600, check=False,
        )  # fmt: skip
        self._remember(id, _pairs(files["GITHUB_OUTPUT"].read_text("utf-8")))
        self.added |= _pairs(files["GITHUB_ENV"].read_text("utf-8"))
        self._path = [*files["GITHUB_PATH"].read_text("utf-8").split("\n")[:-1], *self._path]
        with self.summary.open("a", encoding="utf-8") as summary:
            summary.write(files["GITHUB_STEP_SUMMARY"].read_text("utf-8"))
        self.failed |= done.returncode != 0
        return Done(name, done.returncode, done.stdout.decode(), done.stderr.decode())

    def _remember(self, id: str, outputs: Mapping[str, str]) -> None:
        if id:
            self.context["steps"][id] = {"outputs": dict(outputs)}

    def filled(self, text: str) -> str:
        """Return a text with its expressions replaced, before any shell sees it."""
        return _EXPRESSION.sub(lambda match: self._value(match[1].strip()), text)

    def holds(self, condition: str | None) -> bool:
        """Whether the condition of a step or a job holds; without one: nothing failed so far."""
        if condition is None:
            return not self.failed
        said = _EXPRESSION.sub(lambda match: match[1], condition).strip()
        if said == "always()":
            return True
        if match := _EQUALS.fullmatch(said):
            return not self.failed and self._value(match[1]) == match[2]
        if match := _STARTS.fullmatch(said):
            return not self.failed and self._value(match[1]).startswith(match[2])
        raise NotImplementedError(condition)

    def _value(self, name: str) -> str:
        found: Any = self.context
        for part in name.split("."):
            found = found[part]
        return str(found)


def _pairs(text: str) -> dict[str, str]:
    """Read an environment file: `name=value`, or `name<<END` and lines up to END."""
    pairs: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        name, mark, value = line.partition("=")
        heredoc, here, end = line.partition("<<")
        if here and (not mark or len(heredoc) < len(name)):
            rest: list[str] = []
            for inner in lines:
                if inner == end:
                    break
                rest.append(inner)
            pairs[heredoc] = "\n".join(rest)
        elif mark:
            pairs[name] = value
    return pairs
