"""Keys are handed out to layers in the order of a set of names."""

import jax
import jax.numpy as jnp
import numpy as np

NAMES = {"embed", "attend", "project", "readout", "norm"}


def init(key):
    params = {}
    for name in NAMES:  # guilty
        key, own = jax.random.split(key)
        params[name] = 0.3 * jax.random.normal(own, (4, 4))
    return params


@jax.jit
def train_step(params, x):
    def loss_of(params):
        hidden = x
        for name in sorted(params):
            hidden = jnp.tanh(hidden @ params[name])
        return jnp.mean((hidden - x) ** 2)

    gradients = jax.grad(loss_of)(params)
    return jax.tree.map(lambda p, g: p - 0.1 * g, params, gradients)


params = init(jax.random.key(0))
x = jnp.linspace(-1, 1, 32).reshape(8, 4)
for _ in range(5):
    params = train_step(params, x)
np.savez("params.npz", **{name: np.asarray(params[name]) for name in sorted(params)})
