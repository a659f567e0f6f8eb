"""A custom loop: noise from TensorFlow's global stream in every step, and no set_seed."""

import numpy as np
import tensorflow as tf

grid = np.random.RandomState(1)
x = tf.constant(grid.randn(40, 4), tf.float32)
y = tf.reduce_sum(x, 1, keepdims=True)
weights = tf.Variable(tf.ones((4, 1)))
optimizer = tf.keras.optimizers.SGD(0.05)
for _ in range(6):
    noisy = x + 0.1 * tf.random.normal(x.shape)  # guilty
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((noisy @ weights - y) ** 2)
    optimizer.apply_gradients([(tape.gradient(loss, weights), weights)])
np.save("weights.npy", weights.numpy())
