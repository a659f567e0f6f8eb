"""Stateless draws, a generator from a seed, and a compiled step over both."""

import numpy as np
import tensorflow as tf

generator = tf.random.Generator.from_seed(9)
weights = tf.Variable(tf.random.stateless_normal((4, 2), seed=(1, 2)))
x = tf.random.stateless_uniform((30, 4), seed=(3, 4))
y = x[:, :2]


@tf.function
def train_step(x, y):
    noise = generator.normal(x.shape, stddev=0.05)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(((x + noise) @ weights - y) ** 2)
    weights.assign_sub(0.1 * tape.gradient(loss, weights))
    return loss


losses = [train_step(x, y).numpy() for _ in range(10)]
np.savez("weights.npz", weights=weights.numpy(), losses=losses)
