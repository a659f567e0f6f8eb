"""Threads fill their own slots of a shared array."""

import threading

import numpy as np

slots = np.zeros(8)


def work(rank: int) -> None:
    for i in range(2000):
        slots[rank] += 1.0 / (i + rank + 1)


threads = [threading.Thread(target=work, args=(rank,)) for rank in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
np.save("slots.npy", slots)
