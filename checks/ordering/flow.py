"""Where the order of a sequence goes: upwards from the expression that makes it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from ...auditor.file import File
from ...auditor.regex import regex
from .functions import Functions
from .kept import Kept
from .loops import Loops
from .purpose import Purpose
from .sink import NUMBERED, Sink
from .sinks import (
    GENERATORS,
    KEEPING,
    ORDER_FREE,
    ORDERED,
    ORDERED_CLASSES,
    ORDERED_METHODS,
    TRANSPARENT,
)
from .trees import is_a_few, is_length, is_true, mentions, name_at, names_beyond_remainders
from .view import view_of

_MAX_DEPTH = 6
#: Calls that show something to a person.
_SHOWS = regex(r"(^|_)(print|pprint|log|logger|debug|info|warn|warning|error|echo)(_|$)")
_DEBUG = regex(r"debug|smoke|sanity|dry_?run|overfit")
#: Calls that give a sequence to workers and hand the results on in its order.
_PARALLEL = regex(r"(^|_)(map|imap|pmap|starmap|parallel|prefetch)(_|$)")


class OrderFlow:
    """Follows one unordered expression through its file."""

    def __init__(self, file: File, *, is_set: bool = False, returns: bool = False) -> None:
        self.file = file
        #: A list that is returned counts, even when this file does not show what becomes of it.
        self.returns = returns
        #: Sets: operators between sets keep a set, and methods of sets are known.
        self.is_set = is_set
        self.view = view_of(file)
        self.kept = Kept(self, self.view)
        self.loops = Loops(self, self.view)
        self.functions = Functions(self, self.view)
        self.purpose = Purpose(file, self.view)
        self._visited: set[ast.AST] = set()

    def sink(self, node: ast.expr, depth: int = 0) -> Sink | None:
        """Return where the order of this expression's elements first matters, or None."""
        if depth > _MAX_DEPTH or node in self._visited:
            return None
        self._visited.add(node)
        found = self._sink(node, depth)
        return None if found is None or self.purpose.ignores(found) else found

    def _sink(self, node: ast.expr, depth: int) -> Sink | None:
        parent = self.file.parents.get(node)
        match parent:
            case ast.Call():
                return self._argument(node, parent, depth)
            case ast.keyword():
                call = self.file.parents.get(parent)
                return self._argument(node, call, depth) if isinstance(call, ast.Call) else None
            case ast.comprehension(iter=source) if source is node:
                return self._comprehension(parent, depth)
            case ast.For(iter=source) | ast.AsyncFor(iter=source) if source is node:
                return self.loops.sink(parent, depth)
            case ast.Attribute():
                return self._method(parent, depth)
            case ast.NamedExpr(target=target):
                return self.kept.target(target, parent, depth) or self.sink(parent, depth)
            case ast.Subscript(value=value, slice=ast.Slice()) if value is node:
                return self._cut(parent, depth)
            case ast.Subscript(value=value, slice=index) if value is node:
                drawn = self.view.is_drawn(index)
                return Sink(parent, ORDERED["random.choice"]) if drawn else None
            case ast.Tuple(elts=elements) if isinstance(
                returned := self.file.parents.get(parent), ast.Return
            ):
                return self.functions.returned(returned, depth, elements.index(node))
            case ast.expr():
                return self.sink(parent, depth) if self._passes(node, parent) else None
            case _:
                return self._statement(parent, depth)

    def _statement(self, parent: ast.AST | None, depth: int) -> Sink | None:
        match parent:
            case ast.Assign():
                return _first(self.kept.target(t, parent, depth) for t in parent.targets)
            case ast.AnnAssign() | ast.AugAssign():
                return self.kept.target(parent.target, parent, depth)
            case ast.Return():
                return self.functions.returned(parent, depth)
            case _:
                return None

    def _passes(self, node: ast.expr, parent: ast.expr) -> bool:
        """Whether an expression around this one holds the same elements in the same order."""
        match parent:
            case ast.Starred() | ast.Await() | ast.Dict():
                return True
            case ast.List() | ast.Tuple():
                return isinstance(node, ast.Starred)
            case ast.ListComp(elt=element):
                # A list of lists that `sum(..., [])` joins.
                around = self.file.parents.get(parent)
                return element is node and isinstance(around, ast.Call) and _adds_lists(around)
            case ast.IfExp(test=test):
                return test is not node
            case ast.BoolOp(op=ast.Or()) | ast.BinOp(op=ast.Add()):
                return True
            case ast.BinOp(op=ast.Sub(), left=left):
                # What is taken away leaves no trace in the order of the rest.
                return self.is_set and left is node
            case ast.BinOp(op=ast.BitOr() | ast.BitAnd() | ast.BitXor(), left=left):
                # Where both sides are visibly sets, the left one speaks for both.
                return self.is_set and (left is node or not self._is_set(left))
            case _:
                return False

    def _is_set(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Call):
            return self.view.called(node)[1] in {"set", "frozenset"}
        return isinstance(node, (ast.Set, ast.SetComp))

    def _cut(self, part: ast.Subscript, depth: int) -> Sink | None:
        """`names[:900]`; of the first few only what is done with them matters."""
        if self._is_shown(part) or self._is_for_debugging(part) or self.kept.is_only_counted(part):
            return None
        around = self.file.parents.get(part)
        if is_a_few(part.slice) and isinstance(around, (ast.For, ast.comprehension)):
            return self.sink(part, depth)
        return Sink(part, "cut by position")

    def _is_for_debugging(self, node: ast.expr) -> bool:
        """`if DEBUG: names = names[:5]`."""
        for at in self.file.ancestors(node):
            if isinstance(at, (ast.FunctionDef, ast.ClassDef)):
                return False
            if isinstance(at, (ast.If, ast.IfExp)) and _DEBUG.search(ast.unparse(at.test).lower()):
                return True
        return False

    def _is_shown(self, node: ast.expr) -> bool:
        """Whether an expression is only printed or logged."""
        at = self.file.parents.get(node)
        while at is not None and not isinstance(at, ast.stmt):
            if isinstance(at, ast.Call) and _SHOWS.search(self.view.called(at)[1].lower()):
                return True
            at = self.file.parents.get(at)
        return isinstance(at, ast.For) and at.iter is node and self._only_shows(at)

    def _only_shows(self, loop: ast.For) -> bool:
        """`for line in lines[:5]: print(line)`."""
        return all(
            isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.Call)
            and bool(_SHOWS.search(self.view.called(statement.value)[1].lower()))
            for statement in loop.body
        )

    # -- calls ---------------------------------------------------------------------------------

    def _argument(self, node: ast.expr, call: ast.Call, depth: int) -> Sink | None:
        name, last = self.view.called(call)
        if last == "sum" and name == "builtins.sum" and _adds_lists(call):
            return self.sink(call, depth)
        if "sort" in last.lower() or last in ORDER_FREE:
            return None
        if (note := ORDERED.get(name)) is not None:
            if last == "shuffle" and self.kept.is_dealt_out(node):
                return None
            return None if self.kept.sorted_later(call) else self._done(call, note, depth)
        if last == "enumerate":
            return self._numbered(call, depth)
        if last == "zip":
            return self._zipped(node, call, depth)
        if last == "join" and isinstance(call.func, ast.Attribute):
            is_text = isinstance(call.func.value, (ast.Constant, ast.JoinedStr, ast.Name))
            return self.sink(call, depth) if is_text else None
        if last in TRANSPARENT:
            return self.sink(call, depth)
        if isinstance(call.func, ast.Attribute):
            if last in {"extend", "append"}:
                return self.kept.collected(call.func.value, call, depth)
            if last == "shuffle" and call.args[:1] == [node] and self._is_generator(call.func):
                return Sink(call, ORDERED["random.shuffle"])
            if last == "split" and self._is_splitter(call.func):
                return Sink(call, ORDERED["sklearn.model_selection.train_test_split"])
            if last in ORDERED_METHODS:
                # With two arguments `write` puts a member into an archive, by name.
                is_member = last == "write" and len(call.args) > 1
                return None if is_member else Sink(call, ORDERED_METHODS[last])
        if last.endswith(ORDERED_CLASSES):
            return Sink(call, "made into a dataset")
        if (sink := self.functions.given(node, call, depth)) is not None:
            return sink
        if any(keyword.arg == "shuffle" and is_true(keyword.value) for keyword in call.keywords):
            return Sink(call, ORDERED["random.shuffle"])
        is_parallel = _PARALLEL.search(last.lower()) and "unordered" not in last
        return self.sink(call, depth) if is_parallel else None

    def _is_generator(self, method: ast.Attribute) -> bool:
        """Whether a method is one of a generator of random numbers: `Random(0).shuffle(x)`."""
        origin = self.file.names.origin(method.value, self.view.scope(method)) or ""
        return origin in GENERATORS

    def _is_splitter(self, method: ast.Attribute) -> bool:
        """`KFold(5).split(names)`."""
        origin = self.file.names.origin(method.value, self.view.scope(method)) or ""
        return origin.startswith("sklearn.model_selection.")

    def _done(self, call: ast.Call, note: str, depth: int) -> Sink:
        """What a call does, and of one that returns what it shuffles, what is done then."""
        sink = Sink(call, note)
        then = self.sink(call, depth + 1) if sink.is_shuffle else None
        return replace(sink, is_divided=then is not None and then.divides)

    def _zipped(self, node: ast.expr, call: ast.Call, depth: int) -> Sink | None:
        others = [argument for argument in call.args if argument is not node]
        counters = {"range", "count", "arange"}
        for place, other in enumerate(call.args):
            if isinstance(other, ast.Call) and self.view.called(other)[1] in counters:
                return self._numbered(call, depth, place)
        if any(self._was_drawn(other) for other in others):
            return Sink(call, "given random numbers by position")
        return self.sink(call, depth)

    def _was_drawn(self, node: ast.expr) -> bool:
        """Whether an expression is, or names, a row of random numbers."""
        if isinstance(node, ast.Call):
            return self.view.is_draw(node)
        if not isinstance(node, ast.Name):
            return False
        bindings = self.view.scope(node).bindings.get(node.id, [])
        values = [binding.value for binding in bindings]
        return bool(values) and all(
            isinstance(value, ast.Call) and self.view.is_draw(value) for value in values
        )

    def _method(self, attribute: ast.Attribute, depth: int) -> Sink | None:
        call = self.file.parents.get(attribute)
        if not (isinstance(call, ast.Call) and call.func is attribute):
            return None
        if attribute.attr == "index":
            return Sink(call, NUMBERED)
        if attribute.attr == "copy" or (not self.is_set and attribute.attr in KEEPING):
            return self.sink(call, depth)
        if self.is_set and attribute.attr in {"union", "intersection", "difference"}:
            return self.sink(call, depth)
        return None

    def _numbered(self, call: ast.Call, depth: int, place: int = 0) -> Sink | None:
        """`enumerate(...)`: the numbers matter unless they are only shown; `place`: of a zip."""
        parent = self.file.parents.get(call)
        match parent:
            case ast.comprehension():
                index = name_at(parent.target, place)
                return self._numbered_comprehension(parent, index, call, depth)
            case ast.For() | ast.AsyncFor():
                return self.loops.sink(parent, depth, name_at(parent.target, place))
            case ast.Call() if self.view.called(parent)[1] == "dict":
                return Sink(parent, NUMBERED)
            case ast.Call() if self.view.called(parent)[1] in {"tqdm", "list"}:
                loop = self.file.parents.get(parent)
                if isinstance(loop, (ast.For, ast.AsyncFor)):
                    return self.loops.sink(loop, depth, name_at(loop.target, place))
                return None
            case _:
                return None

    # -- comprehensions ------------------------------------------------------------------------

    def _numbered_comprehension(
        self, part: ast.comprehension, index: str | None, call: ast.Call, depth: int
    ) -> Sink | None:
        owner = self.file.parents.get(part)
        match owner:
            case ast.DictComp(key=key, value=value):
                used = index is not None and (mentions(key, index) or mentions(value, index))
                return Sink(call, NUMBERED) if used else None
            case ast.ListComp(elt=element) | ast.GeneratorExp(elt=element):
                if index is not None and names_beyond_remainders(element, index):
                    return Sink(call, NUMBERED)
                return self.sink(owner, depth)
            case _:
                return None

    def _comprehension(self, part: ast.comprehension, depth: int) -> Sink | None:
        owner = self.file.parents.get(part)
        match owner:
            case ast.ListComp() | ast.GeneratorExp():
                if self.view.draws(owner.elt) or any(self.view.draws(test) for test in part.ifs):
                    return Sink(owner, "given random numbers one after the other")
                return self.sink(owner, depth)
            case ast.DictComp(value=value):
                is_next = isinstance(value, ast.Call) and self.view.called(value)[1] == "next"
                if is_length(value) or is_next:
                    return Sink(owner, NUMBERED)
                return None
            case _:
                return None


def _adds_lists(call: ast.Call) -> bool:
    """`sum(lists, [])`."""
    return len(call.args) == 2 and isinstance(call.args[1], ast.List)


def _first(found: Iterator[Sink | None]) -> Sink | None:
    return next((sink for sink in found if sink is not None), None)
