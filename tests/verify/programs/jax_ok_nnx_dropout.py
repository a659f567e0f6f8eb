"""Flax NNX: streams inside the model, a stateful optimizer, batch statistics; all from Rngs(0)."""

import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx


class Net(nnx.Module):
    def __init__(self, rngs):
        self.first = nnx.Linear(5, 16, rngs=rngs)
        self.norm = nnx.BatchNorm(16, rngs=rngs)
        self.dropout = nnx.Dropout(0.2, rngs=rngs)
        self.second = nnx.Linear(16, 1, rngs=rngs)

    def __call__(self, x):
        return self.second(self.dropout(nnx.relu(self.norm(self.first(x)))))


@nnx.jit
def train_step(model, optimizer, x, y):
    loss, gradients = nnx.value_and_grad(lambda m: jnp.mean((m(x) - y) ** 2))(model)
    optimizer.update(model, gradients)
    return loss


model = Net(nnx.Rngs(0))
optimizer = nnx.Optimizer(model, optax.adam(1e-2), wrt=nnx.Param)
x = jnp.asarray(np.random.RandomState(2).randn(32, 5), jnp.float32)
y = jnp.abs(x).sum(1, keepdims=True)
losses = [float(train_step(model, optimizer, x, y)) for _ in range(8)]
np.savez("params.npz", first=model.first.kernel[...], second=model.second.kernel[...], losses=losses)
