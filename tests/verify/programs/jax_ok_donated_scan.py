"""Donated buffers, a scan over steps, a cond, and NaN in what is thrown away."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax

optimizer = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(3e-3))


def loss_of(params, x, y):
    return jnp.mean((jnp.tanh(x @ params["w"] + params["b"]) - y) ** 2)


@partial(jax.jit, donate_argnums=(0, 1))
def train_epoch(params, state, xs, ys):
    def body(carry, batch):
        params, state = carry
        loss, gradients = jax.value_and_grad(loss_of)(params, *batch)
        updates, state = optimizer.update(gradients, state, params)
        params = optax.apply_updates(params, updates)
        return (params, state), jnp.where(loss > 0.3, jnp.log(-loss), loss)

    (params, state), losses = jax.lax.scan(body, (params, state), (xs, ys))
    return params, state, losses


key = jax.random.key(1)
xs = jax.random.normal(key, (10, 16, 6))
ys = jnp.sin(xs[..., :1])
params = {"w": 0.5 * jax.random.normal(jax.random.fold_in(key, 1), (6, 1)), "b": jnp.zeros(1)}
state = optimizer.init(params)
for _ in range(4):
    params, state, losses = train_epoch(params, state, xs, ys)
np.savez("params.npz", w=np.asarray(params["w"]), b=np.asarray(params["b"]), losses=np.asarray(losses))
