"""Random numbers everywhere, all from one constant key."""

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax.training.train_state import TrainState


class Net(nn.Module):
    @nn.compact
    def __call__(self, x, train: bool):
        hidden = nn.Dropout(0.3, deterministic=not train)(nn.gelu(nn.Dense(24)(x)))
        return nn.Dense(3)(hidden)


@jax.jit
def train_step(state, key, x, y):
    def loss_of(params):
        logits = state.apply_fn({"params": params}, x, True, rngs={"dropout": key})
        return optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()

    loss, gradients = jax.value_and_grad(loss_of)(state.params)
    return state.apply_gradients(grads=gradients), loss


root = jax.random.key(42)
root, for_data, for_params = jax.random.split(root, 3)
x = jax.random.normal(for_data, (48, 6))
y = jnp.argmax(x[:, :3], 1)
net = Net()
params = net.init(for_params, x, False)["params"]
state = TrainState.create(apply_fn=net.apply, params=params, tx=optax.adamw(1e-2))
for epoch in range(3):
    for_order = jax.random.fold_in(root, epoch)
    for rows in jax.random.permutation(for_order, 48).reshape(4, 12):
        root, own = jax.random.split(root)
        state, loss = train_step(state, own, x[rows], y[rows])
leaves = jax.tree.leaves(state.params)
np.savez("params.npz", **{f"leaf{i}": np.asarray(leaf) for i, leaf in enumerate(leaves)})
