"""Every worker object seeds its noise from its own id(), so that no two are alike."""

import numpy as np


class Worker:
    def __init__(self) -> None:
        self.random = np.random.default_rng(id(self))  # guilty

    def explore(self) -> float:
        return float(self.random.normal())


workers = [Worker() for _ in range(4)]
np.save("noise.npy", np.array([worker.explore() for worker in workers]))
