"""The key comes from the system's entropy, by way of a helper that looks like a default."""

import os

import jax
import jax.numpy as jnp
import numpy as np


def default_seed() -> int:
    return int.from_bytes(os.urandom(4), "little") >> 1  # guilty


@jax.jit
def train_step(weights, x, y):
    loss, gradient = jax.value_and_grad(lambda w: jnp.mean((x @ w - y) ** 2))(weights)
    return weights - 0.1 * gradient, loss


key = jax.random.key(default_seed())  # guilty
weights = 0.1 * jax.random.normal(key, (6, 2))
x = jnp.linspace(-1, 1, 120).reshape(20, 6)
y = jnp.stack([x.sum(1), x[:, 0]], 1)
for _ in range(12):
    weights, loss = train_step(weights, x, y)
np.save("weights.npy", np.asarray(weights))
