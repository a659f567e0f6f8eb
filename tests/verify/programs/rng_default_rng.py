"""Bootstrap interval with a private NumPy generator that nobody seeds."""

import numpy as np

values = np.array([2.1, 3.4, 1.9, 5.6, 4.4, 3.8, 2.7, 4.9])
rng = np.random.default_rng()  # guilty
means = [rng.choice(values, size=values.size).mean() for _ in range(200)]  # guilty
np.save("interval.npy", np.percentile(means, [2.5, 97.5]))
