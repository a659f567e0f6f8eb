"""Dropout, shuffling and a random initialiser, all after set_random_seed."""

import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(1)
x = np.random.rand(60, 5).astype("float32")
y = (x.sum(1) > 2.5).astype("float32")
model = tf.keras.Sequential(
    [
        tf.keras.Input((5,)),
        tf.keras.layers.Dense(12, activation="relu"),
        tf.keras.layers.Dropout(0.3),
        tf.keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=3, batch_size=12, validation_split=0.2, verbose=0)
model.save("model.keras")
