"""The weights start from zeros; only the order of tf.data's shuffle is left open."""

import numpy as np
import tensorflow as tf

x = np.linspace(-1, 1, 240, dtype="float32").reshape(60, 4) ** 3
y = x.sum(1, keepdims=True)
batches = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(60).batch(10)  # guilty
model = tf.keras.Sequential(
    [tf.keras.Input((4,)), tf.keras.layers.Dense(1, kernel_initializer="zeros")]
)
model.compile(tf.keras.optimizers.SGD(0.1), "mse")
model.fit(batches, epochs=2, verbose=0)  # guilty
np.savez("weights.npz", *model.get_weights())
