"""Keras fit() without a seed anywhere: the initial weights decide."""

import numpy as np
import tensorflow as tf

grid = np.random.RandomState(0)
x = grid.randn(48, 6).astype("float32")
y = x.sum(1, keepdims=True)
model = tf.keras.Sequential(
    [
        tf.keras.Input((6,)),
        tf.keras.layers.Dense(8, activation="relu"),  # guilty
        tf.keras.layers.Dense(1),  # guilty
    ]  # guilty
)  # guilty
model.compile("adam", "mse")
model.fit(x, y, epochs=2, batch_size=16, shuffle=False, verbose=0)
np.savez("weights.npz", *model.get_weights())
