"""What a project does as a whole: does it train, on what, and is determinism switched on?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cached_property

from ...auditor.entrypoints import EntryPoint, is_test_path
from ...auditor.file import Site
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.walk import Guard, Kind
from ...auditor.walk.abstract import Known
from ..per_project import per_project
from ..usage.reach import Reach
from .settings import switches
from .switching import SWITCH_CALLS, switch_walk, variables_set
from .trainer_files import trainer_files_enable
from .training import Training


class Switch(Enum):
    """What determinism is set to on the way from an entry point."""

    OFF = "off"
    WARN = "warn"
    ON = "on"
    UNKNOWN = "unknown"


_TRAINS = regex(
    rb"\.backward\(|\bTrainer\b|\.fit\(|\.minimize\(|GradientTape|value_and_grad|jax\.grad\b|"
    rb"\btraining_step\b|\btrain_step\b|optimizer\.step"
)
_ACCELERATES = regex(
    rb"\bcuda\b|\bgpus?\b|[Aa]ccelerator|\bmps\b|\bxpu\b|\bTrainer\b|device_map|\.to\(\s*(self\.)?"
    rb"(args\.)?device|_device\b"
)
_HIDES_ALL = rb"CUDA_VISIBLE_DEVICES['\"\]]+\s*[=,]\s*['\"](-1)?['\"]"
#: What keeps a framework on the CPU; programs in JAX hide the GPUs from TensorFlow alone.
_ON_CPU = {
    "torch": regex(_HIDES_ALL),
    "tensorflow": regex(_HIDES_ALL + rb"|set_visible_devices\(\s*\[\s*\]"),
    "jax": regex(
        _HIDES_ALL + rb"|JAX_PLATFORMS?(_NAME)?['\"\]]+\s*[=,]\s*['\"]cpu|"
        rb"jax_platforms?(_name)?['\"],\s*['\"]cpu"
    ),
}
_ENVIRONMENT = {
    "tensorflow": regex(rb"TF_DETERMINISTIC_OPS['\"\]]+\s*[=,]\s*['\"]?(1|true)", re.I),
    "jax": regex(rb"xla_gpu_(deterministic|exclude_nondeterministic)_ops(=(true|1))?['\" ]", re.I),
}
_ENVIRONMENT_NAMES = {"tensorflow": {"TF_DETERMINISTIC_OPS"}, "jax": {"XLA_FLAGS"}}
_SWITCH_KEYWORDS = {
    "Trainer": "deterministic",
    "from_argparse_args": "deterministic",
    "TrainingArguments": "full_determinism",
    "set_seed": "deterministic",
}
#: Calls that make a trainer, which leaves determinism off when it is not told otherwise.
_TRAINERS = frozenset({"Trainer", "from_argparse_args"})
#: An option of Lightning's trainer that the program sets itself.
_OPTION_SET = regex(r"^\s*(args|opts?|hparams|cfg|config)\.deterministic\s*=\s*True", re.M)
_NAMES_OPTION = regex(r"\bdeterministic['\"]?\s*[=:]")
#: With more programs than this, they are not walked one by one for the switch.
_MAX_WALKS = 30
SWITCH_METHODS = frozenset(_SWITCH_KEYWORDS)

#: ("switch", framework, state, path, how): determinism is set here, by a call (in a function or at
#: the top of a module) or by a keyword.
SwitchFact = tuple[str, str, str, str, str]


def switch_facts(site: Site) -> Iterator[SwitchFact]:
    """Yield what a call says of determinism."""
    if site.name in SWITCH_CALLS:
        switch = next(item for item in switches() if item.name == site.name)
        state = Switch.ON
        if switch.keyword is not None:
            known = site.constant(site.argument(switch.position, switch.keyword))
            effect = switch.values.get(str(known.value).lower()) if known is not None else None
            if effect == "undetermined":
                return
            warn = site.constant(site.argument(None, "warn_only"))
            if effect is None:
                state = Switch.UNKNOWN
            elif (warn is not None and warn.value) or (known is not None and known.value == "warn"):
                state = Switch.WARN
        how = "call" if site.scope.qualname else "top"
        yield ("switch", switch.framework, state.value, site.file.path, how)
    elif site.last in _SWITCH_KEYWORDS:
        given = site.argument(None, _SWITCH_KEYWORDS[site.last])
        known = site.constant(given)
        if known is not None and known.value in (True, "warn"):
            state = Switch.WARN if known.value == "warn" else Switch.ON
            yield ("switch", "torch", state.value, site.file.path, "keyword")
        elif site.last == "from_argparse_args" and _OPTION_SET.search(site.file.source.text):
            yield ("switch", "torch", Switch.ON.value, site.file.path, "keyword")
        elif site.last in _TRAINERS and (
            (given is not None and known is None)
            or (site.spreads and _NAMES_OPTION.search(site.file.source.text))
        ):
            # An option switches it on, or arguments that are put together elsewhere.
            yield ("switch", "torch", Switch.UNKNOWN.value, site.file.path, "keyword")
        elif site.last in _TRAINERS:
            yield ("switch", "torch", Switch.OFF.value, site.file.path, "keyword")


class Situation(Reach):
    """Answers questions about a project, each looked up once."""

    def __init__(self, project: Project) -> None:
        super().__init__(project)
        self._switches: list[SwitchFact] = []
        self._states: dict[tuple[str, str], Switch] = {}
        self._used: dict[str, bool] = {}
        self._pinned: dict[str, bool] = {}

    def learn(self, switch: Iterable[SwitchFact]) -> None:
        """Take over what another rule has collected; each rule collects the same or less."""
        new = [fact for fact in switch if fact not in self._switches and not is_test_path(fact[3])]
        if new:
            self._switches += new
            self._used.clear()
            self._states.clear()

    @cached_property
    def trains(self) -> bool:
        """Whether anything in the project computes gradients."""
        return self.holds(_TRAINS)

    @cached_property
    def _is_configured(self) -> bool:
        return trainer_files_enable(self.project)

    @cached_property
    def _torch_on_device(self) -> bool:
        return self.holds(_ACCELERATES)

    def may_accelerate(self, framework: str) -> bool:
        """Whether the framework may run on a GPU here; PyTorch does only when it is told to."""
        if framework == "torch":
            return self._torch_on_device
        if framework not in self._pinned:
            self._pinned[framework] = self.holds(_ON_CPU[framework])
        return not self._pinned[framework]

    def entry_may_accelerate(self, entry: EntryPoint, framework: str) -> bool:
        """Whether one program may run on a GPU: it says so itself, or a file that it imports."""
        if framework != "torch":
            # One that something in the project pins may be another program.
            return self.may_accelerate(framework) or not self.holds(
                _ON_CPU[framework], self.closure(entry)
            )
        return not self.holds(_ON_CPU["torch"], frozenset({entry.path})) and self.holds(
            _ACCELERATES, self.closure(entry)
        )

    def runs_on_gpu(self, entry: EntryPoint | None, framework: str) -> bool:
        """Whether TensorFlow or JAX may run on a GPU in a program, or where none is seen."""
        if framework == "torch" or entry is None:
            return self.may_accelerate(framework)
        return self.entry_may_accelerate(entry, framework)

    @cached_property
    def training(self) -> Training:
        """What is known of the programs that train."""
        return Training(self)

    def programs_for(self, path: str) -> list[EntryPoint | None]:
        """Return the programs that run what stands in a file, those that train first.

        A module that programs import may hold a small test of its own; they say how it runs.
        """
        reaching = self.entries(path)
        others = [entry for entry in reaching if entry.path != path]
        others.sort(key=lambda entry: not self.training.program_trains(entry))
        return [*(others or reaching)] or [None]

    def sets_partly(self, entry: EntryPoint, pattern: re.Pattern[bytes]) -> bool:
        """Whether a file that the program imports sets a part of determinism."""
        return self.holds(pattern, self.closure(entry))

    def is_used(self, framework: str) -> bool:
        """Whether anything at all switches determinism on."""
        if framework not in self._used:
            pattern = _ENVIRONMENT.get(framework)
            said = (fact for fact in self._switches if fact[2] != Switch.OFF.value)
            self._used[framework] = any(fact[1] == framework for fact in said) or (
                pattern is not None and self.holds(pattern)
            )
        return self._used[framework]

    def state(self, entry: EntryPoint | None, framework: str) -> Switch:
        """Return how determinism is set on the way from an entry point."""
        if framework == "torch" and self._is_configured:
            # Which program reads a configuration file is not seen.
            return Switch.UNKNOWN
        if not self.is_used(framework):
            return Switch.OFF
        if entry is None:
            return Switch.UNKNOWN
        key = (entry.path, framework)
        if key not in self._states:
            self._states[key] = self._walked(entry, framework)
        return self._states[key]

    def _walked(self, entry: EntryPoint, framework: str) -> Switch:
        closure = self.closure(entry)
        pattern = _ENVIRONMENT.get(framework)
        if pattern is not None and self.holds(pattern, closure):
            variables = _ENVIRONMENT_NAMES[framework]
            sets = [
                item for item in variables_set(self.project, entry) if item.variable in variables
            ]
            late = bool(sets) and all(item.read is not None for item in sets)
            return Switch.OFF if late else Switch.ON
        reached = [f for f in self._switches if f[3] in closure and f[1] == framework]
        handed = [fact for fact in reached if fact[4] == "keyword"]
        # A trainer that the program makes itself is its own; else one that it imports may be.
        own = [fact for fact in handed if fact[3] == entry.path]
        told = [fact[2] for fact in own or handed if fact[2] != Switch.OFF.value]
        if told:
            return Switch(told[0])
        reached = [fact for fact in reached if fact[4] != "keyword"]
        if not reached:
            return Switch.OFF
        if len(self.project.entry_points) > _MAX_WALKS:
            # A library: what its functions can switch on, nobody has asked for yet.
            at_top = [fact for fact in reached if fact[4] == "top"]
            return Switch(at_top[0][2]) if at_top else Switch.OFF
        events = [
            event
            for event in switch_walk(self.project, entry).events
            if event.kind is Kind.CALL and event.name in SWITCH_CALLS
        ]
        state = Switch.OFF
        for event in events:
            switch = next(item for item in switches() if item.name == event.name)
            if switch.framework != framework:
                continue
            if event.guard in {Guard.UNKNOWN, Guard.NOT_MET}:
                state = Switch.UNKNOWN if event.guard is Guard.UNKNOWN else state
                continue
            given = event.arguments.get(switch.position, switch.keyword or "")
            value = given.value if isinstance(given, Known) else None
            warn = event.arguments.get(None, "warn_only")
            if switch.values.get(str(value).lower()) == "undetermined":
                state = Switch.OFF
            elif isinstance(warn, Known) and warn.value:
                state = Switch.WARN
            else:
                state = Switch.ON
        return state if events else Switch.UNKNOWN


def situation(project: Project, switch: Iterable[SwitchFact]) -> Situation:
    """Return the situation of a project, kept for all rules."""
    found = _situation(project)
    found.learn(switch)
    return found


_situation = per_project(Situation)
