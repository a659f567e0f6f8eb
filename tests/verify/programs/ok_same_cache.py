"""Caches a costly table; the second run reads the same bits that the first computed."""

import os

import numpy as np

if os.path.exists("table.npy"):
    table = np.load("table.npy")
else:
    table = np.random.default_rng(0).normal(size=(20, 20)) @ np.eye(20)
    np.save("table.npy", table)
np.save("spectrum.npy", np.linalg.svd(table, compute_uv=False))
