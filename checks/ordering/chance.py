"""Whether chance arranges the elements of a listing anyway, and what would fix it."""

from __future__ import annotations

import ast

from ...auditor.nodes import last_name
from ...auditor.regex import regex
from ..seeds.reading import is_none
from ..usage.uses import Uses
from .sink import Sink
from .sinks import GENERATORS
from .view import View

_STREAMS = {
    "random.": "python",
    "numpy.random.": "numpy",
    "sklearn.": "numpy",
    "torch.": "torch",
    "tensorflow.": "tensorflow",
}
_SEEDS = frozenset({"seed", "random_state", "generator", "random", "rng", "key"})
#: What draws by a key that it is given.
_KEYED = ("jax.random.", "tensorflow.random.stateless_")
_SPLITTERS = "sklearn.model_selection."
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
#: The stream of a generator that was made without a seed: nothing seeds it.
UNSEEDABLE = "a generator of its own"


_ARRANGES = regex(rb"shuffle|permutation|random_split|train_test_split|\bsample\(")


class Chance:
    """Finds the streams that decide where an order meets random numbers."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.file = view.file

    def streams(self, sink: Sink) -> tuple[str, ...]:
        """Return the streams of which one must be seeded for an order to make a difference.

        None: no chance is seen, or a seed stands beside it.
        """
        if not sink.is_random:
            return self._shuffled(sink)
        found: dict[str, None] = {}
        for call in self._calls(sink):
            stream = self._stream(call)
            if stream == "":
                return ()
            if stream is not None:
                found[stream] = None
        return tuple(found)

    def _shuffled(self, sink: Sink) -> tuple[str, ...]:
        """Return TensorFlow's stream where the function that makes a dataset also shuffles it."""
        if not isinstance(sink.node, ast.Call):
            return ()
        if not self.view.called(sink.node)[0].startswith("tensorflow.data."):
            return ()
        around = self.view.function(sink.node) or self.file.tree
        shuffles = [
            call
            for call in self.file.nodes.of(ast.Call, under=around)
            if last_name(call.func) == "shuffle" and (call.args or call.keywords)
        ]
        is_seeded = any(keyword.arg == "seed" for call in shuffles for keyword in call.keywords)
        return ("tensorflow",) if shuffles and not is_seeded else ()

    def _calls(self, sink: Sink) -> list[ast.Call]:
        """Return the calls that may draw: the one that does it, or those of the loop around."""
        if isinstance(sink.node, ast.Call) and not sink.is_given_numbers:
            return [sink.node]
        loops = [at for at in self.file.ancestors(sink.node) if isinstance(at, _LOOPS)]
        if not isinstance(sink.node, ast.Call) or not loops:
            function = self.view.function(sink.node)
            return list(self.file.nodes.of(ast.Call, under=function or self.file.tree))
        return list(self.file.nodes.of(ast.Call, under=loops[-1]))

    def _stream(self, call: ast.Call) -> str | None:
        """Return the stream that a call draws from, an empty text for a seeded one."""
        name, last = self.view.called(call)
        if name.startswith(_KEYED):
            return ""
        if isinstance(call.func, ast.Attribute):
            made = self._made(call.func.value)
            maker = self.view.called(made)[0] if made is not None else ""
            if made is not None and maker in GENERATORS:
                given = [*made.args, *(keyword.value for keyword in made.keywords)]
                return "" if any(not is_none(value) for value in given) else UNSEEDABLE
            if made is not None and maker.startswith(_SPLITTERS):
                return self._of(made, maker)
        if last == "train_test_split" or (last == "random_split" and name):
            return self._of(call, name or _SPLITTERS)
        is_shuffle = last == "shuffle" and name.startswith("sklearn.")
        return self._of(call, name) if is_shuffle or self.view.is_draw(call) else None

    @staticmethod
    def _of(call: ast.Call, name: str) -> str | None:
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        if any(key in _SEEDS and not is_none(value) for key, value in given.items()):
            return ""
        shuffles = given.get("shuffle")
        if name.startswith(_SPLITTERS) and (
            not isinstance(shuffles, ast.Constant) or not shuffles.value
        ):
            # Folds are cut as they come; only `train_test_split` shuffles by itself.
            is_cut = shuffles is not None or last_name(call.func) != "train_test_split"
            if is_cut:
                return ""
        return next((to for start, to in _STREAMS.items() if name.startswith(start)), None)

    def _made(self, receiver: ast.expr) -> ast.Call | None:
        """Return the call that makes what a method is called of."""
        if isinstance(receiver, ast.Name):
            found = self.view.scope(receiver).lookup(receiver.id)
            values = [binding.value for binding in found[1]] if found is not None else []
            return next((value for value in values if isinstance(value, ast.Call)), None)
        return receiver if isinstance(receiver, ast.Call) else None


def arranges_by_chance(uses: Uses, path: str, owner: str) -> bool:
    """Whether every program that uses a class or function shuffles or draws something."""
    programs = uses.reach.programs(path)
    readers = uses.readers(path, owner)
    programs = [program for program in programs if readers & program] or programs
    return bool(programs) and all(uses.reach.holds(_ARRANGES, program) for program in programs)
