"""What the rules about operations share: collecting them, and asking how the switch stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.entrypoints import EntryPoint, is_test_path
from ...auditor.file import Site
from ...auditor.finding import Confidence, Finding, Severity
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.rule import Prediction, ProjectRule
from .operations import Operation, current_name, operations, operations_at
from .situation import Situation, Switch, situation, switch_facts
from .surroundings import (
    counts_integers,
    index_is_unique,
    is_in_model,
    is_on_cpu,
    is_without_gradient,
)

#: What switches determinism on, in words.
SWITCHES = {
    "torch": "torch.use_deterministic_algorithms(True)",
    "tensorflow": "tf.config.experimental.enable_op_determinism()",
    "jax": "XLA_FLAGS=--xla_gpu_deterministic_ops=true",
}


class OperationRule(ProjectRule):
    """Reports operations of the table under the states of the switch that concern a rule."""

    frameworks = ("torch", "tensorflow", "jax")
    predicts = (Prediction("nondeterministic-op"),)

    def collect(self, site: Site) -> Iterator[Any]:
        if is_test_path(site.file.path):
            return
        yield from switch_facts(site)
        for operation in operations_at(site, self.code):
            if operation.needs_gradient and is_without_gradient(site):
                continue
            name = current_name(site.name) or ""
            if name.startswith("tensorflow.image.") and not is_in_model(site):
                # Pictures are mostly prepared on the CPU.
                continue
            if counts_integers(site) or (is_on_cpu(site) and "cpu" not in operation.devices):
                continue
            if site.last.startswith("index_add") and index_is_unique(site):
                continue
            certain = name in operation.calls
            yield ("operation", operation.id, site.place, _spelled(site), certain)
            return

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        switch = [fact for fact in facts if fact[0] == "switch"]
        found = [fact for fact in facts if fact[0] == "operation"]
        if not found:
            return
        asked = situation(project, switch)
        rows = {operation.id: operation for operation in operations()}
        for _, row, place, spelled, certain in found:
            operation = rows[row]
            if operation.framework == "torch" and not (
                asked.may_accelerate("torch") or "cpu" in operation.devices
            ):
                continue
            if operation.needs_gradient and not asked.trains:
                continue
            yield from self._judged(asked, operation, place, spelled, certain)

    def _judged(
        self, asked: Situation, operation: Operation, place: Place, spelled: str, certain: bool
    ) -> Iterator[Finding]:
        effect = operation.under_flag(asked.project.versions)
        # A module that programs import may hold a small test of its own; they say how it runs.
        entries: list[EntryPoint | None] = [
            entry for entry in asked.entries(place.path) if entry.path != place.path
        ]
        training = operation.needs_gradient
        # One that trains says more than one that merely imports the same file.
        entries.sort(key=lambda entry: entry is not None and not asked.entry_trains(entry))
        for entry in entries or [asked.own_program(place.path, training=training)]:
            if training and not asked.may_train(entry, place.path):
                continue
            if "cpu" not in operation.devices and not asked.runs_on_gpu(entry, operation.framework):
                continue
            state = asked.state(entry, operation.framework)
            if self.concerns(state, effect):
                yield self.finding(
                    place,
                    severity=self.weighs(state, effect),
                    message=self.says(operation, spelled, state)
                    + f" ({asked.project.versions.say(operation.framework)})",
                    help=self.helps(operation, effect, state),
                    entry_point=entry.path if entry is not None else None,
                    confidence=Confidence.HIGH if certain else Confidence.MEDIUM,
                    # What is true of an operation is true of it wherever the file calls it.
                    subject=operation.id,
                )
                return

    def concerns(self, state: Switch, effect: str) -> bool:
        """Whether an operation is at fault under this state of the switch."""
        raise NotImplementedError

    def weighs(self, state: Switch, effect: str) -> Severity:
        """Return the severity."""
        return self.severity

    def says(self, operation: Operation, spelled: str, state: Switch) -> str:
        """Return the message."""
        raise NotImplementedError

    def helps(self, operation: Operation, effect: str, state: Switch) -> str:
        """Return what to do."""
        raise NotImplementedError


def _spelled(site: Site) -> str:
    short = site.name or f".{site.last}"
    for long, brief in (
        ("torch.nn.functional.", "F."),
        ("torch.nn.", "nn."),
        ("tensorflow.", "tf."),
    ):
        if short.startswith(long):
            short = brief + short[len(long) :]
            break
    mode = site.argument(None, "mode")
    known = site.constant(mode)
    return f"{short}(mode={known.value!r})" if known is not None else f"{short}()"
