"""JAX, TensorFlow and Keras: what is watched of each, once it is imported."""

from . import (
    jax_calls,
    jax_draws,
    jax_steps,
    keras_steps,
    tf_calls,
    tf_datasets,
    tf_draws,
    tf_steps,
)
from .family import Families
from .stepping import Stepping


def install(recorder, config, after_import):
    """Watches executions, steps and draws; nothing is imported for it."""
    stepping = Stepping(recorder, config)
    families = Families(recorder, config)
    _jax(recorder, config, after_import, stepping, families)
    _tensorflow(recorder, config, after_import, stepping, families)
    after_import.on("keras", keras_steps.KerasSteps(stepping).install)


def _jax(recorder, config, after_import, stepping, families):
    jax_draws.install(families, after_import)
    steps = jax_steps.JaxSteps(stepping)
    calls = jax_calls.JaxCalls(recorder, steps, config)
    after_import.on("jax._src.pjit", calls.install)
    after_import.on("optax._src.update", steps.watch_optax)


def _tensorflow(recorder, config, after_import, stepping, families):
    calls = tf_calls.TfCalls(recorder, stepping, config)
    steps = tf_steps.TfSteps(stepping, calls)
    tf_draws.install(families, after_import, calls)
    tf_datasets.install(families, after_import)
    eager = "tensorflow.python.eager."
    after_import.on(eager + "polymorphic_function.polymorphic_function", calls.install)
    after_import.on(eager + "backprop", steps.watch_tapes)
    after_import.on("tensorflow.python.data.ops.iterator_ops", steps.watch_iterators)
    after_import.on("keras.src.optimizers.base_optimizer", steps.watch_optimizers)
