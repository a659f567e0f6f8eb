"""--seed defaults to None, and None seeds nothing."""

import argparse

import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=None)
options = parser.parse_args()
if options.seed is not None:
    np.random.seed(options.seed)
weights = np.zeros(4)
for _ in range(50):
    features = np.random.rand(4)  # guilty
    error = features.sum() - features @ weights
    weights += 0.1 * error * features
np.savez("weights.npz", weights=weights)
