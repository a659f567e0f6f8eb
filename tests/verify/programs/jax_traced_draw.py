"""A number drawn while the function is traced: one constant a process, and nobody seeded it."""

import random

import jax
import jax.numpy as jnp
import numpy as np


@jax.jit
def train_step(weights, x, y):
    smoothing = 0.2 * random.random()  # guilty
    target = y * (1 - smoothing) + smoothing / 2
    gradient = jax.grad(lambda w: jnp.mean((jax.nn.sigmoid(x @ w) - target) ** 2))(weights)
    return weights - gradient


weights = jax.random.normal(jax.random.key(11), (3,))
x = jnp.linspace(-1, 1, 60).reshape(20, 3)
y = (x.sum(1) > 0).astype(jnp.float32)
for _ in range(9):
    weights = train_step(weights, x, y)
np.save("weights.npy", np.asarray(weights))
