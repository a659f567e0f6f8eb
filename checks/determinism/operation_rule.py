"""What the rules about operations share: collecting them, and asking how the switch stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...auditor.entrypoints import EntryPoint, is_test_path
from ...auditor.file import Site
from ...auditor.finding import Confidence, Finding, Severity
from ...auditor.nodes import last_name
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import Prediction, ProjectRule
from ..usage.branches import Choice, awaited, waits_for_other_size
from ..usage.choices import Choices, choices_of
from ..usage.uses import owner_of, uses_of
from .layers import Given
from .layers import given as given_to
from .lineage import FORWARD, Lineage
from .operations import Operation, current_name, operations, operations_at
from .parts import Parts
from .situation import Situation, Switch, situation, switch_facts
from .sums import counts_integers, index_is_unique
from .surroundings import (
    is_in_model,
    is_left_unread,
    is_on_cpu,
    is_without_gradient,
    prepares,
)


@dataclass(frozen=True, slots=True)
class Met:
    """A call of an operation that may matter."""

    row: str
    place: Place
    spelled: str
    #: Whether the name says what is called; a method may be another class's.
    certain: bool
    #: The class whose own input the operation is given, or an empty text.
    model: str
    #: The class, or outside of classes the outermost function, in which the call stands.
    owner: str
    #: The function in which it stands or is called, or an empty text.
    function: str
    #: The arguments of this function of which alone is made what the operation is given, if so.
    arguments: tuple[tuple[str, int], ...]
    #: The method in which it stands and which only the project's own code can call.
    method: str
    #: The choice that the call waits for.
    choice: Choice | None
    #: Whether the call waits for two sizes to differ.
    is_for_other_size: bool
    #: Whether the function shows where what it is given comes from, or the callers may say so.
    is_seen: bool
    #: Whether only the callers say it.
    is_handed: bool

    @classmethod
    def of(cls, fact: Sequence[Any]) -> Met:
        """Return what `collect` has written down."""
        _, row, place, spelled, certain, model, owner, function, arguments, method, *waits = fact
        made_of = tuple((name, position) for name, position in arguments)
        chosen = Choice.of(waits[0])
        return cls(
            row,
            place,
            spelled,
            certain,
            model,
            owner,
            function,
            made_of,
            method,
            chosen,
            *waits[1:],
        )


_EXAMPLES = regex(r"(^|/)(examples?|tutorials?|demos?|notebooks?)/")
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
            given = Given(Lineage.LEARNT)
            if operation.needs_gradient:
                given = given_to(site, operation)
                if given.lineage is Lineage.CUT or is_without_gradient(site.file, site.node):
                    continue
            name = current_name(site.name) or ""
            if name.startswith("tensorflow.image.") and not is_in_model(site):
                # Pictures are mostly prepared on the CPU.
                continue
            if not operation.needs_gradient and "cpu" not in operation.devices and prepares(site):
                continue
            if counts_integers(site) or (is_on_cpu(site) and "cpu" not in operation.devices):
                continue
            if site.last.startswith("index_add") and index_is_unique(site):
                continue
            if name.startswith("torch.nn.") and is_left_unread(site.file, site.statement):
                continue
            certain = name in operation.calls
            around = site.file.enclosing_function(site.node)
            # Plain tuples: facts are kept in a cache.
            yield (
                "operation",
                operation.id,
                site.place,
                _spelled(site),
                certain,
                given.model,
                owner_of(site.file, site.node),
                given.function or (around.name if around is not None else ""),
                given.arguments,
                _own_method(site),
                awaited(site.file, site.node),
                waits_for_other_size(site.file, site.node),
                given.lineage is not Lineage.OPEN,
                given.lineage is Lineage.GIVEN,
            )
            return

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        found = [Met.of(fact) for fact in facts if fact[0] == "operation"]
        if not found:
            return
        asked = situation(project, [fact for fact in facts if fact[0] == "switch"])
        parts, choices = Parts(uses_of(project)), choices_of(project)
        rows = {operation.id: operation for operation in operations()}
        doubted: list[tuple[Met, Finding]] = []
        sure: set[tuple[str, str]] = set()
        for met in found:
            operation = rows[met.row]
            if operation.framework == "torch" and not (
                asked.may_accelerate("torch") or "cpu" in operation.devices
            ):
                continue
            if operation.needs_gradient and not asked.trains:
                continue
            for finding in self._judged(asked, operation, met):
                if _is_doubtful(asked, parts, choices, operation, met, finding):
                    doubted.append((met, finding.doubted()))
                else:
                    sure.add((met.row, met.place.path))
                    yield finding
        for met, finding in doubted:
            # One finding a file and operation: a sure place speaks for the others.
            if (met.row, met.place.path) not in sure:
                yield finding

    def _judged(self, asked: Situation, operation: Operation, met: Met) -> Iterator[Finding]:
        effect = operation.under_flag(asked.project.versions)
        path = met.place.path
        if operation.needs_gradient:
            entries = asked.training.programs_for(path, operation.framework)
        else:
            entries = asked.programs_for(path)
        programs = [entry for entry in entries if entry is None or not _is_example(entry)]
        for entry in programs or entries:
            if "cpu" not in operation.devices and not asked.runs_on_gpu(entry, operation.framework):
                continue
            state = asked.state(entry, operation.framework)
            if self.concerns(state, effect):
                yield self.finding(
                    met.place,
                    severity=self.weighs(state, effect),
                    message=self.says(operation, met.spelled, state)
                    + f" ({asked.project.versions.say(operation.framework)})",
                    help=self.helps(operation, effect, state),
                    entry_point=entry.path if entry is not None else None,
                    confidence=Confidence.HIGH if met.certain else Confidence.MEDIUM,
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


def _is_example(entry: EntryPoint) -> bool:
    """Whether a program shows how a project is used, and says less than the project's own."""
    return entry.path.endswith(".ipynb") or bool(_EXAMPLES.search(entry.path))


def _is_doubtful(
    asked: Situation,
    parts: Parts,
    choices: Choices,
    operation: Operation,
    met: Met,
    finding: Finding,
) -> bool:
    """Whether the code does not say that the operation matters here."""
    if operation.doubted is not None and finding.code == "DET001":
        return True
    uses = parts.uses
    has_programs = bool(uses.reach.project.entry_points)
    if has_programs and finding.entry_point is None:
        # Which program uses the file is not seen.
        return True
    if not met.is_seen:
        # Kept by a class that is no model, say: data as likely as what is learnt.
        return True
    if operation.needs_gradient and met.model and not parts.is_part(met.model, met.arguments):
        # A model's own input: what comes before the model, if anything, is not seen.
        return True
    if (
        operation.needs_gradient
        and met.function
        and met.function not in FORWARD
        and parts.is_without_gradient(met.function, met.arguments)
    ):
        return True
    if met.is_handed and not parts.is_handed_learnt(met.function, met.arguments):
        # No call is seen that hands it what is learnt.
        return True
    if met.is_for_other_size:
        # Mostly a precaution: what meets here has one size in the project's own runs.
        return True
    idle = asked.training.idle(operation.framework)
    # What only programs set that train nothing is set where no gradient flows.
    if not choices.is_made(met.choice, idle if operation.needs_gradient else frozenset()):
        return True
    if operation.needs_gradient and asked.training.is_frozen(met.place.path, operation.framework):
        return True
    # Its class, method or function is used nowhere.
    return has_programs and uses.is_idle(met.place.path, met.owner, met.method, idle)


def _own_method(site: Site) -> str:
    """Return the method of a plain class around the call; a framework knows no name but its own.

    A class of another framework, say of Lightning, has methods that nothing in the project calls.
    """
    function = site.file.enclosing_function(site.node)
    owner = site.file.parents.get(function) if function is not None else None
    if function is None or not isinstance(owner, ast.ClassDef):
        return ""
    if any(
        last_name(item) not in {"staticmethod", "classmethod"} for item in function.decorator_list
    ):
        return ""
    if "getattr(self" in site.file.source.text:
        return ""
    is_plain = all(last_name(base) in {"Module", "object"} for base in owner.bases)
    is_own = not function.name.startswith("__") and function.name not in FORWARD
    return function.name if is_plain and is_own else ""


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
