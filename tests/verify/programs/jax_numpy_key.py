"""The key is drawn from NumPy's global stream, which nobody seeds."""

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax.training.train_state import TrainState


class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Dense(1)(nn.relu(nn.Dense(16)(x)))


@jax.jit
def train_step(state, x, y):
    def loss_of(params):
        return jnp.mean((state.apply_fn({"params": params}, x) - y) ** 2)

    loss, gradients = jax.value_and_grad(loss_of)(state.params)
    return state.apply_gradients(grads=gradients), loss


x = jnp.linspace(-2, 2, 64).reshape(16, 4)
y = jnp.sin(x.sum(1, keepdims=True))
net = Net()
key = jax.random.key(np.random.randint(2**31))  # guilty
params = net.init(key, x)["params"]
state = TrainState.create(apply_fn=net.apply, params=params, tx=optax.sgd(0.05))
for _ in range(8):
    state, loss = train_step(state, x, y)
leaves = jax.tree.leaves(state.params)
np.savez("params.npz", **{f"leaf{i}": np.asarray(leaf) for i, leaf in enumerate(leaves)})
