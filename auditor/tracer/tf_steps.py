"""TensorFlow's own training loops: optimizer updates, tapes, and batches as they are taken."""

from .dress import dress
from .stepping import BATCH, GRADIENT, LOSS, PARAMETER
from .tf_values import eagerly, leaves, name_of, of_value, to_numpy


class TfSteps:
    """An eager Optimizer.apply ends a step; one in a graph makes its tf.function a step."""

    def __init__(self, stepping, calls):
        self.stepping = stepping
        self.calls = calls

    def watch_optimizers(self, module):
        """Called once Keras' module of optimizers is imported."""
        original = module.BaseOptimizer.apply
        steps = self

        def apply(optimizer, grads, trainable_variables=None):
            result = original(optimizer, grads, trainable_variables)
            steps._applied(optimizer, grads, trainable_variables)
            return result

        dress(apply, original)
        module.BaseOptimizer.apply = apply

    def _applied(self, optimizer, grads, variables):
        if self.stepping.inside:
            return
        if not eagerly():
            self.calls.updates += 1
            return
        try:
            if variables is None:
                variables = optimizer._trainable_variables
            variables = list(variables)
            for number, (gradient, variable) in enumerate(zip(list(grads), variables)):  # noqa: B905
                if gradient is not None:
                    self._leaf(GRADIENT, name_of(variable, number), gradient)
            for number, variable in enumerate(variables):
                self._leaf(PARAMETER, name_of(variable, number), variable)
        except Exception as error:
            self.stepping.recorder.note("tracer-error", "optimizer: %r" % (error,))
            return
        self.stepping.end()

    def watch_tapes(self, module):
        """Called once the module of GradientTape is imported."""
        original = module.GradientTape.gradient
        steps = self

        def gradient(tape, target, *args, **kwargs):
            steps.calls.tapes += 1
            if not steps.stepping.inside and eagerly():
                steps._guarded(LOSS, "loss", target)
            return original(tape, target, *args, **kwargs)

        dress(gradient, original)
        module.GradientTape.gradient = gradient

    def watch_iterators(self, module):
        """Called once the module of tf.data's iterators is imported."""
        original = module.OwnedIterator.__next__
        steps = self

        def __next__(iterator):
            batch = original(iterator)
            if not steps.stepping.inside and eagerly():
                steps._guarded(BATCH, "batch", batch)
            return batch

        dress(__next__, original)
        module.OwnedIterator.__next__ = __next__

    def _guarded(self, kind, name, value):
        try:
            for path, leaf in leaves(value, name):
                self._leaf(kind, path, leaf)
        except Exception as error:
            self.stepping.recorder.note("tracer-error", "%s: %r" % (name, error))

    def _leaf(self, kind, name, value):
        self.stepping.leaf(kind, name, of_value(value), lambda: to_numpy(value))
