"""KMeans adds its partial centres in the order in which OpenMP threads finish."""

import os

os.environ["OMP_NUM_THREADS"] = "8"

import numpy as np  # noqa: E402
from sklearn.cluster import KMeans  # noqa: E402

x = np.random.RandomState(0).randn(40_000, 8)
model = KMeans(24, n_init=1, max_iter=100, random_state=0)
model.fit(x)  # guilty
np.save("centres.npy", model.cluster_centers_)
