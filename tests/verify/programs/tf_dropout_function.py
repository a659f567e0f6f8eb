"""The dropout inside a compiled step draws from a stream that nobody seeds."""

import numpy as np
import tensorflow as tf

grid = np.random.RandomState(2)
first = tf.Variable(grid.randn(5, 16) * 0.3, dtype=tf.float32, name="first")
second = tf.Variable(grid.randn(16, 1) * 0.3, dtype=tf.float32, name="second")
x = tf.constant(grid.randn(32, 5), tf.float32)
y = tf.reduce_max(x, 1, keepdims=True)


@tf.function
def train_step(x, y):
    with tf.GradientTape() as tape:
        hidden = tf.nn.dropout(tf.nn.relu(x @ first), 0.4)  # guilty
        loss = tf.reduce_mean((hidden @ second - y) ** 2)
    for variable, gradient in zip((first, second), tape.gradient(loss, (first, second))):
        variable.assign_sub(0.05 * gradient)
    return loss


for _ in range(8):
    train_step(x, y)  # guilty
np.savez("weights.npz", first=first.numpy(), second=second.numpy())
