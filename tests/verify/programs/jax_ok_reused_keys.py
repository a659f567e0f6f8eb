"""Keys used twice and a key from a seeded stream: bad statistics, but the same every time."""

import random

import jax
import jax.numpy as jnp
import numpy as np

random.seed(12)
np.random.seed(13)
key = jax.random.key(random.getrandbits(31))
noise = jax.random.normal(key, (20, 3))
weights = jax.random.normal(key, (3,))
x = jnp.asarray(np.random.rand(20, 3), jnp.float32) + noise
gradient_of = jax.jit(jax.grad(lambda w, x: jnp.mean(jnp.cos(x @ w))))
for row in np.random.permutation(20)[:10]:
    gradient = gradient_of(weights, x[row : row + 1])
    weights = jax.tree.map(lambda w, g: w - 0.1 * g, weights, gradient)
np.save("weights.npy", np.asarray(weights))
