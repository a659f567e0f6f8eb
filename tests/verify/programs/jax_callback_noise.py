"""Inside the compiled step, the host is asked for noise: NumPy's stream, unseeded."""

import jax
import jax.numpy as jnp
import numpy as np


def host_noise(like):
    return np.random.normal(0, 0.01, like.shape).astype(np.float32)  # guilty


@jax.jit
def train_step(weights, x, y):
    noise = jax.pure_callback(host_noise, jax.ShapeDtypeStruct(x.shape, x.dtype), x)
    loss, gradient = jax.value_and_grad(lambda w: jnp.mean(((x + noise) @ w - y) ** 2))(weights)
    return weights - 0.1 * gradient, loss


weights = 0.1 * jax.random.normal(jax.random.key(3), (4,))
x = jnp.linspace(0, 1, 96).reshape(24, 4)
y = x.sum(1)
for _ in range(6):
    weights, loss = train_step(weights, x, y)
np.save("weights.npy", np.asarray(weights))
