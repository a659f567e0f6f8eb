"""Takes whatever future completes first, again and again."""

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import numpy as np


def task(i: int) -> float:
    return float(np.linalg.norm(np.full((150, 150), i + 1.0) @ np.eye(150)))


order = []
with ThreadPoolExecutor(4) as pool:
    pending = {pool.submit(task, i) for i in range(40)}
    while pending:
        done, pending = wait(pending, return_when=FIRST_COMPLETED)  # guilty
        order += [future.result() for future in done]  # guilty
average = 0.0
for value in order:
    average = 0.9 * average + 0.1 * value
np.save("average.npy", np.array([average]))
