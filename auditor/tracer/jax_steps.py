"""JAX has no optimizer to hook: a step is a call whose results come back as its own arguments."""

from .dress import dress
from .jax_digest import is_key, of_array, to_numpy
from .stepping import BATCH, GRADIENT, LOSS, PARAMETER, STATE

_NOTHING = frozenset()
_TRIALS = 4


class _Function:
    """What is known of one function of the user's: its last call, and what it feeds back."""

    def __init__(self):
        self.marked = False
        self.last = None
        self.feeds = {}
        self.carried = _NOTHING
        self.pending = False
        self.calls = 0
        self.hopeless = False


class JaxSteps:
    """Recognises steps: optax.apply_updates, or a function that is fed its own results.

    Leaves of a step: arguments that are no carried state are its batch; what is carried is its
    parameters; the other results are its loss and gradients.
    """

    def __init__(self, stepping):
        self.stepping = stepping
        self._functions = {}
        self._update_traced = False
        self._any_marked = False
        self._eager_updates = False

    def watch_optax(self, module):
        """Called once optax's module of updates is imported."""
        original = module.apply_updates
        steps = self

        def apply_updates(params, updates):
            result = original(params, updates)
            steps.updated(updates, result)
            return result

        dress(apply_updates, original)
        module.apply_updates = apply_updates

    def updated(self, updates, params):
        """optax.apply_updates was called: while tracing, or with values, which ends a step."""
        import sys

        try:
            tree = sys.modules["jax"].tree_util
            leaves = [(tree.keystr(path), leaf) for path, leaf in _leaves(tree, params)]
            if any(_is_tracer(leaf) for _name, leaf in leaves):
                self._update_traced = True
                return
            if self.stepping.inside:
                return
            self._eager_updates = True
            for path, leaf in _leaves(tree, updates):
                self._leaf(GRADIENT, "update" + tree.keystr(path), leaf, of_array(leaf))
            for name, leaf in leaves:
                self._leaf(PARAMETER, name or "parameters", leaf, of_array(leaf))
        except Exception as error:
            self.stepping.recorder.note("tracer-error", "optax: %r" % (error,))
            return
        self.stepping.end()

    def _function(self, execution):
        if self._eager_updates or self.stepping.inside:
            return None
        key = (execution.name, execution.defined, len(execution.given_names),
               len(execution.made_names))  # fmt: skip
        function = self._functions.get(key)
        if function is None:
            marks = self._update_traced and "/jax/" not in execution.source
            if not marks and not execution.by_user:
                return None
            function = self._functions[key] = _Function()
            if marks:
                function.marked = self._any_marked = True
                self._update_traced = False
        return function

    def descent(self, execution):
        """Which functions the results of an execution descend from."""
        found = _NOTHING
        for _digest, _producer, descent in execution.given_facts:
            if not descent <= found:
                found = found | descent
        function = self._function(execution)
        return found | {id(function)} if function is not None else found

    def before(self, execution):
        """Arguments are known: does the last call's state come back?"""
        function = self._function(execution)
        if function is None or function.last is None or function.hopeless:
            return
        if self._any_marked and not function.marked:
            return
        last = function.last
        if not function.feeds:
            made = {
                id(value): number
                for number, value in enumerate(last.made)
                if getattr(value, "shape", None) is not None
            }
            function.feeds = {
                made[id(value)]: position
                for position, value in enumerate(execution.given)
                if id(value) in made
            }
            if all(is_key(last.made[number]) for number in function.feeds):
                # Handing on a key is no training.
                function.feeds = {}
            if not function.feeds:
                function.carried = frozenset(
                    position
                    for position, (_content, _producer, descent) in enumerate(execution.given_facts)
                    if id(function) in descent and not is_key(execution.given[position])
                )
        if function.pending and function.feeds:
            self._fed(function, last)
        elif function.pending and function.carried:
            self._carried(function, last, execution)
        function.pending = False

    def after(self, execution):
        """Results are known; where it is known what is fed back, the step is over."""
        function = self._function(execution)
        if function is None:
            return
        last = function.last
        function.last = execution
        function.pending = True
        execution.given_digests = [facts[0] for facts in execution.given_facts]
        if function.feeds and (function.marked or not self._any_marked):
            self._fed(function, execution)
            function.pending = False
        function.calls += 1
        if last is not None:
            last.given = last.made = ()
        if not self.stepping.dump:
            execution.given = ()
        if function.calls > _TRIALS and not function.feeds and not function.carried:
            function.hopeless = True
        if function.hopeless or not function.pending:
            # Nothing more is learned from them: they may be freed.
            execution.given = execution.made = ()

    def _fed(self, function, call):
        positions = set(function.feeds.values())
        self._batch(call, positions)
        shapes = {_shape(call.made[number]) for number in function.feeds}
        for number, name in enumerate(call.made_names):
            value, content = call.made[number], call.made_digests[number]
            if number in function.feeds:
                name = call.given_names[function.feeds[number]]
                self._leaf(STATE if is_key(value) else PARAMETER, name, value, content)
            else:
                self._leaf(_kind(value, shapes), name, value, content)
        self.stepping.end()

    def _carried(self, function, call, following):
        self._batch(call, function.carried)
        shapes = {_shape(following.given[position]) for position in function.carried}
        for number, name in enumerate(call.made_names):
            value = call.made[number]
            self._leaf(_kind(value, shapes), name, value, call.made_digests[number])
        for position in sorted(function.carried):
            value, name = following.given[position], following.given_names[position]
            kind = STATE if is_key(value) else PARAMETER
            self._leaf(kind, name, value, following.given_facts[position][0])
        self.stepping.end()

    def _batch(self, call, without):
        values = call.given or [None] * len(call.given_digests)
        for position, content in enumerate(call.given_digests):
            if position not in without:
                value = values[position]
                kind = STATE if value is not None and is_key(value) else BATCH
                self._leaf(kind, call.given_names[position], value, content)

    def _leaf(self, kind, name, value, content):
        self.stepping.leaf(kind, name, content, lambda: None if value is None else to_numpy(value))


def _leaves(tree, value):
    return tree.tree_flatten_with_path(value)[0]


def _is_tracer(value):
    return any(kind.__name__ == "Tracer" for kind in type(value).__mro__)


def _shape(value):
    return tuple(getattr(value, "shape", ()))


def _kind(value, shapes):
    shape = _shape(value)
    return GRADIENT if shape and shape in shapes else LOSS
