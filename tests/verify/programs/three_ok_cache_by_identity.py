"""Caches by id() of arrays that stay alive; nothing is ordered by the ids."""

import numpy as np

rng = np.random.default_rng(8)
tables = [rng.normal(size=30) for _ in range(12)]
norms = {}


def norm(table: np.ndarray) -> float:
    if id(table) not in norms:
        norms[id(table)] = float(np.sqrt((table**2).sum()))
    return norms[id(table)]


scores = np.zeros(12)
for step in range(200):
    left, right = tables[step % 12], tables[step * 5 % 12]
    scores[step % 12] += left @ right / (norm(left) * norm(right))
print(len(norms), "norms, first at", hex(next(iter(norms))))
np.save("scores.npy", scores)
