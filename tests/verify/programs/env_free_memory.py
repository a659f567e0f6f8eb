"""Chooses the chunk length from the memory that happens to be free."""

import os

import numpy as np

values = np.random.RandomState(0).randn(200_000).astype(np.float32)
free = os.sysconf("SC_AVPHYS_PAGES")  # guilty
chunk = 100 + free % 1000
total = np.float32(0)
for start in range(0, len(values), chunk):
    total += values[start : start + chunk].sum()
np.save("total.npy", np.array([total]))
