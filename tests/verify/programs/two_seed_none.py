"""np.random.seed(None) takes fresh entropy."""

import numpy as np

np.random.seed(None)
sample = np.random.choice(1000, 10, replace=False)  # guilty
np.savetxt("sample.txt", sample, fmt="%d")
