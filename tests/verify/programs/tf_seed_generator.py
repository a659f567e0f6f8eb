"""An augmentation layer keeps a seed generator of its own, made before the seed is set."""

import numpy as np
import tensorflow as tf

jitter = tf.keras.layers.GaussianNoise(0.2)  # guilty
tf.keras.utils.set_random_seed(7)
model = tf.keras.Sequential([tf.keras.Input((3,)), jitter, tf.keras.layers.Dense(1)])
model.compile("sgd", "mse")
x = np.random.rand(30, 3).astype("float32")
y = x[:, :1]
for rows in np.arange(30).reshape(5, 6):
    model.train_on_batch(x[rows], y[rows])
np.savez("weights.npz", *model.get_weights())
