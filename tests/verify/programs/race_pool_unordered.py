"""Applies the gradients of worker processes in arrival order."""

import json
import multiprocessing

SHARDS = [[(i * k % 23) / 23 - 0.5 for i in range(4000)] for k in range(1, 41)]


def gradient(shard: int) -> float:
    weight = 0.0
    for _ in range(3):
        for value in SHARDS[shard]:
            weight += 0.001 * (value - weight)
    return weight


if __name__ == "__main__":
    weight = 0.0
    with multiprocessing.get_context("fork").Pool(4) as pool:
        for value in pool.imap_unordered(gradient, range(len(SHARDS))):  # guilty
            weight = 0.9 * weight + value
    with open("weight.json", "w") as file:
        json.dump({"weight": weight}, file)
