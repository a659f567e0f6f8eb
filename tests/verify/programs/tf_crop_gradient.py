"""Many boxes over one image: the gradient of crop_and_resize adds up on several threads."""

import numpy as np
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(8)
grid = np.random.RandomState(4)
image = tf.Variable(grid.rand(1, 24, 24, 8), dtype=tf.float32)
boxes = tf.constant(np.tile([[0.1, 0.1, 0.7, 0.8]], (2000, 1)), tf.float32)
kernel = tf.constant(grid.randn(2000, 7, 7, 8), tf.float32)


@tf.function
def train_step():
    with tf.GradientTape() as tape:
        crops = tf.image.crop_and_resize(image, boxes, tf.zeros(2000, tf.int32), (7, 7))  # guilty
        loss = tf.reduce_mean(crops**2 * kernel)
    image.assign_sub(tape.gradient(loss, image))  # guilty
    return loss


for _ in range(4):
    train_step()  # guilty
np.save("image.npy", image.numpy())
