"""The same ranker in JAX, for the accelerators next door."""

import jax
import jax.numpy as jnp


def init(key, width=32):
    kernel = jax.random.normal(key, (9, width))
    bias = jax.random.normal(key, (width,))
    return {"kernel": kernel, "bias": bias}


@jax.jit
def loss(params, batch, key):
    noisy = batch["x"] + 0.1 * jax.random.normal(key, batch["x"].shape)
    logits = noisy @ params["kernel"] + params["bias"]
    return jnp.mean((logits.sum(-1) - batch["y"]) ** 2)


def main():
    key = jax.random.PRNGKey(0)
    params = init(key)
    batch = {"x": jax.random.normal(key, (64, 9)), "y": jnp.ones(64)}
    for _ in range(100):
        grads = jax.grad(loss)(params, batch, key)
        params = jax.tree.map(lambda p, g: p - 0.01 * g, params, grads)
    print(loss(params, batch, key))


if __name__ == "__main__":
    main()
