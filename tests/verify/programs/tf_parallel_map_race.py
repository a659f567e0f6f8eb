"""Samples are mapped in parallel and taken as they are ready, explicitly in any order."""

import os

os.environ["TF_NUM_INTEROP_THREADS"] = "4"

import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(3)


def heavy(row):
    value = tf.cast(row, tf.float32) / 64
    size = 20 + 40 * (row % 5)
    work = tf.linalg.matmul(tf.eye(size), tf.fill((size, size), value))
    return tf.stack([value, tf.reduce_mean(work), value**2])


rows = tf.data.Dataset.range(64)
samples = rows.map(heavy, num_parallel_calls=8, deterministic=False)  # guilty
weights = tf.Variable([0.1, -0.2, 0.3])
for sample in samples.batch(4):  # guilty
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((tf.linalg.matvec(sample, weights) - 1.0) ** 2)
    weights.assign_sub(0.3 * tape.gradient(loss, weights))
np.save("weights.npy", weights.numpy())
