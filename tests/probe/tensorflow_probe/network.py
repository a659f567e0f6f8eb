"""The classifier and its prototype loss."""

import keras
import tensorflow as tf
from keras import layers


def build(classes):
    inputs = keras.Input((16, 16, 1))
    x = layers.RandomFlip("horizontal")(inputs)  # fault: SEED001
    x = layers.Conv2D(8, 3, activation="relu")(x)
    x = layers.Dropout(0.2, seed=11)(x)
    x = layers.GlobalAveragePooling2D()(x)
    features = layers.Dense(8)(x)
    return keras.Model(inputs, [features, layers.Dense(classes)(features)])


def prototype_loss(features, labels, classes):
    totals = tf.math.unsorted_segment_sum(features, labels, classes)  # fault: DET001
    counts = tf.reduce_sum(tf.one_hot(labels, classes), axis=0)
    centres = totals / tf.maximum(counts, 1.0)[:, None]
    return tf.reduce_mean(tf.square(features - tf.gather(centres, labels)))
