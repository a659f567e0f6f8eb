"""Step level for torch: batch, loss, gradients, random state, parameters; one digest a tensor."""

import gc
import os
import sys
import threading

from . import digest, streams
from .dress import dress
from .quiet import quiet

BATCH, LOSS, GRADIENT, STATE, PARAMETER, FINAL, ESTIMATOR = 1, 2, 3, 4, 5, 6, 7
KINDS = {
    BATCH: "batch", LOSS: "loss", GRADIENT: "gradient", STATE: "rng-state",
    PARAMETER: "parameter", FINAL: "final", ESTIMATOR: "estimator",
}  # fmt: skip


class Steps:
    """Hooks on optimizers, losses and loaders. Every hook reads; none writes."""

    def __init__(self, recorder, window, max_steps, dump):
        self.recorder = recorder
        self.window = window
        self.max_steps = max_steps
        self.dump = dump
        self.on_step = []
        self._names = {}
        self._batches = 0
        self._losses = 0
        self._lock = threading.RLock()
        self._busy = threading.local()
        self._optimizers = 0

    def install(self, torch):
        """Called once torch is imported."""
        from torch.optim import optimizer

        if hasattr(optimizer, "register_optimizer_step_pre_hook"):
            optimizer.register_optimizer_step_pre_hook(self._before_step)
            optimizer.register_optimizer_step_post_hook(self._after_step)
        self._watch_losses(torch)
        self._watch_loaders(torch)

    def _watch_losses(self, torch):
        original = torch.autograd.backward

        def backward(tensors, *args, **kwargs):
            self._loss(tensors)
            return original(tensors, *args, **kwargs)

        _dress(backward, original)
        torch.autograd.backward = backward

    def _watch_loaders(self, torch):
        try:
            from torch.utils.data import dataloader
        except ImportError:
            return
        base = dataloader._BaseDataLoaderIter
        original = base.__next__

        def __next__(loader):
            batch = original(loader)
            self._batch(batch)
            return batch

        _dress(__next__, original)
        base.__next__ = __next__

    def _guarded(self, work, *arguments):
        """Runs `work` once per thread at a time, and never lets an error of ours out."""
        if getattr(self._busy, "on", False):
            return
        self._busy.on = True
        try:
            with self._lock, quiet():
                work(*arguments)
        except Exception as error:
            self.recorder.note("tracer-error", "%s: %r" % (work.__name__, error))
        finally:
            self._busy.on = False

    def _batch(self, batch):
        if _compiling():
            return
        self._guarded(self._record_batch, batch)

    def _record_batch(self, batch):
        number = self._batches
        self._batches += 1
        for path, tensor in _tensors(batch, "batch[%d]" % number if number else "batch"):
            self._leaf(BATCH, path, tensor)
        self.recorder.flush()

    def _loss(self, tensors):
        if _compiling():
            return
        self._guarded(self._record_loss, tensors)

    def _record_loss(self, tensors):
        for path, tensor in _tensors(tensors, "loss"):
            name = "%s[%d]" % (path, self._losses) if self._losses else path
            self._leaf(LOSS, name, tensor)
        self._losses += 1

    def _before_step(self, optimizer, args, kwargs):
        if _compiling():
            return
        self._guarded(self._record_gradients, optimizer)
        self.recorder.in_optimizer = True

    def _record_gradients(self, optimizer):
        for name, parameter in self._parameters(optimizer):
            if parameter.grad is not None:
                self._leaf(GRADIENT, name, parameter.grad)

    def _after_step(self, optimizer, args, kwargs):
        self.recorder.in_optimizer = False
        if _compiling():
            return
        self._guarded(self._record_parameters, optimizer)

    def _record_parameters(self, optimizer):
        for name, parameter in self._parameters(optimizer):
            self._leaf(PARAMETER, name, parameter)
        for stream, state in streams.states():
            self.recorder.leaf(STATE, stream, state)
        self.recorder.mark(0)
        self.recorder.step += 1
        self._batches = self._losses = 0
        for action in self.on_step:
            action(self.recorder.step)
        if self.max_steps and self.recorder.step >= self.max_steps:
            self._stop()

    def _stop(self):
        self.recorder.note("stopped", {"max_steps": self.max_steps})
        self.record_final()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)

    def _leaf(self, kind, name, tensor):
        self.recorder.leaf(kind, name, digest.of_tensor(tensor))
        for step, wanted, only in self.dump:
            if step == self.recorder.step and wanted == KINDS[kind] and only == name:
                self._dump(kind, name, tensor)

    def _dump(self, kind, name, tensor):
        plain = digest.tensor_content(tensor)
        if plain is None or plain.numel() * plain.element_size() > 1 << 28:
            return
        from .dump import write_tensor

        write_tensor(self.recorder, "%s-%s" % (KINDS[kind], name), plain, str(tensor.dtype))

    def _parameters(self, optimizer):
        names = self._names.get(id(optimizer))
        if names is None:
            names = self._names[id(optimizer)] = _names_of(optimizer, self._optimizers)
            self._optimizers += 1
        found = []
        for group_number, group in enumerate(optimizer.param_groups):
            for number, parameter in enumerate(group["params"]):
                name = names.get(id(parameter)) or "group%d.%d" % (group_number, number)
                found.append((name, parameter))
        return found

    def record_final(self):
        """The parameters and buffers that are alive at the end, by the module that holds them."""
        if "torch" not in sys.modules:
            return
        self._guarded(self._record_modules)

    def _record_modules(self):
        for number, module in enumerate(_root_modules()):
            for name, tensor in list(module.named_parameters()) + list(module.named_buffers()):
                path = "%s%d.%s" % (type(module).__name__, number, name)
                self.recorder.leaf(FINAL, path, digest.of_tensor(tensor))


def _dress(wrapper, original):
    dress(wrapper, original)
    wrapper.__annotations__ = getattr(original, "__annotations__", {})
    # torch.compile must run this as it is, not look into it.
    wrapper._torchdynamo_disable = True


def _compiling():
    dynamo = sys.modules.get("torch._dynamo")
    if dynamo is None:
        return False
    try:
        return bool(dynamo.is_compiling())
    except Exception:
        return False


def _tensors(value, path, depth=0):
    torch = sys.modules["torch"]
    if isinstance(value, torch.Tensor):
        return [(path, value)]
    if depth > 4:
        return []
    found = []
    if isinstance(value, dict) or (hasattr(value, "items") and callable(value.items)):
        for key, item in list(value.items()):
            found += _tensors(item, "%s[%r]" % (path, key), depth + 1)
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            found += _tensors(item, "%s[%d]" % (path, number), depth + 1)
    return found


def _modules():
    torch = sys.modules["torch"]
    found = []
    for item in gc.get_objects():
        try:
            # type(), not isinstance(): proxies and lazy modules would wake up.
            if issubclass(type(item), torch.nn.Module) and "_parameters" in item.__dict__:
                found.append(item)
        except Exception:
            continue
    return found


def _root_modules():
    """Modules that no other module holds, in the order in which gc keeps them."""
    modules = _modules()
    held = {
        id(child) for module in modules for child in module._modules.values() if child is not None
    }
    return [module for module in modules if id(module) not in held]


def _names_of(optimizer, number):
    wanted = {id(p) for group in optimizer.param_groups for p in group["params"]}
    best = {}
    for module in _root_modules():
        try:
            names = {id(p): name for name, p in module.named_parameters() if id(p) in wanted}
        except Exception:
            continue
        if len(names) > len(best):
            best = names
    prefix = "optimizer%d:" % number if number else ""
    return {key: prefix + name for key, name in best.items()}
