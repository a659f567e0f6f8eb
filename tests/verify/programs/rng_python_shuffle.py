"""A perceptron in plain Python whose sample order is shuffled anew each epoch."""

import json
import random

SAMPLES = [((i * 37 % 11 - 5) / 5, (i * 53 % 13 - 6) / 6) for i in range(60)]
LABELS = [1 if 0.7 * x - 0.2 * y > 0.1 else -1 for x, y in SAMPLES]


def train(epochs: int) -> list[float]:
    weights = [0.0, 0.0, 0.0]
    order = list(range(len(SAMPLES)))
    for _ in range(epochs):
        random.shuffle(order)  # guilty
        for i in order:
            x, y = SAMPLES[i]
            margin = LABELS[i] * (weights[0] * x + weights[1] * y + weights[2])
            if margin <= 0.5:
                weights[0] += 0.1 * LABELS[i] * x
                weights[1] += 0.1 * LABELS[i] * y
                weights[2] += 0.1 * LABELS[i]
    return weights


if __name__ == "__main__":
    with open("weights.json", "w") as file:
        json.dump(train(5), file)
