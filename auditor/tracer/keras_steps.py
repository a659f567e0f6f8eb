"""Step level for Keras 3: loss and weights after every batch of fit(), every train_on_batch()."""

import sys

from . import digest

LOSS, PARAMETER, STATE = 2, 5, 4


class KerasSteps:
    """Adds one callback that reads; the training itself is left as it is."""

    def __init__(self, recorder, max_steps):
        self.recorder = recorder
        self.max_steps = max_steps

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

        def fit(self, *args, **kwargs):
            callbacks = kwargs.get("callbacks")
            if len(args) <= 5 and not hasattr(callbacks, "on_train_begin"):
                kwargs["callbacks"] = [*(callbacks or []), reading()]
            return original(self, *args, **kwargs)

        _dress(fit, original)
        owner.fit = fit

    def _wrap_batches(self, model):
        owner = next((kind for kind in model.__mro__ if "train_on_batch" in kind.__dict__), None)
        if owner is None:
            return
        original = owner.__dict__["train_on_batch"]
        steps = self

        def train_on_batch(self, *args, **kwargs):
            result = original(self, *args, **kwargs)
            steps.record(self, result if isinstance(result, dict) else {"loss": result})
            return result

        _dress(train_on_batch, original)
        owner.train_on_batch = train_on_batch

    def record(self, model, logs):
        """Reads loss and weights; never lets an error of ours out."""
        try:
            from . import streams

            for name, value in (logs or {}).items():
                self.recorder.leaf(LOSS, str(name), digest.of_value(_plain(value)))
            for number, weight in enumerate(model.weights):
                name = getattr(weight, "path", None) or getattr(weight, "name", str(number))
                self.recorder.leaf(PARAMETER, name, digest.of_array(_array(weight)))
            for stream, state in streams.states():
                self.recorder.leaf(STATE, stream, state)
            self.recorder.mark(0)
            self.recorder.step += 1
        except Exception as error:
            self.recorder.note("tracer-error", "keras: %r" % (error,))


def _array(weight):
    numpy = sys.modules["numpy"]
    value = weight.value if hasattr(weight, "value") and not callable(weight.value) else weight
    return numpy.asarray(value)


def _plain(value):
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)


def _dress(wrapper, original):
    for name in ("__name__", "__qualname__", "__doc__", "__module__"):
        setattr(wrapper, name, getattr(original, name, None))
    wrapper.__wrapped__ = original
