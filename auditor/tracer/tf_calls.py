"""TensorFlow: every call of a tf.function, with digests of arguments, variables and results."""

import functools
import gc
import sys
import threading
import weakref

from . import digest
from .place import is_user, user_place
from .record import RANDOM, VIEW, this_thread
from .stepping import BATCH, LOSS, PARAMETER
from .tf_values import eagerly, leaves, name_of, of_value, to_numpy

_WRITES = ("Assign", "ResourceApply", "ResourceScatter")


class _Known:
    """What is known of one tf.function: its variables, and what was seen while it was traced."""

    def __init__(self):
        self.traces = -1
        self.variables = []
        self.program = 0
        self.draws = False
        self.steps = False
        self.before = None


class TfCalls:
    """Wraps Function.__call__ where it is called eagerly; nested calls belong to the outer one."""

    def __init__(self, recorder, stepping, config):
        self.recorder = recorder
        self.stepping = stepping
        self.programs = bool(config.get("events"))
        self.unseeded_draws = 0
        self.tapes = 0
        self.updates = 0
        self._known = weakref.WeakKeyDictionary()
        self._busy = threading.local()

    def install(self, module):
        """Called once the module of tf.function is imported."""
        original = module.Function.__call__
        calls = self

        @functools.wraps(original)
        def __call__(function, *args, **kwargs):
            if getattr(calls._busy, "on", False) or not eagerly():
                return original(function, *args, **kwargs)
            calls._busy.on = True
            try:
                before = calls._guarded(calls._before, function, args, kwargs)
                result = original(function, *args, **kwargs)
                if before is not None:
                    calls._guarded(calls._after, function, before, result)
            finally:
                calls._busy.on = False
            if before is not None and before[1].steps and not calls.stepping.inside:
                calls.stepping.end()
            return result

        module.Function.__call__ = __call__

    def _guarded(self, work, *arguments):
        try:
            return work(*arguments)
        except Exception as error:
            self.recorder.note("tracer-error", "tf %s: %r" % (work.__name__, error))
            return None

    def _before(self, function, args, kwargs):
        known = self._known.get(function)
        if known is None:
            known = self._known[function] = _Known()
            if self.programs:
                known.before = _all_variables()
        given = [(name, value, of_value(value)) for name, value in _arguments(args, kwargs)]
        variables = [of_value(variable) for variable in known.variables]
        seen = (self.unseeded_draws, self.tapes, self.updates)
        return given, known, variables, seen

    def _after(self, function, before, result):
        given, known, variables, seen = before
        complete = self._learn(function, known, seen)
        made = [(name, value, of_value(value)) for name, value in leaves(result, "result")]
        after = [of_value(variable) for variable in known.variables]
        if not complete and known.before is not None:
            # The first call: nobody knew which variables it would use.
            variables = [known.before.get(id(variable), 0) for variable in known.variables]
        known.before = None
        readable = all(content for _name, _value, content in given)
        flags = RANDOM if known.draws else 0
        if not readable or len(variables) != len(after) or not all(variables):
            flags |= VIEW
        inputs = [(content, 0) for _name, _value, content in given]
        inputs += [(content, 0) for content in variables]
        outputs = [(content, 0) for _name, _value, content in made]
        outputs += [(content, 0) for content in after]
        name = "tf.function(%s)" % getattr(function.python_function, "__name__", "?")
        self.recorder.operation(
            name, user_place(2)[0], this_thread(), flags, [*inputs, (known.program, 0)], outputs
        )
        if known.steps and not self.stepping.inside:
            self._leaves(given, made, known, after)

    def _leaves(self, given, made, known, after):
        leaf = self.stepping.leaf
        for name, value, content in given:
            leaf(BATCH, name, content, lambda value=value: to_numpy(value))
        for name, value, content in made:
            leaf(LOSS, name, content, lambda value=value: to_numpy(value))
        for number, variable in enumerate(known.variables):
            name = name_of(variable, number)
            leaf(PARAMETER, name, after[number], lambda value=variable: to_numpy(value))

    def _learn(self, function, known, seen):
        """After a call that traced: variables, draws, whether it trains. False for such a call."""
        traces = function.experimental_get_tracing_count()
        if traces == known.traces:
            return True
        known.traces = traces
        concrete = list(function._function_cache.values())
        found = {id(v): v for one in concrete for v in one.variables}
        known.variables = list(found.values())
        known.draws = known.draws or self.unseeded_draws > seen[0]
        trains = self.tapes > seen[1] and any(
            operation.type.startswith(_WRITES)
            for one in concrete
            for operation in one.graph.get_operations()
        )
        updates = self.updates > seen[2]
        code = getattr(function.python_function, "__code__", None)
        own = code is not None and is_user(code.co_filename)
        known.steps = known.steps or updates or (trains and own)
        if self.programs:
            for one in concrete:
                words = one.graph.as_graph_def().SerializeToString(deterministic=True)
                known.program = digest.mix(known.program, digest.of_bytes(words))
        return not known.variables


def _all_variables():
    """The digest of every variable there is, by its id."""
    base = sys.modules["tensorflow.python.ops.resource_variable_ops"].BaseResourceVariable
    return {id(one): of_value(one) for one in gc.get_objects() if issubclass(type(one), base)}


def _arguments(args, kwargs):
    found = leaves(list(args), "argument")
    for name in kwargs:
        found += leaves(kwargs[name], name)
    return [
        (name, value) for name, value in found if not callable(value) or hasattr(value, "handle")
    ]
