"""Seeds each thread's generator from its identity."""

import threading

import numpy as np

draws = {}


def work(name: str) -> None:
    rng = np.random.default_rng(threading.get_ident())  # guilty
    draws[name] = rng.normal()


threads = [threading.Thread(target=work, args=(f"t{i}",)) for i in range(3)]
for thread in threads:
    thread.start()
    thread.join()
np.save("draws.npy", np.array([draws[f"t{i}"] for i in range(3)]))
