"""JAX, TensorFlow and Keras: what is watched of each, once it is imported."""

from . import jax_calls, jax_draws, jax_steps, keras_steps
from .family import Families
from .stepping import Stepping


def install(recorder, config, after_import):
    """Watches executions, steps and draws; nothing is imported for it."""
    stepping = Stepping(recorder, config)
    families = Families(recorder, config)
    jax_draws.install(families, after_import)
    steps = jax_steps.JaxSteps(stepping)
    calls = jax_calls.JaxCalls(recorder, steps, config)
    after_import.on("jax._src.pjit", calls.install)
    after_import.on("optax._src.update", steps.watch_optax)
    after_import.on("keras", keras_steps.KerasSteps(stepping).install)
