"""Trains for a fixed time instead of a fixed number of steps."""

import json
import time

import numpy as np

rng = np.random.default_rng(5)
x, target = rng.normal(size=(64, 10)), rng.normal(size=64)
weights = np.zeros(10)
deadline = time.monotonic() + 0.15  # guilty
while time.monotonic() < deadline:  # guilty
    weights -= 1e-5 * x.T @ (x @ weights - target)
with open("weights.json", "w") as file:
    json.dump(weights.tolist(), file)
