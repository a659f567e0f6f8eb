"""A legacy key from the clock, split for dropout in every step of an optax training."""

import time

import jax
import jax.numpy as jnp
import numpy as np
import optax

optimizer = optax.adam(1e-2)


def loss_of(params, key, x, y):
    hidden = jnp.tanh(x @ params["first"])
    kept = jax.random.bernoulli(key, 0.8, hidden.shape)
    return jnp.mean(((hidden * kept / 0.8) @ params["second"] - y) ** 2)


@jax.jit
def train_step(params, state, key, x, y):
    key, own = jax.random.split(key)
    loss, gradients = jax.value_and_grad(loss_of)(params, own, x, y)
    updates, state = optimizer.update(gradients, state, params)
    return optax.apply_updates(params, updates), state, key, loss


grid = np.random.RandomState(1)
params = {
    "first": jnp.asarray(grid.randn(4, 8), jnp.float32) * 0.3,
    "second": jnp.asarray(grid.randn(8, 1), jnp.float32) * 0.3,
}
x = jnp.asarray(grid.randn(32, 4), jnp.float32)
y = x.sum(1, keepdims=True)
state = optimizer.init(params)
key = jax.random.PRNGKey(time.time_ns() % 2**31)  # guilty
for _ in range(10):
    params, state, key, loss = train_step(params, state, key, x, y)
np.savez("params.npz", **{name: np.asarray(leaf) for name, leaf in params.items()})
