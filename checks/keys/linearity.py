"""The linearity analysis of JAX keys: every way through a function, each key at most once."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from ...auditor.file import File
from .conditions import assume, decide
from .evaluate import Evaluator
from .inlining import Functions
from .lanes import Lane, close, iterated
from .ledger import Ledger, Reuse
from .values import State, Value

_MAX_STATES = 24
_MAX_STEPS = 6_000
_ENDS = frozenset({"sys.exit", "builtins.exit", "builtins.quit", "os._exit", "os.abort"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Exhausted(Exception):
    """The root has too many ways; what was found stays, the rest is left."""


@dataclass(slots=True)
class Flow:
    """The states with which a block ends, by how it ends."""

    normal: list[State] = field(default_factory=list[State])
    breaks: list[State] = field(default_factory=list[State])
    continues: list[State] = field(default_factory=list[State])
    returns: list[State] = field(default_factory=list[State])

    def join(self, other: Flow) -> None:
        """Add the abrupt ends of another block."""
        self.breaks += other.breaks
        self.continues += other.continues
        self.returns += other.returns


class Walker:
    """Walks the roots of one file: its module body and each of its functions."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.ledger = Ledger(file)
        self.functions = Functions(self)
        self.evaluator = Evaluator(self)
        #: Names of the module as the root, a function, sees them.
        self.globals: dict[str, Value] = {}
        self._steps = 0
        self.root: ast.AST = file.tree

    def run(self, roots: Iterable[ast.AST]) -> list[Reuse]:
        """Walk the roots and return the reuses, in the order of lines."""
        for root in roots:
            self.root = root
            self._steps = 0
            self.globals = {}
            self.ledger.turns.clear()
            self.ledger.frames.clear()
            self.ledger.foreign.clear()
            body = root.body if isinstance(root, (ast.Module, *_FUNCTIONS)) else []
            try:
                self.block(body, [State()])
            except Exhausted:
                continue
        return sorted(
            self.ledger.reuses.values(), key=lambda reuse: getattr(reuse.node, "lineno", 0)
        )

    # -- statements ----------------------------------------------------------------------------

    def block(self, statements: list[ast.stmt], states: list[State]) -> Flow:
        """Walk statements one after the other."""
        flow = Flow(normal=states)
        for statement in statements:
            if not flow.normal:
                break
            self._steps += len(flow.normal)
            if self._steps > _MAX_STEPS:
                raise Exhausted
            step = self._statement(statement, flow.normal)
            flow.join(step)
            flow.normal = _distinct(step.normal)
        return flow

    def _statement(self, node: ast.stmt, states: list[State]) -> Flow:
        match node:
            case ast.If():
                return self._if(node, states)
            case ast.For() | ast.AsyncFor():
                return self._for(node, states)
            case ast.While():
                return self._while(node, states)
            case ast.Try() | ast.TryStar():
                return self._try(node, states)
            case ast.With() | ast.AsyncWith():
                return self._with(node, states)
            case ast.Match():
                return self._match(node, states)
            case ast.Return():
                for state in states:
                    state.returned = (
                        self.evaluator.value(node.value, state) if node.value else Value()
                    )
                return Flow(returns=states)
            case ast.Break():
                return Flow(breaks=states)
            case ast.Continue():
                return Flow(continues=states)
            case ast.Raise():
                for state in states:
                    self.evaluator.all([node.exc, node.cause], state)
                return Flow()
            case _:
                return Flow(normal=[s for s in states if self._simple(node, s)])

    def _simple(self, node: ast.stmt, state: State) -> bool:
        """Walk a statement without branches; False when the program ends there."""
        evaluator = self.evaluator
        match node:
            case ast.Assign(targets=targets, value=value):
                made = evaluator.value(value, state)
                for target in targets:
                    evaluator.bind(target, made, state)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                evaluator.bind(target, evaluator.value(value, state), state)
            case ast.AugAssign(target=target, value=value):
                evaluator.value(value, state)
                evaluator.bind(target, Value(), state)
            case ast.Expr(value=value):
                evaluator.value(value, state)
                if isinstance(value, ast.Call) and evaluator.dotted(value.func) in _ENDS:
                    return False
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                made = Value(name=node.name, node=node, function=self.functions.decorated(node))
                state.bind(node.name, made)
            case ast.ClassDef():
                state.bind(node.name, Value(name=node.name))
            case ast.Assert(test=test):
                evaluator.value(test, state)
                assume(test, True, state)
            case ast.Delete(targets=targets):
                for target in targets:
                    if isinstance(target, ast.Name):
                        state.bind(target.id, Value())
            case _:
                pass
        return True

    def _if(self, node: ast.If, states: list[State]) -> Flow:
        flow = Flow()
        for state in states:
            self.evaluator.value(node.test, state)
            outcome = decide(node.test, state)
            for taken, body in ((True, node.body), (False, node.orelse)):
                if outcome is not None and outcome is not taken:
                    continue
                branch = state.copy()
                assume(node.test, taken, branch)
                part = self.block(body, [branch])
                flow.join(part)
                flow.normal += part.normal
        return flow

    def _match(self, node: ast.Match, states: list[State]) -> Flow:
        flow = Flow()
        for state in states:
            self.evaluator.value(node.subject, state)
            for case in node.cases:
                branch = state.copy()
                for pattern in ast.walk(case.pattern):
                    if isinstance(pattern, (ast.MatchAs, ast.MatchStar)) and pattern.name:
                        branch.bind(pattern.name, Value(name=pattern.name))
                part = self.block(case.body, [branch])
                flow.join(part)
                flow.normal += part.normal
            flow.normal.append(state)
        return flow

    def _for(self, node: ast.For | ast.AsyncFor, states: list[State]) -> Flow:
        flow = Flow()
        ends: list[State] = []
        for state in states:
            lane = iterated(self.evaluator, node.iter, state)
            begin = partial(self._next, node.target, lane)
            turned = self._turns(node, [state.copy()], begin, node.body, flow)
            for end in turned:
                close(lane, end)
            # What only happens when the loop has no turn at all, hardly happens.
            ends += turned or [state]
        tail = self.block(node.orelse, ends) if node.orelse else Flow(ends)
        flow.join(tail)
        flow.normal = tail.normal + flow.breaks
        flow.breaks = []
        return flow

    def _next(self, target: ast.expr, lane: Lane, state: State) -> None:
        self.evaluator.bind(target, lane.element(), state)

    def _turns(
        self,
        loop: ast.AST,
        states: list[State],
        begin: Callable[[State], None],
        body: list[ast.stmt],
        flow: Flow,
    ) -> list[State]:
        """Walk a loop's body twice: what the second turn meets, the first has left."""
        for turn in (0, 1):
            self.ledger.enter(loop, turn)
            for state in states:
                begin(state)
            part = self.block(body, states)
            self.ledger.leave()
            flow.breaks += part.breaks
            flow.returns += part.returns
            states = _distinct(part.normal + part.continues)
        return states

    def _while(self, node: ast.While, states: list[State]) -> Flow:
        flow = Flow()
        endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
        entry = [state.copy() for state in states]

        def begin(state: State) -> None:
            self.evaluator.value(node.test, state)

        ends = self._turns(node, entry, begin, node.body, flow)
        ends = [] if endless else ends or states
        tail = self.block(node.orelse, ends) if node.orelse else Flow(ends)
        flow.join(tail)
        flow.normal = tail.normal + flow.breaks
        flow.breaks = []
        return flow

    def _try(self, node: ast.Try | ast.TryStar, states: list[State]) -> Flow:
        before = [state.copy() for state in states]
        flow = self.block(node.body, states)
        if node.orelse:
            tail = self.block(node.orelse, flow.normal)
            flow.join(tail)
            flow.normal = tail.normal
        for handler in node.handlers:
            part = self.block(handler.body, [state.copy() for state in before])
            flow.join(part)
            flow.normal += part.normal
        if node.finalbody:
            tail = self.block(node.finalbody, flow.normal)
            flow.join(tail)
            flow.normal = tail.normal
        return flow

    def _with(self, node: ast.With | ast.AsyncWith, states: list[State]) -> Flow:
        muted = 0
        for item in node.items:
            call = item.context_expr
            if isinstance(call, ast.Call) and self.evaluator.dotted(call.func) in {
                "jax.debug_key_reuse",
                "jax.experimental.key_reuse.debug_key_reuse",
            }:
                given = call.args[0] if call.args else None
                muted += isinstance(given, ast.Constant) and given.value is False
            for state in states:
                made = self.evaluator.value(call, state)
                if item.optional_vars is not None:
                    self.evaluator.bind(item.optional_vars, made, state)
        self.ledger.muted += muted
        try:
            return self.block(node.body, states)
        finally:
            self.ledger.muted -= muted


def _distinct(states: list[State]) -> list[State]:
    """Drop states that say the same of every key; what only one of two knows is forgotten."""
    kept: list[State] = []
    for state in states:
        twin = next((other for other in kept if other.same(state)), None)
        if twin is None:
            kept.append(state)
        else:
            twin.facts = {t: o for t, o in twin.facts.items() if state.facts.get(t) is o}
    return kept[:_MAX_STATES]
