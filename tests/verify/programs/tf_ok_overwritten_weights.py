"""The layers are initialised from nobody's seed, and every weight is replaced before it counts."""

import numpy as np
import tensorflow as tf

grid = np.random.default_rng(6)
model = tf.keras.Sequential(
    [tf.keras.Input((3,)), tf.keras.layers.Dense(6, activation="tanh"), tf.keras.layers.Dense(1)]
)
model.set_weights([grid.normal(0, 0.4, weight.shape) for weight in model.get_weights()])
model.compile("rmsprop", "mse")
x = grid.normal(size=(24, 3)).astype("float32")
model.fit(x, x[:, :1], epochs=2, batch_size=8, shuffle=False, verbose=0)
np.savez("weights.npz", *model.get_weights())
