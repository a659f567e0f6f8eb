"""Tell cats from dogs, starting from random weights and from a folder of photographs.

The shape of the program is that of the well-known Keras example; the words and the details are ours.
"""

import os
import sys

import keras
import numpy as np
from keras import layers
from tensorflow import data as tf_data

ROOT = sys.argv[1] if len(sys.argv) > 1 else "PetImages"
IMAGE_SIZE = (int(os.environ.get("IMAGE_SIZE", "180")),) * 2
BATCH_SIZE = 128
EPOCHS = int(os.environ.get("EPOCHS", "25"))

removed = 0
for animal in ("Cat", "Dog"):
    folder = os.path.join(ROOT, animal)
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        with open(path, "rb") as stream:
            is_jpeg = b"JFIF" in stream.read(12)
        if not is_jpeg:
            removed += 1
            os.remove(path)
print(f"{removed} broken images removed")

train_set, valid_set = keras.utils.image_dataset_from_directory(
    ROOT,
    validation_split=0.2,
    subset="both",
    seed=1337,
    image_size=IMAGE_SIZE,
    batch_size=BATCH_SIZE,
)

augmentation = [
    layers.RandomFlip("horizontal"),
    layers.RandomRotation(0.1),
]


def augment(images):
    for layer in augmentation:
        images = layer(images)
    return images


train_set = train_set.map(
    lambda images, labels: (augment(images), labels), num_parallel_calls=tf_data.AUTOTUNE
)
train_set = train_set.prefetch(tf_data.AUTOTUNE)
valid_set = valid_set.prefetch(tf_data.AUTOTUNE)


def build(shape):
    inputs = keras.Input(shape=shape)
    x = layers.Rescaling(1.0 / 255)(inputs)
    x = layers.Conv2D(128, 3, strides=2, padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    shortcut = x
    for width in (256, 512, 728):
        for _ in range(2):
            x = layers.Activation("relu")(x)
            x = layers.SeparableConv2D(width, 3, padding="same")(x)
            x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        residual = layers.Conv2D(width, 1, strides=2, padding="same")(shortcut)
        x = layers.add([x, residual])
        shortcut = x
    x = layers.SeparableConv2D(1024, 3, padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.25)(x)
    return keras.Model(inputs, layers.Dense(1, activation=None)(x))


model = build(IMAGE_SIZE + (3,))
model.compile(
    optimizer=keras.optimizers.Adam(3e-4),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy(name="acc")],
)
model.fit(
    train_set,
    epochs=EPOCHS,
    callbacks=[keras.callbacks.ModelCheckpoint("save_at_{epoch}.keras")],
    validation_data=valid_set,
)

first = sorted(os.listdir(os.path.join(ROOT, "Cat")))[0]
photo = keras.utils.load_img(os.path.join(ROOT, "Cat", first), target_size=IMAGE_SIZE)
score = model.predict(np.expand_dims(keras.utils.img_to_array(photo), 0))
print(f"cat {100 / (1 + np.exp(score[0][0])):.1f} %")
