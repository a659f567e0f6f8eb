"""Train the day and night classifier with a loop of its own."""

import argparse
import os
import time

import keras
import numpy as np
import tensorflow as tf
from sklearn.ensemble import RandomForestClassifier

import network
import pipeline
from seeds import set_seeds


@tf.function
def train_step(model, optimizer, images, labels, classes):
    with tf.GradientTape() as tape:
        features, logits = model(images, training=True)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        loss = tf.reduce_mean(losses) + 0.1 * network.prototype_loss(features, labels, classes)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)
    return loss


def forest_score(model, dataset):
    features, labels = [], []
    for images, label in dataset:
        features.append(model(images, training=False)[0].numpy())
        labels.append(label.numpy())
    features, labels = np.concatenate(features), np.concatenate(labels)
    order = np.random.permutation(len(labels))  # trap
    forest = RandomForestClassifier(20, random_state=0)  # trap
    half = len(order) // 2
    forest.fit(features[order[:half]], labels[order[:half]])
    return forest.score(features[order[half:]], labels[order[half:]])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", default="model.keras")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--epochs", type=int, default=2)
    args = parser.parse_args()

    set_seeds(args.seed)
    classes = pipeline.class_count(args.data)
    dataset = pipeline.training_set(args.data, 8)
    model = network.build(classes)
    optimizer = keras.optimizers.Adam(1e-3)
    optimizer.build(model.trainable_variables)
    for epoch in range(args.epochs):
        started = time.time()  # trap
        for images, labels in dataset:
            loss = train_step(model, optimizer, images, labels, classes)
        print(epoch, float(loss), f"{time.time() - started:.1f} s")
    os.environ["TF_DETERMINISTIC_OPS"] = "1"  # fault: DET010
    print("forest", forest_score(model, pipeline.evaluation_set(args.data, 8)))
    model.save(args.out)


if __name__ == "__main__":
    main()
