"""Functions and objects of the project that something outside calls back."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .abstract import (
    NO_ARGUMENTS,
    Arguments,
    BoundMethod,
    Choice,
    ClassValue,
    External,
    FunctionValue,
    Instance,
    Known,
    Made,
    Partial,
    Sequence,
    Table,
    Value,
)
from .events import Callback, Kind, Process
from .importing import Prepared
from .space import Here, Space

if TYPE_CHECKING:
    from .walker import Walker

#: The standard library; more comes with the vocabulary.
_TARGET = Callback(None, ("target",), passes=(None, "args"))
_WORK = Callback(0, ("fn", "func"), process=Process.FORKED)
STANDARD: dict[str, tuple[Callback, ...]] = {
    "threading.Thread": (Callback(1, ("target",), passes=(3, "args")),),
    "threading.Timer": (Callback(1, ("function",)),),
    "multiprocessing.Process": (
        Callback(1, ("target",), process=Process.FORKED, passes=(3, "args")),
    ),
    "multiprocessing.Pool": (Callback(1, ("initializer",), process=Process.FORKED),),
    "multiprocessing.pool.ThreadPool().map": (Callback(0, ("func",)),),
    "concurrent.futures.ThreadPoolExecutor().submit": (Callback(0, ("fn",)),),
    "concurrent.futures.ThreadPoolExecutor().map": (Callback(0, ("fn",)),),
    "concurrent.futures.ProcessPoolExecutor().submit": (_WORK,),
    "concurrent.futures.ProcessPoolExecutor().map": (_WORK,),
    "joblib.delayed": (Callback(0, ("function",), process=Process.SPAWNED),),
}
for _method in ("map", "imap", "imap_unordered", "starmap", "apply", "apply_async", "map_async"):
    STANDARD[f"multiprocessing.Pool().{_method}"] = (_WORK,)
#: Their callbacks are called when their result is, not when they are given.
_DEFERS = frozenset(
    "functools.partial functools.wraps functools.update_wrapper builtins.property "
    "builtins.isinstance builtins.issubclass builtins.getattr builtins.hasattr builtins.setattr "
    "builtins.type builtins.id builtins.callable builtins.print builtins.str builtins.repr "
    "builtins.len builtins.vars builtins.dir atexit.register inspect.signature "
    "inspect.getsource copy.copy copy.deepcopy".split()
)


def callbacks_of(walker: Walker, name: str) -> tuple[Callback, ...] | None:
    """Return how a call outside calls back, when that is known."""
    found = walker.vocabulary.callbacks.get(name)
    if found is not None:
        return found
    spawned = name.startswith("multiprocessing.get_context()")
    found = STANDARD.get(name.replace("multiprocessing.get_context()", "multiprocessing", 1))
    if found is None and name.startswith("torch.multiprocessing."):
        found = STANDARD.get(name.removeprefix("torch."))
    if found is None:
        return None
    if spawned or walker.imports.settings.get("start_method") in {"spawn", "forkserver"}:
        return tuple(_spawned(each) for each in found)
    return found


def _spawned(callback: Callback) -> Callback:
    if callback.process is not Process.FORKED:
        return callback
    return Callback(
        callback.position,
        callback.keywords,
        callback.methods,
        Process.SPAWNED,
        callback.iterated,
        callback.workers,
        callback.passes,
        callback.adds,
    )


def run_callbacks(
    walker: Walker, name: str, arguments: Arguments, node: ast.AST, space: Space, made: Made
) -> None:
    """Run what a call outside calls back at once; remember what it calls when iterated."""
    known = callbacks_of(walker, name)
    if known is None:
        deferred = name in _DEFERS or name in walker.vocabulary.transparent
        # While importing, functions are handed to registries, which call nothing yet.
        if not deferred and not walker.here.importing:
            _run_unknown(walker, arguments, node, space)
        return
    if any(callback.iterated for callback in known):
        walker.pending[id(made)] = Prepared(made, space.file, node, walker.here)
        walker.kept.append(made)
    for callback in known:
        if not callback.iterated:
            _run(walker, name, callback, arguments, node, space)


def run_iteration(walker: Walker, made: Made, node: ast.AST, space: Space) -> None:
    """Run what is called back when a made value is iterated over."""
    known = callbacks_of(walker, made.name) or ()
    for callback in known:
        if callback.iterated:
            walker.pending.pop(id(made), None)
            _run(walker, made.name, callback, made.arguments, node, space)


def run_pending(walker: Walker) -> None:
    """At the end: iterate over everything that was handed somewhere out of sight."""
    while walker.pending:
        ready = walker.pending.pop(next(iter(walker.pending)))
        made = ready.made
        before: Here = walker.here
        walker.here = ready.here
        try:
            space = Space("module", ready.file, "")
            if walker.vocabulary.wants(made.name):
                walker.emit(Kind.ITERATE, made.name, ready.node, space, receiver=made)
            run_iteration(walker, made, ready.node, space)
        finally:
            walker.here = before


def _run(
    walker: Walker,
    name: str,
    callback: Callback,
    arguments: Arguments,
    node: ast.AST,
    space: Space,
) -> None:
    value = arguments.get(callback.position, *callback.keywords)
    if value is None:
        return
    for process in _processes(callback, arguments):
        _run_in(walker, name, callback, arguments, node, space, value, process)


def _processes(callback: Callback, arguments: Arguments) -> list[Process]:
    """Return where a callback runs; both when the number of workers may be zero."""
    if callback.workers is None or callback.process is Process.MAIN:
        return [callback.process]
    count = arguments.get(callback.workers[0], callback.workers[1])
    if count is None or (isinstance(count, Known) and not count.value):
        return [Process.MAIN]
    if isinstance(count, Choice):
        return [Process.MAIN, callback.process]
    return [callback.process]


def _run_in(
    walker: Walker,
    name: str,
    callback: Callback,
    arguments: Arguments,
    node: ast.AST,
    space: Space,
    value: Value,
    process: Process,
) -> None:
    passed = Arguments(spreads=True)
    if callback.passes is not None:
        given = arguments.get(callback.passes[0], callback.passes[1])
        if isinstance(given, Sequence) and given.exact:
            extra = tuple(_unknown() for _ in range(callback.adds))
            passed = Arguments((*extra, *given.items))
        elif given is None:
            passed = Arguments(tuple(_unknown() for _ in range(callback.adds)))
    with walker.at(call=(space.file, node), process=process):
        if process in {Process.FORKED, Process.SPAWNED}:
            walker.emit(Kind.START, name, node, space, arguments=arguments)
        call_back(walker, value, callback.methods, passed, node, space)


def _unknown() -> Value:
    from .abstract import UNKNOWN

    return UNKNOWN


def call_back(
    walker: Walker,
    value: Value,
    methods: tuple[str, ...],
    arguments: Arguments,
    node: ast.AST,
    space: Space,
) -> None:
    """Call a value, or these methods of it, if it is the project's."""
    from .calls import call, call_method

    match value:
        case Instance():
            for method in methods or ("__call__",):
                call_method(walker, value, method, arguments, node, space)
        case FunctionValue() | BoundMethod() | Partial() if not methods:
            call(walker, value, arguments, node, space)
        case Choice():
            for item in value.values:
                call_back(walker, item, methods, arguments, node, space)
        case Made():
            # A wrapper outside (a Subset, a Compose) hands on to what it wraps.
            for inner in value.arguments.values():
                for item in inner.items if isinstance(inner, Sequence) else (inner,):
                    if isinstance(item, Instance):
                        call_back(walker, item, (*methods, "__call__"), arguments, node, space)
                    elif isinstance(item, Made) and item is not value:
                        call_back(walker, item, methods, arguments, node, space)
            if value.receiver is not None and isinstance(value.receiver, Made):
                call_back(walker, value.receiver, methods, arguments, node, space)
        case _:
            pass


def _run_unknown(walker: Walker, arguments: Arguments, node: ast.AST, space: Space) -> None:
    """Call the functions, and the hooks of the objects, that something unknown was given."""
    for value in arguments.values():
        inner = value.items if isinstance(value, Sequence) else [value]
        if isinstance(value, Table):
            inner = list(value.items.values())
        for item in inner:
            _hand_over(walker, item, node, space)


def _hand_over(walker: Walker, value: Value, node: ast.AST, space: Space) -> None:
    match value:
        case FunctionValue() | BoundMethod() | Partial():
            call_back(walker, value, (), Arguments(spreads=True), node, space)
        case Instance():
            run_hooks(walker, value, node, space)
        case _:
            pass


def run_hooks(walker: Walker, value: Instance, node: ast.AST, space: Space) -> None:
    """Run the methods that a framework calls on an object of a class derived from its own."""
    outside = [walker.vocabulary.canonical(name) for name in value.cls.outside()]
    for base in outside:
        methods = walker.vocabulary.hooks.get(base)
        if methods:
            call_back(walker, value, methods, Arguments(spreads=True), node, space)


__all__ = ["NO_ARGUMENTS", "ClassValue", "External", "call_back", "run_callbacks", "run_hooks"]
