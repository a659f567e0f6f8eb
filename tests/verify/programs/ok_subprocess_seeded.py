"""A child process draws, from a seed that it is handed on the command line."""

import subprocess
import sys

CHILD = """
import random, sys
random.seed(int(sys.argv[1]))
print(" ".join(f"{random.gauss(0, 1):.6f}" for _ in range(5)))
"""
rows = [
    subprocess.run([sys.executable, "-c", CHILD, str(seed)], capture_output=True, text=True).stdout
    for seed in (1, 2)
]
with open("rows.txt", "w") as file:
    file.writelines(rows)
