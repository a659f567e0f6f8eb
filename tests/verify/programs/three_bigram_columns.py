"""Each pair of neighbouring words gets a column of its own, numbered by a set of tuples."""

import numpy as np

LINES = [
    "the river runs to the sea", "the sea calls to the river", "a bird sings by the river",
    "the bird runs to a tree", "a tree stands by the sea", "the tree sings to a bird",
]  # fmt: skip
pairs = [list(zip(line.split(), line.split()[1:])) for line in LINES]
seen = set()
for line in pairs:
    seen.update(line)
columns = {}
for pair in seen:  # guilty
    columns[pair] = len(columns)
features = np.zeros((len(LINES), len(columns)))
for row, line in enumerate(pairs):
    for pair in line:
        features[row, columns[pair]] += 1
weights = np.linalg.lstsq(features, np.arange(6.0), rcond=None)[0]
np.save("weights.npy", weights)
