"""Seeds every process differently: from its process id."""

import os

import numpy as np

np.random.seed(os.getpid() % 2**32)  # guilty
np.save("draws.npy", np.random.rand(16))
