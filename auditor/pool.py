"""Files to worker processes and back, with what the cache already knows left out."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import islice
from multiprocessing.process import BaseProcess

from .cache import Cache
from .discover import Discovery, FileState
from .examine import Examined, Examiner, source_of
from .link import module_name
from .rule import RuleClass
from .syntax import without_garbage_collection
from .versions import Versions

#: Below this many bytes a second process costs more than it saves.
_WORTH_A_PROCESS = 1_500_000
_CHUNK = 24
#: Objects that may pile up before the cyclic collector looks at them, some 20 MB.
_UNCOLLECTED = 200_000

Observer = Callable[[str, int, int], None]


def available_processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def examine_all(
    discovery: Discovery,
    rules: Sequence[RuleClass],
    versions: Versions,
    jobs: int | None,
    cache: Cache | None,
    stdin: tuple[str, bytes] | None,
    observe: Observer | None,
) -> list[Examined]:
    """Examine every Python file and notebook; the results are in the order of paths."""
    states = [state for state in discovery.files if state.is_python or state.is_notebook]
    results: dict[str, Examined] = {}
    if stdin is not None:
        path, data = stdin
        examiner = Examiner(rules, versions)
        results[path] = examiner.examine_source(source_of(path, data), module_name(path))
        states = [state for state in states if state.path != path]
    if cache is not None:
        for state in states:
            if (known := cache.get(state)) is not None:
                results[state.path] = known
    left = [state for state in states if state.path not in results]
    workers = jobs or available_processors()
    if workers <= 1 or sum(state.size for state in left) < _WORTH_A_PROCESS:
        fresh = _examine_here(left, rules, versions, observe)
    else:
        fresh = _examine_in_workers(left, rules, versions, workers, observe)
    by_path = {state.path: state for state in left}
    for item in fresh:
        results[item.path] = item
        if cache is not None:
            cache.put(by_path[item.path], item)
    return [results[path] for path in sorted(results)]


def _examine_here(
    states: list[FileState],
    rules: Sequence[RuleClass],
    versions: Versions,
    observe: Observer | None,
) -> Iterator[Examined]:
    examiner = Examiner(rules, versions)
    with without_garbage_collection():
        for done, state in enumerate(states, 1):
            yield examiner.examine(state.path, state.absolute, module_name(state.path))
            _collect_when_due()
            if observe is not None:
                observe("reading", done, len(states))


def _examine_in_workers(
    states: list[FileState],
    rules: Sequence[RuleClass],
    versions: Versions,
    workers: int,
    observe: Observer | None,
) -> Iterator[Examined]:
    # Large files first, so that no worker is left alone with one at the end.
    pending = iter(sorted(states, key=lambda state: -state.size))
    chunks = list(iter(lambda: list(islice(pending, _CHUNK)), []))
    # A forked worker imports nothing. A spawned one starts as `python -c`, which would put the
    # current folder, perhaps the scanned one, first on its path: PYTHONSAFEPATH keeps it off.
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
    done = 0
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    executor = ProcessPoolExecutor(workers, context, _start_worker, (tuple(rules), versions))
    try:
        futures = [executor.submit(_examine_chunk, chunk) for chunk in chunks]
        for future in as_completed(futures):
            batch = future.result()
            done += len(batch)
            yield from batch
            if observe is not None:
                observe("reading", done, len(states))
    except BaseException:
        # Ctrl-C reaches the workers too (same process group); nothing waits for the rest.
        alive: dict[int, BaseProcess] = getattr(executor, "_processes", None) or {}
        processes = list(alive.values())
        executor.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        raise
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before
    executor.shutdown()


_examiner: Examiner | None = None


def _start_worker(rules: tuple[RuleClass, ...], versions: Versions) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Trees are freed by their reference counts; what little is cyclic goes after each chunk.
    gc.disable()
    gc.freeze()
    global _examiner
    _examiner = Examiner(rules, versions)


def _examine_chunk(states: list[FileState]) -> list[Examined]:
    assert _examiner is not None
    examined = [
        _examiner.examine(state.path, state.absolute, module_name(state.path)) for state in states
    ]
    _collect_when_due()
    return examined


def _collect_when_due() -> None:
    """Look for cycles only when many objects have outlived their files."""
    if gc.get_count()[0] > _UNCOLLECTED:
        gc.collect(0)
