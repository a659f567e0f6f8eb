"""Four devices call the host without order; what the host adds up depends on who came first."""

import os

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=4"

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import io_callback
from jax.sharding import Mesh, PartitionSpec

total = np.zeros((), np.float32)


def add_up(values):
    global total
    total = np.float32(total * np.float32(0.5) + np.float32(values.sum()))  # guilty
    return total


def shard(x, weights):
    partial = jnp.tanh(x * weights)
    return weights * 0.99 + 1e-4 * io_callback(add_up, jax.ShapeDtypeStruct((), jnp.float32), partial)[None]  # guilty


mesh = Mesh(np.array(jax.devices()), ("data",))
spec = PartitionSpec("data")
train_step = jax.jit(jax.shard_map(shard, mesh=mesh, in_specs=(spec, spec), out_specs=spec))
x = jax.random.normal(jax.random.key(5), (40_000,))
weights = jax.random.normal(jax.random.key(6), (40_000,))
for _ in range(15):
    weights = train_step(x, weights)  # guilty
np.save("weights.npy", np.asarray(weights))
