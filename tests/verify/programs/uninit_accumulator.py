"""Adds into an accumulator that np.empty allocated."""

import numpy as np

counts = np.empty(16)  # guilty
for value in (3, 5, 3, 8, 13, 3, 5, 1):
    counts[value] += 1
np.save("counts.npy", counts)
