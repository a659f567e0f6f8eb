"""Quantize the trained classifier to eight bits for small devices."""

import argparse
from pathlib import Path

import keras
import tensorflow as tf

import pipeline


def calibration_images(root, count):
    files = tf.data.Dataset.list_files(f"{root}/*/*.png", shuffle=False)
    shuffled = files.shuffle(64).take(count)  # fault: ORDER006
    for image, _ in shuffled.map(pipeline.read):
        yield [image[None]]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--model", default="model.keras")
    parser.add_argument("--out", type=Path, default=Path("model.tflite"))
    args = parser.parse_args()

    model = keras.saving.load_model(args.model)
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: calibration_images(args.data, 16)  # fault: NUM005
    args.out.write_bytes(converter.convert())


if __name__ == "__main__":
    main()
