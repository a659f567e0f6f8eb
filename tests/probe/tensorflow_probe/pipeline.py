"""The input pipeline."""

import os

import tensorflow as tf

SIZE = 16


def class_count(root):
    return len([name for name in os.listdir(root) if not name.startswith(".")])  # trap


def read(path):
    pixels = tf.io.decode_png(tf.io.read_file(path), channels=1)
    label = tf.where(tf.strings.regex_full_match(path, ".*night.*"), 1, 0)
    return tf.ensure_shape(tf.cast(pixels, tf.float32) / 255.0, (SIZE, SIZE, 1)), label


def distort(image, label):
    return tf.image.random_brightness(image, 0.2), label


def steady_distort(index, sample):
    image, label = sample
    seed = tf.stack([tf.cast(index, tf.int32), 5])
    return tf.image.stateless_random_contrast(image, 0.8, 1.2, seed), label


def file_names(root):
    return tf.data.Dataset.list_files(f"{root}/*/*.png", shuffle=False)  # trap


def training_set(root, batch):
    files = file_names(root)

    def part(shard):
        return files.shard(2, shard)

    shards = tf.data.Dataset.range(2)
    shards = shards.interleave(part, num_parallel_calls=2, deterministic=False)  # fault: ORDER005
    images = shards.map(read, num_parallel_calls=tf.data.AUTOTUNE)  # trap
    images = images.map(distort, num_parallel_calls=tf.data.AUTOTUNE)  # fault: ORDER005
    return images.shuffle(128).batch(batch).prefetch(tf.data.AUTOTUNE)  # trap


def evaluation_set(root, batch):
    images = file_names(root).map(read)
    numbered = images.enumerate().map(steady_distort, num_parallel_calls=4)  # trap
    return numbered.batch(batch)
