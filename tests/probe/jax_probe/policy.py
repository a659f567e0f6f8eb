"""The policy network and the sampling of actions."""

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn


class Policy(nn.Module):
    actions: int
    width: int = 32

    @nn.compact
    def __call__(self, x, train=False):
        x = nn.tanh(nn.Dense(self.width)(x))
        x = nn.Dropout(0.1, deterministic=not train)(x)
        return nn.Dense(self.actions)(x)


@jax.jit
def blur(observations):
    size = int(np.prod(observations.shape))  # trap
    noise = np.random.normal(size=size).reshape(observations.shape)  # fault: KEY007
    return observations + 0.01 * noise


def smooth(targets):
    key = jax.random.key(5)  # fault: KEY004
    return targets + 0.01 * jax.random.normal(key, targets.shape)


def choose(key, logits, greedy):
    if greedy:
        return jnp.argmax(logits + 1e-6 * jax.random.gumbel(key, logits.shape))
    return jax.random.categorical(key, logits)  # trap


def warm_start(key, width):
    scale_key, shift_key = jax.random.split(key)
    scale = jax.random.uniform(scale_key, (width,))
    shift = jax.random.normal(shift_key, (width,))
    mask = jax.random.bernoulli(key, 0.9, (width,))  # fault: KEY002
    return jnp.where(mask, scale, shift)


def antithetic(key, shape):
    first = jax.random.normal(key, shape)
    second = -jax.random.normal(jax.random.clone(key), shape)  # trap
    return first, second


def two_views(key, observations):
    left = observations + 0.1 * jax.random.normal(key, observations.shape)
    right = observations + 0.1 * jax.random.uniform(key, observations.shape)  # fault: KEY001
    return left, right


def spread(key, observations):
    def on_device(rows, device_key):
        return rows + 0.01 * jax.random.normal(device_key, rows.shape)

    count = jax.local_device_count()
    rows = observations[: len(observations) // count * count]
    rows = rows.reshape(count, -1, observations.shape[-1])
    return jax.pmap(on_device, in_axes=(0, None))(rows, key)  # fault: KEY008


def state_visits(states, returns, bins):
    return jax.ops.segment_sum(returns, states, bins)  # fault: DET001
