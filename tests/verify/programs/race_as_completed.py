"""Adds partial sums in the order in which threads finish."""

from concurrent.futures import ThreadPoolExecutor, as_completed

import numpy as np

rng = np.random.default_rng(0)
chunks = rng.normal(size=(64, 20_000)).astype(np.float32)


def partial(i: int) -> np.ndarray:
    return np.sort(chunks[i])[::50] * np.float32(1.1)


total = np.zeros(400, dtype=np.float32)
with ThreadPoolExecutor(4) as pool:
    futures = [pool.submit(partial, i) for i in range(len(chunks))]
    for future in as_completed(futures):  # guilty
        total += future.result()  # guilty
np.save("total.npy", total)
