"""Counts its own runs in a file and seeds from the count."""

import random
from pathlib import Path

counter = Path("runs.txt")
run = int(counter.read_text()) + 1 if counter.exists() else 0  # guilty
counter.write_text(str(run))
random.seed(run)
Path("sample.txt").write_text(" ".join(f"{random.random():.6f}" for _ in range(8)))
