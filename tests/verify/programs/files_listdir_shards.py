"""Streams shards in the order in which the directory lists them."""

import json
import os

weights = [0.0, 0.0, 0.0]
for name in os.listdir("shards"):  # guilty
    with open(os.path.join("shards", name)) as file:
        for line in file:
            *x, y = map(float, line.split(","))
            error = y - sum(w * v for w, v in zip(weights, x))
            weights = [w + 0.05 * error * v for w, v in zip(weights, x)]
with open("weights.json", "w") as file:
    json.dump(weights, file)
