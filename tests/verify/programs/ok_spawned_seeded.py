"""Spawned children seed themselves from a SeedSequence of the parent."""

import multiprocessing

import numpy as np


def simulate(seed: np.random.SeedSequence) -> float:
    return float(np.random.default_rng(seed).normal(size=20).sum())


if __name__ == "__main__":
    seeds = np.random.SeedSequence(12).spawn(4)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        np.save("sums.npy", np.array(pool.map(simulate, seeds)))
