"""Step level for Keras 3: loss and weights after every batch of fit(), every train_on_batch()."""

import sys

from . import digest
from .dress import dress
from .stepping import LOSS, PARAMETER


class KerasSteps:
    """Adds one callback that reads; the training itself is left as it is."""

    def __init__(self, stepping):
        self.stepping = stepping

    def install(self, module):
        """Called once keras is imported."""
        model = getattr(module, "Model", None)
        callback = getattr(getattr(module, "callbacks", None), "Callback", None)
        if model is None or callback is None:
            return
        steps = self

        class Reading(callback):
            def on_train_batch_end(self, batch, logs=None):
                steps.record(self.model, logs)

        self._wrap_fit(model, Reading)
        self._wrap_batches(model)

    def _wrap_fit(self, model, reading):
        owner = next((kind for kind in model.__mro__ if "fit" in kind.__dict__), None)
        if owner is None:
            return
        original = owner.__dict__["fit"]
        steps = self

        def fit(self, *args, **kwargs):
            callbacks = kwargs.get("callbacks")
            if len(args) <= 5 and not hasattr(callbacks, "on_train_begin"):
                kwargs["callbacks"] = [*(callbacks or []), reading()]
            steps.stepping.inside += 1
            try:
                return original(self, *args, **kwargs)
            finally:
                steps.stepping.inside -= 1

        dress(fit, original)
        owner.fit = fit

    def _wrap_batches(self, model):
        owner = next((kind for kind in model.__mro__ if "train_on_batch" in kind.__dict__), None)
        if owner is None:
            return
        original = owner.__dict__["train_on_batch"]
        steps = self

        def train_on_batch(self, *args, **kwargs):
            steps.stepping.inside += 1
            try:
                result = original(self, *args, **kwargs)
            finally:
                steps.stepping.inside -= 1
            steps.record(self, result if isinstance(result, dict) else {"loss": result})
            return result

        dress(train_on_batch, original)
        owner.train_on_batch = train_on_batch

    def record(self, model, logs):
        """Reads loss and weights; never lets an error of ours out."""
        try:
            for name, value in (logs or {}).items():
                self.stepping.leaf(LOSS, str(name), digest.of_value(_plain(value)))
            for number, weight in enumerate(model.weights):
                name = getattr(weight, "path", None) or getattr(weight, "name", str(number))
                array = _array(weight)
                self.stepping.leaf(PARAMETER, name, digest.of_array(array), lambda a=array: a)
        except Exception as error:
            self.stepping.recorder.note("tracer-error", "keras: %r" % (error,))
            return
        self.stepping.end()


def _array(weight):
    numpy = sys.modules["numpy"]
    value = weight.value if hasattr(weight, "value") and not callable(weight.value) else weight
    return numpy.asarray(value)


def _plain(value):
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)
