"""Who used which key, and which uses are one too many."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from ...auditor.file import File
from .alike import apart, draw_alike, draws_each, is_either, says_intended
from .names import INTENDED
from .values import Kind, State, Use, Value


class Fault(Enum):
    """What kind of reuse it is: the rule that reports it."""

    REUSE = "KEY001"
    PARENT = "KEY002"
    LOOP = "KEY003"
    DEVICE = "KEY008"


@dataclass(frozen=True, slots=True)
class Reuse:
    """A key that is used once more.

    `certainty`: 2 when both draws are seen, 1 when a call is known to draw, 0 when it is guessed.
    """

    fault: Fault
    node: ast.AST
    first: ast.AST
    name: str
    first_kind: Kind
    kind: Kind
    certainty: int
    #: The loop, mapped function or scan in whose turns the key is used again.
    loop: ast.AST | None = None


@dataclass(slots=True)
class Frame:
    """A call that the analysis stepped into; `inside` when its code belongs to the root."""

    call: ast.AST
    inside: bool


@dataclass(slots=True)
class Ledger:
    """Collects reuses while the analysis walks."""

    file: File
    #: One a place: a draw that is one too many for two reasons is reported once.
    reuses: dict[int, Reuse] = field(default_factory=dict[int, Reuse])
    turns: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    loops: dict[int, ast.AST] = field(default_factory=dict[int, ast.AST])
    devices: set[int] = field(default_factory=set[int])
    frames: list[Frame] = field(default_factory=list[Frame])
    #: Loops in code that the analysis stepped into; that code is walked on its own as well.
    foreign: set[int] = field(default_factory=set[int])
    #: Above 0 inside `with jax.debug_key_reuse(False)`.
    muted: int = 0

    def site(self, node: ast.AST) -> ast.AST:
        """Return where the root's own code does this: the outermost call of other code."""
        for frame in self.frames:
            if not frame.inside:
                return frame.call
        return node

    def enter(self, loop: ast.AST, turn: int, *, device: bool = False) -> None:
        """Begin a turn of a loop."""
        self.turns.append((id(loop), turn))
        self.loops[id(loop)] = loop
        if not all(frame.inside for frame in self.frames):
            self.foreign.add(id(loop))
        if device:
            self.devices.add(id(loop))

    def leave(self) -> None:
        """End the turn."""
        self.turns.pop()

    @property
    def on_device(self) -> bool:
        """Whether the analysis is in a function that runs on every device."""
        return any(loop in self.devices for loop, _ in self.turns)

    def use(self, value: Value, node: ast.AST, kind: Kind, state: State) -> None:
        """Record that a key is consumed, and report it when it was gone already."""
        site = self.site(node)
        now = Use(site, kind, tuple(self.turns), value.name)
        for earlier in self._earlier(value, state):
            self._judge(value, earlier, now)
        fold = state.folds.get(value.id) if kind is Kind.SPLIT else None
        if fold is not None and not apart(node, fold.node):
            self._judge(value, fold, now)
        known = state.uses.get(value.id)
        if known is None or (kind.is_certain and not known.kind.is_certain):
            state.uses[value.id] = now

    def fold(self, value: Value, node: ast.AST, state: State) -> None:
        """Record `fold_in`, which consumes nothing but yields the same keys as `split`."""
        now = Use(self.site(node), Kind.FOLD, tuple(self.turns), value.name)
        earlier = state.uses.get(value.id)
        if earlier is not None and earlier.kind is Kind.SPLIT and not apart(earlier.node, node):
            self._judge(value, earlier, now)
        state.folds.setdefault(value.id, now)

    def replicated(self, value: Value, call: ast.AST, drawn: Use) -> None:
        """Report a key that is given whole to every device and drawn from there."""
        site = self.site(call)
        if site is call and not self.muted:
            self.reuses.setdefault(
                id(call),
                Reuse(Fault.DEVICE, call, drawn.node, value.name, drawn.kind, drawn.kind, 2, call),
            )

    def _earlier(self, value: Value, state: State) -> Iterator[Use]:
        """Yield the uses of the key itself, of the array around it, and of its elements."""
        if (own := state.uses.get(value.id)) is not None:
            yield own
            return
        array = value.array
        while array is not None:
            if (whole := state.uses.get(array.id)) is not None:
                yield whole
                return
            array = array.array
        if value.is_array:
            for element in state.derived.values():
                if element.array is value and (part := state.uses.get(element.id)) is not None:
                    yield part
                    return

    def _judge(self, value: Value, first: Use, now: Use) -> None:
        if self.muted:
            return
        kinds = {first.kind, now.kind}
        seen = any(kind.is_certain or kind is Kind.FOLD for kind in kinds)
        if not (value.is_key or seen):
            return
        certainty = 0 if Kind.UNKNOWN in kinds else 1 if Kind.CONSUMER in kinds else 2
        loop = self._loop(first, now)
        if (loop is None and first.node is now.node) or id(loop) in self.foreign:
            # The fault is that of the function that is called, and stands there.
            return
        if kinds == {Kind.SPLIT} and id(loop) in self.devices:
            # Nothing is drawn yet.
            return
        if self._is_meant(value, first, now, loop, certainty):
            return
        if Kind.FOLD in kinds:
            certainty = min(certainty, 1)
        fault = Fault.REUSE
        if loop is not None:
            fault = Fault.DEVICE if id(loop) in self.devices else Fault.LOOP
        elif first.kind is Kind.SPLIT or Kind.FOLD in kinds:
            fault = Fault.PARENT
        reuse = Reuse(
            fault,
            now.node,
            first.node,
            value.name or first.name,
            first.kind,
            now.kind,
            certainty,
            loop,
        )
        known = self.reuses.get(id(now.node))
        if known is None or known.certainty < certainty:
            self.reuses[id(now.node)] = reuse

    def _loop(self, first: Use, now: Use) -> ast.AST | None:
        """Return the innermost loop in whose earlier turn the first use was."""
        before = dict(first.turns)
        for loop, turn in reversed(now.turns):
            if loop in before and before[loop] != turn:
                return self.loops[loop]
        return None

    def _is_meant(
        self, value: Value, first: Use, now: Use, loop: ast.AST | None, certainty: int
    ) -> bool:
        """Whether the names say that the key is meant to be used again."""
        name = value.name or first.name
        if INTENDED.search(name.lower()) and (loop is not None or certainty < 2):
            return True
        if any(says_intended(self.file, node) for node in (now.node, first.node, value.node)):
            return True
        if loop is None and (
            draw_alike(self.file, first.node, now.node)
            or is_either(self.file, first.node, now.node)
        ):
            return True
        if draws_each(self.file, now.node, loop):
            return True
        if certainty == 2:
            return False
        if "target" in self._statement(now.node) or "target" in self._statement(first.node):
            return True
        return (
            loop is None
            and now.kind is Kind.CONSUMER
            and first.kind is Kind.CONSUMER
            and self.file.text(first.node) == self.file.text(now.node)
        )

    def _statement(self, node: ast.AST) -> str:
        """Return what a statement assigns, or the keyword that takes the call."""
        parent = self.file.parents.get(node)
        if isinstance(parent, ast.keyword):
            return parent.arg or ""
        at = self.file.enclosing_statement(parent) if parent is not None else None
        if isinstance(at, (ast.Assign, ast.AnnAssign)):
            targets = at.targets if isinstance(at, ast.Assign) else [at.target]
            return " ".join(ast.unparse(target) for target in targets)
        return ""
