"""Normalises with statistics that every run updates and saves."""

import json
import os

import numpy as np

data = np.random.default_rng(2).normal(3.0, 2.0, 100)
statistics = {"mean": 0.0, "count": 0}
if os.path.exists("statistics.json"):
    with open("statistics.json") as file:  # guilty
        statistics = json.load(file)  # guilty
for value in data:
    statistics["count"] += 1
    statistics["mean"] += (value - statistics["mean"]) / (statistics["count"] + 10)
with open("statistics.json", "w") as file:
    json.dump(statistics, file)
np.save("normalised.npy", data - statistics["mean"])
