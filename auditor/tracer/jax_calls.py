"""JAX: every execution of a compiled function, with digests of what went in and what came out."""

import functools
import re
import threading

from . import digest
from .jax_digest import Memory, of_array
from .place import is_user, user_place
from .record import HOST, VIEW, this_thread

_ADDRESS = re.compile(r"0x[0-9a-f]+")
_UNREADABLE = (0, 0, frozenset())


class Execution:
    """One execution: names and values of its leaves, their digests, its number in the trace."""

    def __init__(self, name, defined, given, made):
        self.name = name
        self.defined = defined
        self.source = defined.rpartition(" at ")[2].rpartition(":")[0]
        self.given_names, self.given = given
        self.made_names = made
        self.made = ()
        self.given_facts = ()
        self.made_digests = ()
        self.number = 0

    @property
    def by_user(self):
        """Whether the function stands in the user's code."""
        return bool(self.source) and is_user(self.source)


class JaxCalls:
    """Wraps the one place through which compiled functions are executed from Python."""

    def __init__(self, recorder, steps, config):
        self.recorder = recorder
        self.steps = steps
        self.memory = Memory()
        self._programs = {} if config.get("events") else None
        self._busy = threading.local()

    def install(self, pjit):
        """Called once jax._src.pjit is imported."""
        if not hasattr(pjit, "_pjit_call_impl_python") or not hasattr(pjit, "_get_fastpath_data"):
            self.recorder.note("tracer-error", "jax: this release is not traced")
            return
        # Without it, C++ would execute all calls but the first without passing by here.
        pjit._get_fastpath_data = lambda *args, **options: None
        original = pjit._pjit_call_impl_python

        @functools.wraps(original)
        def call(*args, **options):
            if getattr(self._busy, "on", False):
                return original(*args, **options)
            return self._execute(original, args, options)

        pjit._pjit_call_impl_python = call

    def _execute(self, original, args, options):
        execution = self._guarded(self._before, args, options)
        result = original(*args, **options)
        if execution is not None:
            self._guarded(self._after, execution, result, options.get("jaxpr"))
        return result

    def _guarded(self, work, *arguments):
        self._busy.on = True
        try:
            return work(*arguments)
        except Exception as error:
            self.recorder.note("tracer-error", "jax %s: %r" % (work.__name__, error))
            return None
        finally:
            self._busy.on = False

    def _before(self, args, options):
        jaxpr = options["jaxpr"]
        execution = Execution(
            options.get("name", ""),
            _defined(jaxpr),
            (_names(jaxpr, "arg_names", len(args), "argument"), args),
            _names(jaxpr, "result_paths", len(jaxpr.out_avals), "result"),
        )
        # Now: arguments may be donated to the execution.
        execution.given_facts = [self._facts(value) for value in args]
        self.steps.before(execution)
        return execution

    def _facts(self, value):
        known = self.memory.known(value)
        if known is not None:
            return known
        try:
            return (of_array(value), 0, frozenset())
        except Exception:
            return _UNREADABLE

    def _after(self, execution, result, jaxpr):
        made = result[0] if isinstance(result[0], (list, tuple)) else [result[0]]
        execution.made = made
        execution.made_digests = [of_array(value) for value in made]
        inputs = [(facts[0], facts[1]) for facts in execution.given_facts]
        inputs.append((self._program(jaxpr), 0))
        outputs = [(value, 0) for value in execution.made_digests]
        flags = VIEW if _UNREADABLE in execution.given_facts else 0
        if getattr(getattr(result[1], "unsafe_call", None), "has_host_callbacks", False):
            flags |= HOST
        place = user_place(3)[0]
        if isinstance(threading.current_thread(), threading._DummyThread):
            # Inside a callback: what it is given belongs to the execution that calls back.
            flags |= VIEW
        execution.number = self.recorder.operation(
            "jit(%s)" % execution.name, place, this_thread(), flags, inputs, outputs
        )
        descent = self.steps.descent(execution)
        for position, value in enumerate(made):
            facts = (execution.made_digests[position], execution.number, descent)
            self.memory.remember(value, facts)
        self.steps.after(execution)

    def _program(self, jaxpr):
        # Constants that were drawn while the function was traced are part of what was compiled.
        if self._programs is None or jaxpr is None:
            return 0
        known = self._programs.get(id(jaxpr))
        if known is None:
            words = _ADDRESS.sub("", str(jaxpr.jaxpr))
            total = digest.of_bytes(words.encode())
            for constant in jaxpr.consts:
                total = digest.mix(total, of_array(constant))
            # The jaxpr is kept, or its id would be given to another one.
            known = self._programs[id(jaxpr)] = (total, jaxpr)
        return known[0]


def _defined(jaxpr):
    info = getattr(jaxpr.jaxpr, "debug_info", None)
    return getattr(info, "func_src_info", None) or ""


def _names(jaxpr, field, count, otherwise):
    info = getattr(jaxpr.jaxpr, "debug_info", None)
    names = getattr(info, field, None)
    names = list(names) if isinstance(names, (list, tuple)) else []
    if len(names) != count:
        return ["%s[%d]" % (otherwise, number) for number in range(count)]
    return [
        str(name) if name else "%s[%d]" % (otherwise, number) for number, name in enumerate(names)
    ]
