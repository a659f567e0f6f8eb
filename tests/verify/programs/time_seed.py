"""Seeds from the clock."""

import time

import numpy as np

np.random.seed(int(time.time() * 1000) % 2**32)  # guilty
walk = np.random.standard_normal(100).cumsum()
np.save("walk.npy", walk)
