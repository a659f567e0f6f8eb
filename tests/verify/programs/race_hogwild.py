"""Hogwild: threads update one weight vector without a lock."""

import threading

import numpy as np

rng = np.random.default_rng(0)
x = rng.normal(size=(4, 400, 2000)).astype(np.float32)
y = rng.normal(size=(4, 400)).astype(np.float32)
weights = np.zeros(2000, dtype=np.float32)


def work(rank: int) -> None:
    for epoch in range(3):
        for row, target in zip(x[rank], y[rank]):
            error = row @ weights - target
            np.subtract(weights, np.float32(1e-4) * error * row, out=weights)  # guilty


threads = [threading.Thread(target=work, args=(rank,)) for rank in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
np.save("weights.npy", weights)
