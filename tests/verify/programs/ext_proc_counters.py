"""Mixes the kernel's interrupt counters into its seed."""

import random

with open("/proc/stat") as file:  # guilty
    seed = sum(map(int, file.readline().split()[1:]))  # guilty
random.seed(seed)
with open("draws.txt", "w") as file:
    file.write(" ".join(f"{random.random():.6f}" for _ in range(6)))
