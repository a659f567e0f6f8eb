"""The parent seeds NumPy; the spawned children draw from streams of their own."""

import multiprocessing

import numpy as np


def simulate(steps: int) -> float:
    return float(np.random.standard_normal(steps).cumsum()[-1])  # guilty


if __name__ == "__main__":
    np.random.seed(0)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        ends = pool.map(simulate, [10, 20, 30, 40])
    np.save("ends.npy", np.array(ends))
