"""Parallel map, interleave and prefetch that keep their order, and a shuffle with a seed."""

import os

os.environ["TF_NUM_INTEROP_THREADS"] = "4"

import numpy as np
import tensorflow as tf

tf.random.set_seed(5)


def rows(start):
    return tf.data.Dataset.range(start, start + 8)


def prepare(row):
    size = 20 + 40 * (row % 5)
    value = tf.cast(row, tf.float32) / 64
    work = tf.linalg.matmul(tf.eye(size), tf.fill((size, size), value))
    return tf.stack([value, tf.reduce_mean(work)])


starts = tf.data.Dataset.range(0, 64, 8)
samples = starts.interleave(rows, cycle_length=4, num_parallel_calls=4).shuffle(64, seed=2)
samples = samples.map(prepare, num_parallel_calls=tf.data.AUTOTUNE).batch(4).prefetch(2)
weights = tf.Variable([0.1, -0.2])
optimizer = tf.keras.optimizers.Adam(0.05)
for _ in range(2):
    for sample in samples:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((tf.linalg.matvec(sample, weights) - 1.0) ** 2)
        optimizer.apply_gradients([(tape.gradient(loss, weights), weights)])
np.save("weights.npy", weights.numpy())
