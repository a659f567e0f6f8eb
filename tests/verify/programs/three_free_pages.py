"""Cuts its data into as many chunks as the free memory of the moment suggests."""

import os

import numpy as np

pages = os.sysconf("SC_AVPHYS_PAGES")  # guilty
rows = np.random.default_rng(3).normal(size=20_000).astype(np.float32)
size = 64 + pages % 4096
estimate = np.float32(0.0)
for begin in range(0, rows.size, size):
    estimate = np.float32(0.9) * estimate + rows[begin : begin + size].mean()
np.save("estimate.npy", estimate)
