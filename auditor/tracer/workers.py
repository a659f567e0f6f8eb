"""Threads, processes, loaders: where they meet is recorded; pinned, they run one by one."""

from . import digest
from .family import replace
from .place import user_place

_PATIENCE = 1.0
_LOSSES = 3
_submitted = [0]


def install(families, after_import):
    """Wraps the meeting points of workers when they are recorded or made serial."""
    family = families.get("workers")
    if not family.active:
        return
    after_import.on("concurrent.futures", lambda module: _futures(module, family))
    after_import.on(
        "concurrent.futures.thread", lambda m: _one_worker(m.ThreadPoolExecutor, family)
    )
    after_import.on(
        "concurrent.futures.process", lambda m: _one_worker(m.ProcessPoolExecutor, family)
    )
    after_import.on("multiprocessing.pool", lambda module: _pools(module, family))
    after_import.on(
        "multiprocessing.process", lambda m: _starting(m.BaseProcess, "process", family)
    )
    after_import.on("threading", lambda module: _starting(module.Thread, "thread", family))
    after_import.on("asyncio.tasks", lambda module: _asynchronous(module, family))
    after_import.on("queue", lambda module: _queues(module, family))
    after_import.on("multiprocessing.queues", lambda module: _process_queues(module, family))
    after_import.on("torch.utils.data.dataloader", lambda module: _loaders(module, family))
    after_import.on("joblib.parallel", lambda module: _joblib(module, family))


def _seen(family, what):
    place, importing, libraries = user_place(2)
    if place and not importing:
        family.see(what, digest.of_bytes(b"".join(n.encode() for n in libraries[:1])), place)
    return place, libraries


def _futures(module, family):
    original = module.as_completed

    def as_completed(fs, timeout=None):
        place, _libraries = _seen(family, "as_completed")
        if not family.pinned(place):
            return original(fs, timeout)
        return _in_order(list(fs))

    waiting = module.wait

    def wait(fs, timeout=None, return_when="ALL_COMPLETED"):
        futures = list(fs)
        if return_when != "FIRST_COMPLETED" or not futures:
            return waiting(futures, timeout, return_when)
        place, _libraries = _seen(family, "wait")
        if not family.pinned(place):
            return waiting(futures, timeout, return_when)
        first = min(futures, key=_number)
        done = waiting([first], timeout, return_when).done
        return type(waiting(()))(done, set(futures) - done)

    def _number(future):
        return getattr(future, "_fwaudit_number", 0)

    def _in_order(futures):
        for future in sorted(futures, key=_number):
            future.exception()
            yield future

    replace(module, "as_completed", as_completed)
    module._base.as_completed = as_completed
    replace(module, "wait", wait)
    module._base.wait = wait


def _asynchronous(module, family):
    original = module.as_completed

    class InOrder:
        def __init__(self, awaited):
            self._futures = iter([module.ensure_future(one) for one in awaited])

        def __iter__(self):
            return self._futures

        def __aiter__(self):
            return self

        async def __anext__(self):
            for future in self._futures:
                await module.wait([future])
                return future
            raise StopAsyncIteration

    def as_completed(fs, **kwargs):
        place, _libraries = _seen(family, "asyncio.as_completed")
        return InOrder(fs) if family.pinned(place) else original(fs, **kwargs)

    replace(module, "as_completed", as_completed)


def _one_worker(executor, family):
    original = executor.__init__

    def begin(self, max_workers=None, *args, **kwargs):
        place, _libraries = _seen(family, executor.__name__)
        if family.pinned(place):
            max_workers = 1
        original(self, max_workers, *args, **kwargs)

    executor.__init__ = begin
    submit = executor.submit

    def numbered(self, *args, **kwargs):
        future = submit(self, *args, **kwargs)
        _submitted[0] += 1
        future._fwaudit_number = _submitted[0]
        return future

    executor.submit = numbered


def _pools(module, family):
    pool = module.Pool
    begin, unordered = pool.__init__, pool.imap_unordered
    told = {"apply_async": pool.apply_async, "map_async": pool.map_async}

    def one_process(self, processes=None, *args, **kwargs):
        place, _libraries = _seen(family, "Pool")
        begin(self, 1 if family.pinned(place) else processes, *args, **kwargs)

    def imap_unordered(self, func, iterable, chunksize=1):
        place, _libraries = _seen(family, "imap_unordered")
        if family.pinned(place):
            return self.imap(func, iterable, chunksize)
        return unordered(self, func, iterable, chunksize)

    def telling(name, position):
        def submit(self, *args, **kwargs):
            if len(args) > position or kwargs.get("callback") is not None:
                _seen(family, name)
            return told[name](self, *args, **kwargs)

        return submit

    pool.__init__ = one_process
    pool.imap_unordered = imap_unordered
    pool.apply_async, pool.map_async = telling("apply_async", 3), telling("map_async", 3)


def _starting(kind, what, family):
    original = kind.start
    lost = [0]

    def start(self):
        place, libraries = _seen(family, what)
        original(self)
        # Only what the program starts itself; pools and loaders keep their own helpers.
        if not libraries and family.pinned(place) and lost[0] < _LOSSES:
            self.join(_PATIENCE)
            lost[0] += self.is_alive()

    kind.start = start


def _queues(module, family):
    begin, get = module.Queue.__init__, module.Queue.get

    def unbounded(self, maxsize=0):
        begin(self, 0 if family.pin is not None else maxsize)

    def watched_get(self, *args, **kwargs):
        place, _importing, libraries = user_place(1)
        if place and not libraries:
            family.see("queue.get", 0, place)
        return get(self, *args, **kwargs)

    module.Queue.__init__ = unbounded
    module.Queue.get = watched_get


def _process_queues(module, family):
    for kind in (module.Queue, module.SimpleQueue):
        get = kind.get

        def watched_get(self, *args, _get=get, **kwargs):
            place, _importing, libraries = user_place(1)
            if place and not libraries:
                family.see("queue.get", 0, place)
            return _get(self, *args, **kwargs)

        kind.get = watched_get


def _loaders(module, family):
    original = module.DataLoader.__init__

    def begin(self, *args, **kwargs):
        if kwargs.get("num_workers"):
            place, _libraries = _seen(family, "DataLoader workers")
            if family.pinned(place):
                kwargs["num_workers"] = 1
                if "in_order" in kwargs:
                    kwargs["in_order"] = True
        original(self, *args, **kwargs)

    begin.__wrapped__ = original
    module.DataLoader.__init__ = begin


def _joblib(module, family):
    original = module.Parallel.__init__

    def begin(self, *args, **kwargs):
        place, _libraries = _seen(family, "joblib.Parallel")
        if family.pinned(place):
            args = (1, *args[1:]) if args else args
            kwargs = {**kwargs, "n_jobs": 1} if not args else kwargs
        original(self, *args, **kwargs)

    begin.__wrapped__ = original
    module.Parallel.__init__ = begin
