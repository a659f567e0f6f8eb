"""The parent seeds NumPy; joblib's worker processes resample from streams that nobody seeded."""

import numpy as np
from joblib import Parallel, delayed

VALUES = np.sqrt(np.arange(1.0, 41.0))


def bootstrap(_: int) -> float:
    sample = np.random.choice(VALUES, VALUES.size)  # guilty
    return float(sample.mean())


if __name__ == "__main__":
    np.random.seed(12)
    means = Parallel(n_jobs=2)(delayed(bootstrap)(i) for i in range(24))
    np.save("interval.npy", np.quantile(means, [0.05, 0.95]))
